package org.fusegrad.nn.norm;

import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

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
public final class MABN2d extends MovingAverageNorm {
    private final Tensor rows;

    /** With {@link NormOptions#DEFAULT}. */
    public MABN2d(int channels, MABNWindow window) {
        this(channels, window, NormOptions.DEFAULT);
    }

    public MABN2d(int channels, MABNWindow window, NormOptions options) {
        super("mabn", channels, window, options);
        int m = window.size();
        rows = Tensor.arange(m).cast(DType.FLOAT64).reshape(m, 1);
    }

    @Override
    Tensor train(Tensor x, Tensor t) {
        int m = window.size();
        Tensor slot = rows.eq(t.sub(t.div(m).floor().mul(m)));
        Tensor own = t.le(m).or(t.lt(window.warmup()));
        Tensor corrects = t.gt(Math.max(window.clipFrom(), window.warmup()));

        Tensor x2 = x.square().mean(0, 2, 3);
        Tensor chi2 = own.where(x2, ringMean(bufferX2, slot, x2)).detach().named("chi2");
        Tensor y = normalized(
                x,
                new int[] {0, 2, 3},
                corrects,
                chi2,
                psi -> own.where(psi, ringMean(bufferGz, slot, psi)));
        keep(runningVar.read(), chi2);
        return y;
    }

    @Override
    boolean usesOwn(double step) {
        return step <= window.size() || step < window.warmup();
    }

    /** Puts the newest statistic into the ring and averages it. */
    private Tensor ringMean(State ring, Tensor slot, Tensor newest) {
        Tensor next = slot.where(newest.reshape(1, channels), ring.read());
        ring.write(next);
        return next.mean(0).reshape(newest.shape().dims());
    }
}
