/** ONNX operators as formulas: graphs of nodes, one small class for each family of operators. */
package org.fusegrad.conformance.onnx;
