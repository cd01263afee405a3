/**
 * Rewrites of finished networks: norms folded into the layers before them, norms exchanged for
 * others. Each says what it did to every norm, why it left alone what it left alone, and by how
 * much results differ.
 */
package org.fusegrad.nn.surgery;
