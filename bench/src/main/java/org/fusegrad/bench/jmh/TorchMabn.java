package org.fusegrad.bench.jmh;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Moving average batch normalization in libtorch, operation by operation as its authors published
 * it (Yan et al., ICLR 2020): forward and backward are written out, so autograd records nothing.
 */
final class TorchMabn implements NormWork {
    /** Batches in the windows of both directions. */
    static final int WINDOW = 16;

    /** Weight of the old running variance. */
    static final double KEEP = 0.98;

    /** Step before the first one: past the warm-up of windows and correction. */
    static final int FIRST_STEP = 2000;

    private static final double CLIP = 5;

    private final Tensor x;
    private final Tensor dy;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningVar;
    private final Tensor windowX2;
    private final Tensor windowGz;
    private final Scalar eps = new Scalar(TorchNorm.EPS);
    private final ScalarOptional least = new ScalarOptional(new Scalar(1 / CLIP));
    private final ScalarOptional most = new ScalarOptional(new Scalar(CLIP));
    private int step = FIRST_STEP;

    /** What the backward reads of the forward. */
    private record Saved(Tensor y, Tensor z, Tensor s, Tensor r) {}

    TorchMabn(NormData data) {
        int c = data.channels();
        x = TorchWork.tensor(data, data.x());
        dy = TorchWork.tensor(data, data.dy());
        weight = TorchNorm.filled(1, c).view(1, c, 1, 1);
        bias = TorchNorm.filled(0, c).view(1, c, 1, 1);
        runningVar = TorchNorm.filled(1, c).view(1, c, 1, 1);
        windowX2 = TorchNorm.filled(0, WINDOW * c).view(WINDOW, c);
        windowGz = TorchNorm.filled(0, WINDOW * c).view(WINDOW, c);
    }

    private static Tensor channelMean(Tensor t) {
        return t.mean(3).mean(2).mean(0);
    }

    private static Tensor channelSum(Tensor t) {
        return t.sum(3).sum(2).sum(0);
    }

    /** Puts the newest statistic into its place of the window and averages the window. */
    private Tensor windowMean(Tensor window, Tensor newest) {
        window.select(0, step % WINDOW).copy_(newest);
        return window.mean(0).view(1, -1, 1, 1);
    }

    private Saved run() {
        step++;
        Tensor chi2 = windowMean(windowX2, channelMean(x.mul(x)));
        Tensor s = chi2.add(eps).sqrt();
        Tensor r = torch.clamp(s.div(runningVar.add(eps).sqrt()), least, most);
        Tensor z = x.div(s);
        runningVar.copy_(runningVar.mul(new Scalar(KEEP)).add(chi2.mul(new Scalar(1 - KEEP))));
        return new Saved(z.mul(r).mul(weight).add(bias), z, s, r);
    }

    /** Gradients of x, weight and bias. */
    private Tensor[] gradients(Saved f) {
        Tensor g = dy.mul(weight).mul(f.r());
        Tensor psi = windowMean(windowGz, channelMean(g.mul(f.z())));
        Tensor dx = g.sub(f.z().mul(psi)).div(f.s());
        return new Tensor[] {dx, channelSum(dy.mul(f.z().mul(f.r()))), channelSum(dy)};
    }

    @Override
    public Object forward() {
        try (PointerScope scope = new PointerScope()) {
            return run().y().defined();
        }
    }

    @Override
    public Object forwardBackward() {
        try (PointerScope scope = new PointerScope()) {
            return gradients(run())[0].defined();
        }
    }

    @Override
    public double[][] results() {
        try (PointerScope scope = new PointerScope()) {
            Saved forward = run();
            Tensor[] g = gradients(forward);
            return new double[][] {
                TorchNorm.values(forward.y()),
                TorchNorm.values(g[0]),
                TorchNorm.values(g[1]),
                TorchNorm.values(g[2])
            };
        }
    }

    @Override
    public void close() {
        // The process ends with the fork, and libtorch's memory with it.
    }
}
