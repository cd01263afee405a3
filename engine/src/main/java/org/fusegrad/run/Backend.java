package org.fusegrad.run;

import org.fusegrad.graph.KernelGraph;

/**
 * Turns kernel graphs into something that runs. The interpreter is one, the code generator another.
 */
public interface Backend {
    /** Short name for messages and {@code explain()}. */
    String name();

    /** What it runs kernels on, in a line: its name, vectors, and what would make it faster. */
    default String describe() {
        return name();
    }

    /**
     * Prepares a kernel. Called once for each distinct graph; the result is used by many threads.
     *
     * @throws KernelException if this backend cannot compile the graph
     */
    Kernel compile(KernelGraph graph);

    /** Lets go of memory that it can do without: compiled code not in use, packed operands. */
    default void trim() {}

    /** Ends work in the background. Kernels made before still run. By default there is none. */
    default void close() {}
}
