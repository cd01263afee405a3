package org.fusegrad.gradcheck;

import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;

/** A function of tensors whose gradient is checked. */
@FunctionalInterface
public interface TensorFunction {
    List<Tensor> apply(List<Tensor> inputs);

    /** A function of one tensor. */
    static TensorFunction of(UnaryOperator<Tensor> f) {
        return in -> List.of(f.apply(in.get(0)));
    }

    /** A function of two tensors. */
    static TensorFunction of2(BinaryOperator<Tensor> f) {
        return in -> List.of(f.apply(in.get(0), in.get(1)));
    }
}
