/** Benchmarks of single layers against their unfused forms, libtorch and the memory's speed. */
package org.fusegrad.bench;
