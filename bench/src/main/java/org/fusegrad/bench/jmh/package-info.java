/**
 * The benchmarks themselves: what one JVM measures. Each class is a JMH bench or one of the works
 * that a bench runs; {@link org.fusegrad.bench.Benches} starts them.
 */
package org.fusegrad.bench.jmh;
