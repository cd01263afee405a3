package org.fusegrad.optim;

import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;

/** Adagrad (Duchi et al. 2011). */
public final class Adagrad extends Optimizer {
    /** Settings. */
    public record Options(
            double learningRateDecay, double weightDecay, double initialAccumulator, double eps) {
        /** eps 1e-10, everything else 0. */
        public static final Options DEFAULT = new Options(0, 0, 0, 1e-10);

        public Options {
            Limits.notNegative("learning rate decay", learningRateDecay);
            Limits.notNegative("weight decay", weightDecay);
            Limits.notNegative("initial accumulator", initialAccumulator);
            Limits.notNegative("eps", eps);
        }
    }

    private final Options options;

    /** PyTorch's default learning rate is 0.01. */
    public Adagrad(List<Tensor> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    public Adagrad(List<Tensor> parameters, double learningRate, Options options) {
        this(Parameters.named(parameters), learningRate, options);
    }

    /**
     * Of parameters with names, such as {@code module.namedParameters()}, under which its state is
     * saved.
     */
    public Adagrad(Map<String, Tensor> parameters, double learningRate, Options options) {
        super("adagrad", parameters, learningRate, List.of("sum"), options.initialAccumulator());
        this.options = options;
    }

    @Override
    protected Map<String, Double> options() {
        return Map.of(
                "learning_rate_decay", options.learningRateDecay(),
                "weight_decay", options.weightDecay(),
                "initial_accumulator", options.initialAccumulator(),
                "eps", options.eps());
    }

    @Override
    protected double[] scalars(long t, double learningRate) {
        return new double[] {learningRate / (1 + (t - 1) * options.learningRateDecay())};
    }

    @Override
    protected List<Tensor> update(Tensor p, Tensor g, List<Tensor> memory, List<Tensor> scalars) {
        Tensor d = decayed(g, p, options.weightDecay());
        Tensor sum = memory.get(0).add(d.square());
        Tensor direction = d.div(sum.sqrt().add(options.eps()));
        return List.of(p.sub(direction.mul(scalars.get(0))), sum);
    }
}
