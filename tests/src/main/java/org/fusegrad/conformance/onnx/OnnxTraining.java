package org.fusegrad.conformance.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;

/**
 * One step of an optimiser as an operator: rate and step count, then for several tensors each its
 * values, gradients and memory.
 */
final class OnnxTraining {
    /** New values and memory of one tensor. */
    private interface Step {
        List<Tensor> apply(OnnxCall call, Tensor x, Tensor gradient, List<Tensor> memory);
    }

    private OnnxTraining() {}

    static void register(Map<String, OnnxOp> table) {
        table.put("Adagrad", c -> each(c, 1, OnnxTraining::adagrad));
        table.put("Momentum", c -> each(c, 1, OnnxTraining::momentum));
        table.put("Adam", c -> each(c, 2, OnnxTraining::adam));
    }

    /** Inputs and outputs come list by list: all values, all gradients, all memories. */
    private static List<Tensor> each(OnnxCall c, int memories, Step step) {
        int lists = 2 + memories;
        int count = (c.tensors().size() - 2) / lists;
        List<List<Tensor>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Tensor> memory = new ArrayList<>();
            for (int k = 0; k < memories; k++) {
                memory.add(c.in(2 + (2 + k) * count + i));
            }
            results.add(step.apply(c, c.in(2 + i), c.in(2 + count + i), memory));
        }
        List<Tensor> all = new ArrayList<>();
        for (int k = 0; k <= memories; k++) {
            for (List<Tensor> result : results) {
                all.add(result.get(k));
            }
        }
        return all;
    }

    private static Tensor regularized(OnnxCall c, Tensor x, Tensor gradient) {
        return gradient.add(x.mul(c.attrs().number("norm_coefficient", 0)));
    }

    private static List<Tensor> adagrad(OnnxCall c, Tensor x, Tensor gradient, List<Tensor> m) {
        Attributes a = c.attrs();
        double rate = c.number(0) / (1 + c.number(1) * a.number("decay_factor", 0));
        Tensor g = regularized(c, x, gradient);
        Tensor h = m.get(0).add(g.square());
        Tensor scale = h.sqrt().add(a.number("epsilon", 0));
        return List.of(x.sub(g.mul(rate).div(scale)), h);
    }

    private static List<Tensor> momentum(OnnxCall c, Tensor x, Tensor gradient, List<Tensor> m) {
        Attributes a = c.attrs();
        double alpha = a.number("alpha", 0);
        double beta = c.number(1) > 0 ? a.number("beta", 1) : 1;
        Tensor g = regularized(c, x, gradient);
        Tensor v = m.get(0).mul(alpha).add(g.mul(beta));
        Tensor d = a.text("mode", "standard").equals("nesterov") ? g.add(v.mul(alpha)) : v;
        return List.of(x.sub(d.mul(c.number(0))), v);
    }

    private static List<Tensor> adam(OnnxCall c, Tensor x, Tensor gradient, List<Tensor> m) {
        Attributes a = c.attrs();
        double alpha = a.number("alpha", 0.9);
        double beta = a.number("beta", 0.999);
        double t = c.number(1);
        double rate = c.number(0);
        if (t > 0) {
            rate *= Math.sqrt(1 - Math.pow(beta, t)) / (1 - Math.pow(alpha, t));
        }
        Tensor g = regularized(c, x, gradient);
        Tensor v = m.get(0).mul(alpha).add(g.mul(1 - alpha));
        Tensor h = m.get(1).mul(beta).add(g.square().mul(1 - beta));
        Tensor next = x.sub(v.mul(rate).div(h.sqrt().add(a.number("epsilon", 0))));
        double after = 1 - a.number("norm_coefficient_post", 0);
        return List.of(next.mul(after), v, h);
    }
}
