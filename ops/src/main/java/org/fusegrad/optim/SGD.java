package org.fusegrad.optim;

import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;

/** Stochastic gradient descent, with Polyak's or Nesterov's momentum. */
public final class SGD extends Optimizer {
    /** Settings; all are 0 or off by default. The first step takes the gradient undampened. */
    public record Options(double momentum, double dampening, double weightDecay, boolean nesterov) {
        public static final Options DEFAULT = new Options(0, 0, 0, false);

        public Options {
            Limits.notNegative("momentum", momentum);
            Limits.share("dampening", dampening);
            Limits.notNegative("weight decay", weightDecay);
            if (nesterov && (momentum == 0 || dampening != 0)) {
                throw new IllegalArgumentException(
                        "Nesterov's method needs a momentum and no dampening");
            }
        }

        public Options momentum(double value) {
            return new Options(value, dampening, weightDecay, nesterov);
        }

        public Options dampening(double value) {
            return new Options(momentum, value, weightDecay, nesterov);
        }

        public Options weightDecay(double value) {
            return new Options(momentum, dampening, value, nesterov);
        }

        public Options nesterov(boolean value) {
            return new Options(momentum, dampening, weightDecay, value);
        }
    }

    private final Options options;

    public SGD(List<Tensor> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    public SGD(List<Tensor> parameters, double learningRate, Options options) {
        this(Parameters.named(parameters), learningRate, options);
    }

    /**
     * Of parameters with names, such as {@code module.namedParameters()}, under which its state is
     * saved.
     */
    public SGD(Map<String, Tensor> parameters, double learningRate, Options options) {
        super(
                "sgd",
                parameters,
                learningRate,
                options.momentum() == 0 ? List.of() : List.of("momentum_buffer"),
                0);
        this.options = options;
    }

    @Override
    protected Map<String, Double> options() {
        return Map.of(
                "momentum", options.momentum(),
                "dampening", options.dampening(),
                "weight_decay", options.weightDecay(),
                "nesterov", options.nesterov() ? 1.0 : 0.0);
    }

    @Override
    protected double[] scalars(long t, double learningRate) {
        boolean first = t == 1;
        return new double[] {
            learningRate, first ? 0 : options.momentum(), first ? 1 : 1 - options.dampening()
        };
    }

    @Override
    protected List<Tensor> update(Tensor p, Tensor g, List<Tensor> memory, List<Tensor> scalars) {
        Tensor lr = scalars.get(0);
        Tensor d = decayed(g, p, options.weightDecay());
        if (memory.isEmpty()) {
            return List.of(p.sub(d.mul(lr)));
        }
        Tensor v = memory.get(0).mul(scalars.get(1)).add(d.mul(scalars.get(2)));
        Tensor direction = options.nesterov() ? d.add(v.mul(options.momentum())) : v;
        return List.of(p.sub(direction.mul(lr)), v);
    }
}
