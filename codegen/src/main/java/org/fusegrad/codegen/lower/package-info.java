/** Passes that turn the steps of a kernel into statements, and statements into better ones. */
package org.fusegrad.codegen.lower;
