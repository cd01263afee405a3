package org.fusegrad.optim;

import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;

/**
 * Adam (Kingma and Ba 2015); AdamW (Loshchilov and Hutter 2019) where the decay is decoupled;
 * AMSGrad (Reddi et al. 2018) on demand.
 */
public final class Adam extends Optimizer {
    /**
     * Settings.
     *
     * @param decoupled the decay shrinks the parameter itself instead of joining the gradient
     */
    public record Options(
            double beta1,
            double beta2,
            double eps,
            double weightDecay,
            boolean amsgrad,
            boolean decoupled) {
        /** Betas 0.9 and 0.999, eps 1e-8, no decay. */
        public static final Options ADAM = new Options(0.9, 0.999, 1e-8, 0, false, false);

        /** As {@link #ADAM}, with a decoupled decay of 0.01. */
        public static final Options ADAMW = new Options(0.9, 0.999, 1e-8, 0.01, false, true);

        public Options {
            Limits.notNegative("weight decay", weightDecay);
            Limits.notNegative("eps", eps);
            Limits.decay("beta1", beta1);
            Limits.decay("beta2", beta2);
        }

        public Options betas(double first, double second) {
            return new Options(first, second, eps, weightDecay, amsgrad, decoupled);
        }

        public Options eps(double value) {
            return new Options(beta1, beta2, value, weightDecay, amsgrad, decoupled);
        }

        public Options weightDecay(double value) {
            return new Options(beta1, beta2, eps, value, amsgrad, decoupled);
        }

        public Options amsgrad(boolean value) {
            return new Options(beta1, beta2, eps, weightDecay, value, decoupled);
        }
    }

    private static final List<String> MOMENTS = List.of("exp_avg", "exp_avg_sq");
    private static final List<String> WITH_MAXIMUM =
            List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq");

    private final Options options;

    /** PyTorch's default learning rate is 1e-3. */
    public Adam(List<Tensor> parameters, double learningRate) {
        this(parameters, learningRate, Options.ADAM);
    }

    public Adam(List<Tensor> parameters, double learningRate, Options options) {
        this(Parameters.named(parameters), learningRate, options);
    }

    /**
     * Of parameters with names, such as {@code module.namedParameters()}, under which its state is
     * saved.
     */
    public Adam(Map<String, Tensor> parameters, double learningRate, Options options) {
        super(
                options.decoupled() ? "adamw" : "adam",
                parameters,
                learningRate,
                options.amsgrad() ? WITH_MAXIMUM : MOMENTS,
                0);
        this.options = options;
    }

    /** AdamW with its defaults. */
    public static Adam adamW(List<Tensor> parameters, double learningRate) {
        return new Adam(parameters, learningRate, Options.ADAMW);
    }

    @Override
    protected Map<String, Double> options() {
        return Map.of(
                "beta1", options.beta1(),
                "beta2", options.beta2(),
                "eps", options.eps(),
                "weight_decay", options.weightDecay(),
                "amsgrad", options.amsgrad() ? 1.0 : 0.0);
    }

    @Override
    protected double[] scalars(long t, double learningRate) {
        double correction1 = 1 - Math.pow(options.beta1(), t);
        double correction2 = 1 - Math.pow(options.beta2(), t);
        double shrink = options.decoupled() ? 1 - learningRate * options.weightDecay() : 1;
        return new double[] {learningRate / correction1, Math.sqrt(correction2), shrink};
    }

    @Override
    protected List<Tensor> update(Tensor p, Tensor g, List<Tensor> memory, List<Tensor> scalars) {
        boolean decoupled = options.decoupled();
        Tensor weight = decoupled ? p.mul(scalars.get(2)) : p;
        Tensor d = decoupled ? g : decayed(g, p, options.weightDecay());
        Tensor m = lerp(memory.get(0), d, 1 - options.beta1());
        Tensor v = memory.get(1).mul(options.beta2()).add(d.square().mul(1 - options.beta2()));
        Tensor top = options.amsgrad() ? memory.get(2).maximum(v) : v;
        Tensor scale = top.sqrt().div(scalars.get(1)).add(options.eps());
        Tensor next = weight.sub(m.div(scale).mul(scalars.get(0)));
        return options.amsgrad() ? List.of(next, m, v, top) : List.of(next, m, v);
    }
}
