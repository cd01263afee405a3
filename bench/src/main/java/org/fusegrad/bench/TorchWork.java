package org.fusegrad.bench;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** The layer in libtorch with its autograd. Only loaded where libtorch is asked for. */
final class TorchWork implements NormWork {
    private static final double MOMENTUM = 0.1;
    private static final double EPS = 1e-5;

    private final boolean adds;
    private final Tensor x;
    private final Tensor residual;
    private final Tensor dy;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor mean;
    private final Tensor variance;

    TorchWork(String work, NormData data, int threads) {
        torch.set_num_threads(threads);
        adds = work.equals(BN_ADD_RELU);
        x = tensor(data.x(), data.shape()).set_requires_grad(true);
        residual = tensor(data.residual(), data.shape()).set_requires_grad(adds);
        dy = tensor(data.dy(), data.shape());
        weight = filled(1, data.channels()).set_requires_grad(true);
        bias = filled(0, data.channels()).set_requires_grad(true);
        mean = filled(0, data.channels());
        variance = filled(1, data.channels());
    }

    /** Why libtorch cannot run here; empty if it can. */
    static Optional<String> missing() {
        try {
            torch.get_num_threads();
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of("libtorch does not link: " + e.getMessage());
        }
    }

    private static Tensor filled(float value, int n) {
        float[] v = new float[n];
        Arrays.fill(v, value);
        return tensor(v, n);
    }

    private static Tensor tensor(float[] values, int... shape) {
        long[] sizes = Arrays.stream(shape).asLongStream().toArray();
        try (FloatPointer p = new FloatPointer(values)) {
            return torch.from_blob(p, sizes).clone();
        }
    }

    private Tensor run() {
        Tensor y = torch.batch_norm(
                x,
                new TensorOptional(weight),
                new TensorOptional(bias),
                new TensorOptional(mean),
                new TensorOptional(variance),
                true,
                MOMENTUM,
                EPS,
                false);
        return adds ? y.add(residual).relu() : y;
    }

    private static void backward(Tensor y, Tensor dy) {
        y.backward(dy, new BoolOptional(), false, new TensorArrayRefOptional());
    }

    @Override
    public Object forward() {
        try (PointerScope scope = new PointerScope()) {
            return run().defined();
        }
    }

    @Override
    public Object forwardBackward() {
        try (PointerScope scope = new PointerScope()) {
            Tensor y = run();
            backward(y, dy);
            clear();
            return y.defined();
        }
    }

    private void clear() {
        for (Tensor leaf : new Tensor[] {x, residual, weight, bias}) {
            leaf.mutable_grad().reset();
        }
    }

    @Override
    public float[][] results() {
        try (PointerScope scope = new PointerScope()) {
            Tensor y = run();
            backward(y, dy);
            float[][] all = {floats(y), floats(x.grad()), floats(weight.grad()), floats(bias.grad())
            };
            clear();
            return all;
        }
    }

    private static float[] floats(Tensor t) {
        float[] v = new float[Math.toIntExact(t.numel())];
        t.contiguous().data_ptr_float().get(v);
        return v;
    }

    @Override
    public void close() {
        for (Tensor t : new Tensor[] {x, residual, dy, weight, bias, mean, variance}) {
            t.close();
        }
    }
}
