package org.fusegrad.parity;

import java.util.List;
import java.util.function.Function;
import org.fusegrad.gradcheck.TensorFunction;

/**
 * A function of vectors, and libtorch's.
 *
 * @param peer the same function there
 */
record SpecialFunction(
        String name,
        TensorFunction own,
        Function<List<org.bytedeco.pytorch.Tensor>, org.bytedeco.pytorch.Tensor> peer) {
    @Override
    public String toString() {
        return name;
    }
}
