package org.fusegrad.conformance.onnx;

import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.Reduction;
import org.fusegrad.ops.Softmax;

/** Classification losses. */
final class OnnxLosses {
    private OnnxLosses() {}

    static void register(Map<String, OnnxOp> table) {
        table.put("NegativeLogLikelihoodLoss", OnnxOp.of(c -> {
            CrossEntropy loss = options(c);
            return c.has(2) ? loss.nll(c.x(), c.in(1), c.in(2)) : loss.nll(c.x(), c.in(1));
        }));
        table.put("SoftmaxCrossEntropyLoss", c -> {
            CrossEntropy loss = options(c);
            Tensor value =
                    c.has(2) ? loss.loss(c.x(), c.in(1), c.in(2)) : loss.loss(c.x(), c.in(1));
            return c.outputs() > 1 ? List.of(value, Softmax.logSoftmax(c.x(), 1)) : List.of(value);
        });
    }

    private static CrossEntropy options(OnnxCall c) {
        String name = c.attrs().text("reduction", "mean");
        Reduction reduction = switch (name) {
            case "none" -> Reduction.NONE;
            case "sum" -> Reduction.SUM;
            case "mean" -> Reduction.MEAN;
            default -> throw c.unsupported("with reduction '" + name + "'");
        };
        long ignored = c.attrs().has("ignore_index")
                ? c.attrs().integer("ignore_index", 0)
                : Integer.MIN_VALUE;
        return new CrossEntropy(reduction, 0, ignored);
    }
}
