/** When generated code goes from scalar to vector form, and on whose thread. */
package org.fusegrad.codegen.tier;
