package org.fusegrad.nn.norm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.fusegrad.DType;
import org.fusegrad.Primitives;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Init;

/**
 * Moving average batch normalization (Yan et al., ICLR 2020) of (N, C, H, W): for batches too small
 * to have statistics of their own. The forward divides by the mean of the last m second moments;
 * the backward is <em>declared</em>, not derived, and averages the last m of its own statistic
 * {@code E[g z]} in a second ring, which moves when the backward runs. There is no centring: the
 * convolutions before it keep their weights centred instead.
 *
 * <p>During warm-up, and whenever the window is one batch, the declared backward is the true
 * gradient with the correction {@code r} held constant.
 */
public final class MABN2d extends Norm {
    /**
     * What the average is taken over.
     *
     * @param batch samples of a batch, as trained with
     * @param realBatch samples of the batch to be simulated, a multiple of it
     * @param keep weight of the old running variance
     * @param warmup steps that use the batch's own statistics
     * @param clip bound of the correction, and the step from which it counts
     * @param clipFrom last step without correction
     */
    public record Window(
            int batch, int realBatch, double keep, int warmup, double clip, int clipFrom) {
        /** Keep 0.98, warm-up 100, correction within 1/5 to 5 after step 1000. */
        public static Window of(int batch, int realBatch) {
            return new Window(batch, realBatch, 0.98, 100, 5, 1000);
        }

        public Window {
            if (batch < 1 || realBatch < batch || realBatch % batch != 0) {
                throw new IllegalArgumentException("MABN2d: the simulated batch of " + realBatch
                        + " must be a multiple of the real one of " + batch);
            }
        }

        public Window keep(double value) {
            return new Window(batch, realBatch, value, warmup, clip, clipFrom);
        }

        public Window warmup(int value) {
            return new Window(batch, realBatch, keep, value, clip, clipFrom);
        }

        /** Batches in the window. */
        public int size() {
            return realBatch / batch;
        }
    }

    private final int channels;
    private final Window window;
    private final State runningVar;
    private final State bufferX2;
    private final State bufferGz;
    private final State iters;
    private final Tensor rows;

    /** With {@link NormOptions#DEFAULT}. */
    public MABN2d(int channels, Window window) {
        this(channels, window, NormOptions.DEFAULT);
    }

    public MABN2d(int channels, Window window, NormOptions options) {
        super("mabn", options, channels);
        this.channels = channels;
        this.window = window;
        DType dtype = options.dtype();
        runningVar = buffer("running_var", Init.full(1, dtype, channels));
        bufferX2 = buffer("buffer_x2", Init.full(0, dtype, window.size(), channels));
        bufferGz = buffer("buffer_gz", Init.full(0, dtype, window.size(), channels));
        iters = buffer("iters", Tensor.scalar(0, DType.INT64));
        rows = Tensor.arange(window.size()).cast(DType.FLOAT64).reshape(window.size(), 1);
    }

    @Override
    protected Tensor normalize(Tensor x) {
        int[] c = {1, channels, 1, 1};
        double eps = options().eps();
        Tensor rv = runningVar.read().reshape(c);
        if (!movesStatistics()) {
            return affine(x.div(rv.add(eps).sqrt()), c);
        }
        Tensor t = iters.read().add(1);
        iters.write(t);
        Tensor step = t.cast(DType.FLOAT64);
        Tensor ownStatistics = step.le(window.size()).or(step.lt(window.warmup()));
        Tensor slot = step.sub(step.div(window.size()).floor().mul(window.size()));
        Tensor isSlot = rows.eq(slot);

        Tensor x2 = x.square().mean(0, 2, 3);
        Tensor chi2 = ownStatistics
                .where(x2, windowMean(bufferX2, isSlot, x2))
                .detach()
                .named("chi2");
        Tensor s = chi2.add(eps).sqrt();
        Tensor z = x.div(s).named("z");
        Tensor r = correction(step, s.div(rv.add(eps).sqrt())).detach().named("r");
        Tensor keep = rv.mul(window.keep()).add(chi2.mul(1 - window.keep()));
        runningVar.write(keep.reshape(channels));

        return Primitives.customGradient(affine(z.mul(r), c), inputs(x), dy -> {
            Tensor rdy = dy.mul(r);
            Tensor g = weight().map(w -> rdy.mul(w.reshape(c))).orElse(rdy);
            Tensor psi = g.mul(z).mean(0, 2, 3);
            Tensor mean =
                    ownStatistics.where(psi, windowMean(bufferGz, isSlot, psi)).named("Psi");
            List<Tensor> gradients = new ArrayList<>(List.of(g.sub(z.mul(mean)).div(s)));
            weight().ifPresent(w -> gradients.add(rdy.mul(z).sum(0, 2, 3).reshape(channels)));
            bias().ifPresent(b -> gradients.add(dy.sum(0, 2, 3).reshape(channels)));
            return gradients;
        });
    }

    /** Puts the newest statistic into the ring and averages it. */
    private Tensor windowMean(State ring, Tensor isSlot, Tensor newest) {
        Tensor next = isSlot.where(newest.reshape(1, channels), ring.read());
        ring.write(next);
        return next.mean(0).reshape(newest.shape().dims());
    }

    /** How far the window's deviation is from the running one, bounded; 1 at first. */
    private Tensor correction(Tensor step, Tensor ratio) {
        Tensor bounded = ratio.maximum(1 / window.clip()).minimum(window.clip());
        double from = Math.max(window.clipFrom(), window.warmup());
        return step.le(from).where(Tensor.scalar(1, ratio.dtype()), bounded);
    }

    private List<Tensor> inputs(Tensor x) {
        List<Tensor> inputs = new ArrayList<>(List.of(x));
        weight().ifPresent(inputs::add);
        bias().ifPresent(inputs::add);
        return inputs;
    }

    @Override
    public ChannelMap channelMap() {
        return isTraining()
                ? new ChannelMap.Varying("is in training mode: call eval()")
                : fixedMap(new double[channels], deviations(runningVar));
    }

    public Window window() {
        return window;
    }

    @Override
    protected void check(Tensor x) {
        if (x.rank() != 4 || x.dim(1) != channels) {
            throw refusal(x, "it is not (N, " + channels + ", H, W)", "channels are axis 1");
        }
        if (movesStatistics() && x.shape().numel() == 0) {
            throw refusal(x, "an empty batch has no statistics", "skip it");
        }
    }

    @Override
    public Map<String, String> conventions() {
        Map<String, String> all = new TreeMap<>(super.conventions());
        all.put("momentum", Double.toString(window.keep()));
        all.put("momentum_weighs", "old value");
        all.put("running_var", "uncentred second moment");
        return all;
    }
}
