/** Runs the benchmarks of {@link org.fusegrad.bench.jmh} and reports: table, JSON, pictures. */
package org.fusegrad.bench;
