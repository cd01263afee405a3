package org.fusegrad.codegen.drive;

import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Sizes;
import org.fusegrad.type.Shape;

/**
 * The sizes and constants a kernel runs with: its own, or others with which it has the same steps.
 *
 * @param domain sizes of the loops, outermost first
 * @param constants in order of the kernel's
 */
record Extents(LoopKernel kernel, int[] domain, double[] constants) {
    /** Those of the graph that the kernel was made from. */
    static Extents of(LoopKernel kernel) {
        double[] constants =
                kernel.constants().stream().mapToDouble(Node::constValue).toArray();
        return new Extents(kernel, kernel.schedule().domain(), constants);
    }

    /** Others. */
    Extents at(Sizes sizes) {
        int[] other = new int[domain.length];
        int[] own = kernel.schedule().domain();
        for (int i = 0; i < other.length; i++) {
            other[i] = sizes.size(own[i]);
        }
        double[] values = new double[constants.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = sizes.constant(kernel.constants().get(i));
        }
        return new Extents(kernel, other, values);
    }

    /** The shape of a value: a loop's size along each that it varies over. */
    Shape shape(Node n) {
        boolean[] mask = kernel.schedule().mask(n);
        int[] dims = n.shape().dims();
        for (int i = 0; i < dims.length; i++) {
            dims[i] = mask[i] ? domain[i] : 1;
        }
        return Shape.of(dims);
    }
}
