/** Kernels as sources, to be compiled ahead of time with the program that uses them. */
package org.fusegrad.codegen.export;
