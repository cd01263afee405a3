/** The statements of a kernel before they are Java: what passes read and rewrite. */
package org.fusegrad.codegen.ir;
