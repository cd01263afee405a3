package org.fusegrad.conformance.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Evaluator;
import org.fusegrad.conformance.eval.Results;
import org.fusegrad.conformance.eval.Results.Role;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.optim.Adagrad;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.optim.RMSprop;
import org.fusegrad.optim.SGD;

/** Cases of many steps, stacked along axis 0. */
final class TrajectoryCases {
    private TrajectoryCases() {}

    static void register(Map<String, Evaluator> table) {
        table.put("batch_norm_sequence", TrajectoryCases::batchNormSequence);
        table.put("mabn", (from, widened) -> new MabnCase(from).run());
        table.put("train_step", (from, widened) -> new TrainingCase(from).run());
        for (String name : new String[] {"sgd", "adam", "adamw", "rmsprop", "adagrad"}) {
            table.put("optim_" + name, TrajectoryCases::optimize);
        }
    }

    /** Step t of a stacked tensor. */
    static Tensor step(Tensor stacked, int t) {
        return stacked.select(0, t);
    }

    // Optimisers.

    private static Results optimize(ConformanceCase from, boolean widened) {
        Recording io = new Recording(from);
        List<Tensor> parameters = new ArrayList<>();
        while (io.has("p" + parameters.size())) {
            parameters.add(io.leaf("p" + parameters.size()));
        }
        String name = from.attrs().text("optimizer", from.op().replace("optim_", ""));
        Optimizer optimizer = optimizer(name, parameters, from.attrs());
        double[] rates = from.attrs().numbers("lr_per_step");
        for (int t = 0; t < from.steps(); t++) {
            if (t < rates.length) {
                optimizer.learningRate(rates[t]);
            }
            if (io.goesBack(t)) {
                for (int i = 0; i < parameters.size(); i++) {
                    parameters.get(i).setGrad(step(io.value("g" + i), t));
                }
                optimizer.step();
            }
            for (int i = 0; i < parameters.size(); i++) {
                io.record("after_p" + i, parameters.get(i));
            }
        }
        return io.results();
    }

    static Optimizer optimizer(String name, List<Tensor> parameters, Attributes a) {
        if (a.flag("maximize", false)) {
            throw new Unsupported("an optimiser that maximises");
        }
        double lr = a.number("lr", 1e-3);
        double decay = a.number("weight_decay", name.equals("adamw") ? 0.01 : 0);
        return switch (name) {
            case "sgd" -> new SGD(parameters, lr, sgd(a, decay));
            case "adam" -> new Adam(parameters, lr, adam(a, decay, false));
            case "adamw" -> new Adam(parameters, lr, adam(a, decay, true));
            case "rmsprop" -> new RMSprop(parameters, lr, rmsprop(a, decay));
            case "adagrad" -> new Adagrad(parameters, lr, adagrad(a, decay));
            default -> throw new Unsupported("optimiser '" + name + "'");
        };
    }

    private static SGD.Options sgd(Attributes a, double decay) {
        return new SGD.Options(
                a.number("momentum", 0),
                a.number("dampening", 0),
                decay,
                a.flag("nesterov", false));
    }

    private static Adam.Options adam(Attributes a, double decay, boolean decoupled) {
        double[] betas = a.numbers("betas", a.number("beta1", 0.9), a.number("beta2", 0.999));
        return new Adam.Options(
                betas[0],
                betas[1],
                a.number("eps", 1e-8),
                decay,
                a.flag("amsgrad", false),
                decoupled);
    }

    private static RMSprop.Options rmsprop(Attributes a, double decay) {
        return new RMSprop.Options(
                a.number("alpha", 0.99),
                a.number("eps", 1e-8),
                decay,
                a.number("momentum", 0),
                a.flag("centered", false));
    }

    private static Adagrad.Options adagrad(Attributes a, double decay) {
        return new Adagrad.Options(
                a.number("lr_decay", 0),
                decay,
                a.number("initial_accumulator_value", 0),
                a.number("eps", 1e-10));
    }

    // Batch normalization over many steps.

    private static Results batchNormSequence(ConformanceCase from, boolean widened) {
        Recording io = new Recording(from);
        Tensor xs = io.value("x");
        Affine affine = io.has("weight")
                ? io.has("bias") ? Affine.WEIGHT_AND_BIAS : Affine.WEIGHT
                : Affine.NONE;
        NormOptions options = NormLayers.withMomentum(
                NormOptions.DEFAULT
                        .eps(from.attrs().number("eps", 1e-5))
                        .affine(affine)
                        .dtype(xs.dtype()),
                from.attrs());
        Norm norm = NormLayers.batchNorm(xs.rank() - 1, xs.dim(2), options);
        norm.weight().ifPresent(w -> w.assign(io.value("weight")));
        norm.bias().ifPresent(b -> b.assign(io.value("bias")));
        norm.train(from.attrs().flag("training", true));
        for (int t = 0; t < from.steps(); t++) {
            Tensor x = Tensor.ofValue(step(xs, t).value()).requiresGrad(true);
            Tensor y = norm.forward(x);
            norm.zeroGrad();
            if (io.goesBack(t)) {
                y.backward(step(io.value("upstream"), t));
            }
            io.record("y", y);
            io.recordGradient("grad_x", x);
            norm.weight().ifPresent(w -> io.recordGradient("grad_weight", w));
            norm.bias().ifPresent(b -> io.recordGradient("grad_bias", b));
            norm.namedBuffers().forEach((path, s) -> io.record(path, s.get()));
        }
        norm.eval();
        Tensor last = step(xs, from.steps() - 1);
        Tensor y = Tensor.noGrad(() -> norm.forward(last));
        return io.results().put(Role.OUTPUT, "y_eval", y);
    }
}
