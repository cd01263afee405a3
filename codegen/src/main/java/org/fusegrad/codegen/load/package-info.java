/** How generated classes become programs: from a registry of exported ones, or by compiling. */
package org.fusegrad.codegen.load;
