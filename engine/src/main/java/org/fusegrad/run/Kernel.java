package org.fusegrad.run;

import org.fusegrad.graph.Sizes;

/** A compiled kernel graph. Stateless: one instance serves all threads. */
public interface Kernel {
    /**
     * Computes the outputs.
     *
     * @param inputs one value for each input of the graph, of its type and shape, with any strides
     * @param outputs contiguous values of the outputs' types and shapes, written here
     * @param workers the threads to use
     */
    void run(Value[] inputs, Value[] outputs, Workers workers);

    /**
     * This kernel at other sizes and with other constants; null if it has to be compiled for them.
     */
    default Kernel at(Sizes sizes) {
        return null;
    }

    /**
     * Why it will not run in the form meant for it, found out after it was compiled; null if all is
     * well.
     */
    default KernelException failure() {
        return null;
    }

    /** About the memory it keeps besides its graph, such as tables, without generated code. */
    default long bytes() {
        return 0;
    }

    /** What explain() shows of it: the generated source, or how it is evaluated. */
    default String describe() {
        return "";
    }
}
