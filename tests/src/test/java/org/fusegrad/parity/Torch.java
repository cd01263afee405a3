package org.fusegrad.parity;

import java.nio.DoubleBuffer;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.fusegrad.Tensor;

/** The peer: libtorch, if its natives are there. */
final class Torch {
    private static final boolean PRESENT = load();

    private Torch() {}

    static boolean isPresent() {
        return PRESENT;
    }

    private static boolean load() {
        try {
            torch.set_num_threads(1);
            return true;
        } catch (LinkageError e) {
            System.out.println("[SKIP] libtorch: " + e.getMessage());
            return false;
        }
    }

    /** A copy of a float64 tensor. */
    static org.bytedeco.pytorch.Tensor of(Tensor t) {
        return org.bytedeco.pytorch.Tensor.create(t.toDoubles(), sizes(t));
    }

    /** A copy that collects gradients. */
    static org.bytedeco.pytorch.Tensor leaf(Tensor t) {
        return of(t).requires_grad_(true);
    }

    static org.bytedeco.pytorch.Tensor ofLongs(Tensor t) {
        return org.bytedeco.pytorch.Tensor.create(t.toLongs(), sizes(t));
    }

    static TensorOptional optional(org.bytedeco.pytorch.Tensor t) {
        return new TensorOptional(t);
    }

    /** Runs the gradient of {@code <upstream, y>}. */
    static void backward(org.bytedeco.pytorch.Tensor y, Tensor upstream) {
        y.mul(of(upstream)).sum().backward();
    }

    static double[] values(org.bytedeco.pytorch.Tensor t) {
        org.bytedeco.pytorch.Tensor dense = t.detach().contiguous();
        DoubleBuffer buffer = dense.createBuffer();
        double[] values = new double[(int) dense.numel()];
        buffer.get(values);
        return values;
    }

    private static long[] sizes(Tensor t) {
        return java.util.Arrays.stream(t.shape().dims()).asLongStream().toArray();
    }
}
