package org.fusegrad.conformance.onnx;

import java.util.List;
import org.fusegrad.Tensor;

/** The computation of an operator. */
@FunctionalInterface
interface OnnxOp {
    List<Tensor> apply(OnnxCall call);

    /** An operator with one result. */
    @FunctionalInterface
    interface Single {
        Tensor apply(OnnxCall call);
    }

    static OnnxOp of(Single single) {
        return call -> List.of(single.apply(call));
    }
}
