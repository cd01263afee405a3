package org.fusegrad.nn.norm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.fusegrad.Primitives;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Init;
import org.fusegrad.type.DType;

/**
 * The base of both forms of moving average batch normalization (Yan et al., ICLR 2020): division by
 * averaged second moments without centring, a correction towards the running one, and the
 * <em>declared</em> backward, which averages its own statistic {@code E[g z]} in the same way. The
 * forms differ in how a new statistic becomes an average.
 */
abstract class MovingAverageNorm extends Norm {
    final int channels;
    final MABNWindow window;
    final State runningVar;
    final State bufferX2;
    final State bufferGz;
    private final State iters;
    private final State backwardIters;

    MovingAverageNorm(String name, int channels, MABNWindow window, NormOptions options) {
        super(name, options, channels);
        this.channels = channels;
        this.window = window;
        DType dtype = options.dtype();
        runningVar = buffer("running_var", Init.full(1, dtype, channels));
        bufferX2 = buffer("buffer_x2", Init.full(0, dtype, window.size(), channels));
        bufferGz = buffer("buffer_gz", Init.full(0, dtype, window.size(), channels));
        iters = buffer("iters", Tensor.scalar(0, DType.INT64));
        backwardIters = buffer("backward_iters", Tensor.scalar(0, DType.INT64));
    }

    /** The formula in training, at this step (1 for the first). */
    abstract Tensor train(Tensor x, Tensor step);

    @Override
    protected final Tensor normalize(Tensor x) {
        int[] c = {1, channels, 1, 1};
        if (!movesStatistics() || isEmpty(x)) {
            return affine(x.div(deviation(runningVar.read().reshape(c))), c);
        }
        Tensor t = iters.read().add(1);
        iters.write(t);
        return train(x, t.cast(DType.FLOAT64));
    }

    /**
     * Normalises with an averaged second moment that counts as constant, and declares the backward.
     *
     * @param axes over which statistics are taken; the others but the channels number them
     * @param corrects whether the correction is on
     * @param chi2 the averaged second moment, size 1 along the axes
     * @param average what becomes of the statistic of the backward
     */
    final Tensor normalized(
            Tensor x, int[] axes, Tensor corrects, Tensor chi2, UnaryOperator<Tensor> average) {
        int[] c = new int[x.rank()];
        Arrays.fill(c, 1);
        c[x.rank() - 3] = channels;
        int[] allButChannels =
                IntStream.range(0, c.length).filter(i -> c[i] == 1).toArray();
        Tensor s = deviation(chi2);
        Tensor inverse = s.reciprocal();
        Tensor z = x.mul(inverse).named("z");
        Tensor ratio = s.div(deviation(runningVar.read().reshape(c)));
        Tensor bounded = ratio.maximum(1 / window.clip()).minimum(window.clip());
        Tensor r = corrects.where(bounded, Tensor.scalar(1, ratio.dtype()))
                .detach()
                .named("r");
        Observer.publish(Observables.WINDOW, () -> chi2);
        Observer.publish(Observables.CORRECTION, () -> r);
        Observer.publish(
                Observables.CLIPPED, () -> r.ne(corrects.where(ratio, r)).cast(DType.FLOAT32));
        List<Tensor> inputs = new ArrayList<>(List.of(x));
        inputs.addAll(parameters());
        return Primitives.customGradient(affine(z.mul(r), c), inputs, dy -> {
            backwardIters.write(backwardIters.read().add(1));
            Tensor rdy = dy.mul(r);
            Tensor g = weight().map(w -> rdy.mul(w.reshape(c))).orElse(rdy);
            Tensor psi = average.apply(g.mul(z).mean(axes)).named("Psi");
            // (g - z Psi) / s, multiplied out: no part of it is worth storing before Psi is known.
            Tensor dx = g.mul(inverse).sub(z.mul(psi.mul(inverse)));
            List<Tensor> gradients = new ArrayList<>(List.of(dx));
            weight().ifPresent(w -> gradients.add(perChannel(rdy.mul(z).sum(allButChannels))));
            bias().ifPresent(b -> gradients.add(perChannel(dy.sum(allButChannels))));
            return gradients;
        });
    }

    private Tensor deviation(Tensor variance) {
        return variance.add(options().eps()).sqrt();
    }

    final Tensor perChannel(Tensor t) {
        return t.reshape(channels);
    }

    /** Moves the running second moment from its old value towards that of the step. */
    final void keep(Tensor old, Tensor chi2) {
        Tensor now = perChannel(chi2).mul(1 - window.keep());
        runningVar.write(old.mul(window.keep()).add(now));
    }

    @Override
    public final ChannelMap channelMap() {
        return movesStatistics()
                ? new ChannelMap.Varying("is in training mode: call eval() or freezeStatistics()")
                : fixedMap(new double[channels], deviations(runningVar));
    }

    /** Whether the step of this number, from 1, goes by the statistic of its own batch alone. */
    abstract boolean usesOwn(double step);

    @Override
    public final double[] averagedInBackward(double[] own) {
        return own.length == 0 || usesOwn(backwardIters.get().item())
                ? own
                : Tensor.noGrad(() -> bufferGz.get().mean(0)).toDoubles();
    }

    @Override
    public final RunningValues running() {
        return RunningValues.uncentred(deviations(runningVar));
    }

    @Override
    public final boolean isCentring() {
        return false;
    }

    public final MABNWindow window() {
        return window;
    }

    @Override
    protected void check(Tensor x) {
        if (x.rank() != 4 || x.dim(1) != channels) {
            throw refusal(x, "it is not (N, " + channels + ", H, W)", "channels are axis 1");
        }
    }

    @Override
    public final Map<String, String> conventions() {
        Map<String, String> all = new TreeMap<>(super.conventions());
        all.put("momentum", Double.toString(window.keep()));
        all.put("momentum_weighs", "old value");
        all.put("running_var", "uncentred second moment");
        return all;
    }
}
