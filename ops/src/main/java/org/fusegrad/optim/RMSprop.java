package org.fusegrad.optim;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;

/** RMSprop (Tieleman and Hinton 2012), centred (Graves 2013) or with momentum on demand. */
public final class RMSprop extends Optimizer {
    /** Settings: share of the old average, eps outside the root, decay, momentum, centring. */
    public record Options(
            double alpha, double eps, double weightDecay, double momentum, boolean centered) {
        /** alpha 0.99, eps 1e-8, nothing else. */
        public static final Options DEFAULT = new Options(0.99, 1e-8, 0, 0, false);

        public Options {
            Limits.share("alpha", alpha);
            Limits.notNegative("eps", eps);
            Limits.notNegative("weight decay", weightDecay);
            Limits.notNegative("momentum", momentum);
        }

        public Options alpha(double value) {
            return new Options(value, eps, weightDecay, momentum, centered);
        }

        public Options eps(double value) {
            return new Options(alpha, value, weightDecay, momentum, centered);
        }

        public Options weightDecay(double value) {
            return new Options(alpha, eps, value, momentum, centered);
        }

        public Options momentum(double value) {
            return new Options(alpha, eps, weightDecay, value, centered);
        }

        public Options centered(boolean value) {
            return new Options(alpha, eps, weightDecay, momentum, value);
        }
    }

    private final Options options;

    /** PyTorch's default learning rate is 0.01. */
    public RMSprop(List<Tensor> parameters, double learningRate) {
        this(parameters, learningRate, Options.DEFAULT);
    }

    public RMSprop(List<Tensor> parameters, double learningRate, Options options) {
        this(Parameters.named(parameters), learningRate, options);
    }

    /**
     * Of parameters with names, such as {@code module.namedParameters()}, under which its state is
     * saved.
     */
    public RMSprop(Map<String, Tensor> parameters, double learningRate, Options options) {
        super("rmsprop", parameters, learningRate, memory(options), 0);
        this.options = options;
    }

    private static List<String> memory(Options o) {
        List<String> names = new ArrayList<>(List.of("square_avg"));
        if (o.centered()) {
            names.add("grad_avg");
        }
        if (o.momentum() > 0) {
            names.add("momentum_buffer");
        }
        return List.copyOf(names);
    }

    @Override
    protected Map<String, Double> options() {
        return Map.of(
                "alpha", options.alpha(),
                "eps", options.eps(),
                "weight_decay", options.weightDecay(),
                "momentum", options.momentum(),
                "centered", options.centered() ? 1.0 : 0.0);
    }

    @Override
    protected double[] scalars(long t, double learningRate) {
        return new double[] {learningRate};
    }

    @Override
    protected List<Tensor> update(Tensor p, Tensor g, List<Tensor> memory, List<Tensor> scalars) {
        double fresh = 1 - options.alpha();
        Tensor d = decayed(g, p, options.weightDecay());
        Tensor square = memory.get(0).mul(options.alpha()).add(d.square().mul(fresh));
        List<Tensor> next = new ArrayList<>(List.of(square));
        Tensor spread = square;
        if (options.centered()) {
            Tensor mean = lerp(memory.get(1), d, fresh);
            next.add(mean);
            // Rounding can leave the mean square below the squared mean of equal gradients.
            spread = square.sub(mean.square()).maximum(0);
        }
        Tensor direction = d.div(spread.sqrt().add(options.eps()));
        if (options.momentum() > 0) {
            Tensor v = memory.get(memory.size() - 1).mul(options.momentum()).add(direction);
            next.add(v);
            direction = v;
        }
        next.add(0, p.sub(direction.mul(scalars.get(0))));
        return next;
    }
}
