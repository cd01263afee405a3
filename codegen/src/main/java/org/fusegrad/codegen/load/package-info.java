/** The way from generated classes to programs: a registry of exported ones, or a compiler. */
package org.fusegrad.codegen.load;
