package org.fusegrad;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;

/** Opens single primitives to the tests, also those that only gradients and passes make. */
public final class RawOps {
    private RawOps() {}

    /** One primitive with its attributes. */
    public static Tensor apply(Op op, Attrs attrs, Tensor... in) {
        return TensorOps.apply(op, attrs, in);
    }
}
