package org.fusegrad.conformance.torch;

import java.util.Map;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.eval.Results;
import org.fusegrad.conformance.eval.Results.Role;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;

/** A training run of MABN: forward and backward in turn, then one pass in evaluation. */
final class MabnCase {
    private final Attributes attrs;
    private final int steps;
    private final Recording io;
    private final MABN2d norm;
    private final Map<String, State> states;

    MabnCase(ConformanceCase from) {
        attrs = from.attrs();
        steps = from.steps();
        io = new Recording(from);
        MABNWindow window = MABNWindow.of(attrs.integer("B", 1), attrs.integer("real_B", 1))
                .keep(attrs.number("momentum", 0.98))
                .warmup(attrs.integer("warmup_iters", 100));
        NormOptions options = NormOptions.DEFAULT
                .eps(attrs.number("eps", 1e-5))
                .dtype(io.value("x").dtype());
        norm = new MABN2d(io.value("init_weight").dim(0), window, options);
        norm.weight().orElseThrow().assign(io.value("init_weight"));
        norm.bias().orElseThrow().assign(io.value("init_bias"));
        states = norm.namedBuffers();
        for (String name : new String[] {"running_var", "buffer_x2", "buffer_gz"}) {
            states.get(name).set(io.value("init_" + name));
        }
        long first = attrs.integer("initial_iters", 0);
        states.get("iters").set(Tensor.scalar(first, DType.INT64));
    }

    Results run() {
        for (int t = 0; t < steps; t++) {
            step(t);
        }
        norm.eval();
        Results results = io.results();
        if (io.has("x_eval")) {
            Tensor y = Tensor.noGrad(() -> norm.forward(io.value("x_eval")));
            results.put(Role.OUTPUT, "y_eval", y);
        }
        return results;
    }

    private void step(int t) {
        Tensor weight = norm.weight().orElseThrow();
        Tensor bias = norm.bias().orElseThrow();
        io.record("weight", weight);
        io.record("bias", bias);
        Tensor before = states.get("running_var").get();
        Tensor x =
                Tensor.ofValue(TrajectoryCases.step(io.value("x"), t).value()).requiresGrad(true);
        norm.zeroGrad();
        Tensor y = norm.forward(x);
        if (io.goesBack(t)) {
            y.backward(TrajectoryCases.step(io.value("upstream"), t));
        }
        io.record("y", y);
        io.recordGradient("grad_x", x);
        io.recordGradient("grad_weight", weight);
        io.recordGradient("grad_bias", bias);
        states.forEach((name, state) -> io.record(name, state.get()));
        used(before);
        double lr = attrs.number("param_sgd_lr", 0);
        if (lr != 0 && io.goesBack(t)) {
            weight.assign(Tensor.noGrad(() -> weight.sub(weight.grad().mul(lr))));
            bias.assign(Tensor.noGrad(() -> bias.sub(bias.grad().mul(lr))));
        }
    }

    /** The statistic and correction of the step, read back from how the states moved. */
    private void used(Tensor before) {
        Tensor.noGrad(() -> {
            MABNWindow w = norm.window();
            Tensor ring = states.get("buffer_x2").get();
            long t = states.get("iters").get().toLongs()[0];
            boolean own = t <= w.size() || t < w.warmup();
            Tensor variance = own
                    ? ring.slice(0, (int) (t % w.size()), (int) (t % w.size()) + 1)
                    : ring.mean(0);
            double eps = norm.options().eps();
            Tensor ratio = variance.add(eps).div(before.add(eps)).sqrt();
            Tensor r = t <= Math.max(w.clipFrom(), w.warmup())
                    ? ratio.mul(0).add(1)
                    : ratio.maximum(1 / w.clip()).minimum(w.clip());
            io.record("var_used", variance.reshape(variance.dim(1)));
            io.record("r_used", r.reshape(variance.dim(1)));
            return null;
        });
    }
}
