/** The change of generated code from scalar to vector form, and the thread it happens on. */
package org.fusegrad.codegen.tier;
