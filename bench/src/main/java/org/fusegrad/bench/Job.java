package org.fusegrad.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One configuration to measure.
 *
 * @param work what the row calls it
 * @param shape of the input as the row shows it
 * @param dtype of the input
 * @param layout of the input
 * @param threads that compute
 * @param path what does the work
 * @param bytes that must move; 0 where memory is not what limits
 * @param tensorBytes of the input, whose copy is the roof
 * @param tensors of that size which the work has in memory
 * @param bench the JMH bench, class and method
 * @param params of the bench
 * @param jvmArgs of its JVM
 * @param sampling what is one sample
 */
record Job(
        String work,
        String shape,
        String dtype,
        String layout,
        int threads,
        String path,
        long bytes,
        long tensorBytes,
        int tensors,
        String bench,
        Map<String, String> params,
        List<String> jvmArgs,
        Sampling sampling) {
    /** What one sample is, and of how many the median is taken. */
    enum Sampling {
        /** The median of a warm JVM's iterations; as many JVMs as forks are wanted. */
        WARM,
        /** The same, of many JVMs, since it is their spread that counts. */
        MANY_STARTS,
        /** A single call in a new JVM; of many. */
        FIRST_CALL,
        /** First calls on many shapes in one JVM: the median, the 99th percentile, the slowest. */
        NEW_SHAPES
    }

    /** Whether the other is the same work on the same input by the same number of threads. */
    boolean sameWork(Job other) {
        return work.equals(other.work)
                && shape.equals(other.shape)
                && dtype.equals(other.dtype)
                && layout.equals(other.layout)
                && threads == other.threads;
    }

    /** The same under another name, for another figure of the same samples. */
    Job called(String name) {
        return new Job(
                name,
                shape,
                dtype,
                layout,
                threads,
                path,
                bytes,
                tensorBytes,
                tensors,
                bench,
                params,
                jvmArgs,
                sampling);
    }

    /** The same where memory is not what limits, in JVMs with another heap. */
    Job withoutRoof(List<String> heap) {
        List<String> args = new ArrayList<>(jvmArgs);
        args.addAll(heap);
        return new Job(
                work, shape, dtype, layout, threads, path, 0, 0, 0, bench, params, args, sampling);
    }

    @Override
    public String toString() {
        return String.join(" ", work, shape, dtype, layout, threads + "t", path);
    }
}
