package org.fusegrad.bench;

/**
 * One measured configuration.
 *
 * @param ms median over forks of each fork's median iteration
 * @param msMin the fastest fork's median
 * @param msMax the slowest fork's median
 */
record BenchRow(
        String work,
        String shape,
        String dtype,
        String layout,
        int threads,
        String path,
        String pass,
        double ms,
        double msMin,
        double msMax,
        int forks,
        String jdk,
        String machine) {}
