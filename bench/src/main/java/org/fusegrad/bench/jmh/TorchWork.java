package org.fusegrad.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;

/** The layer in libtorch with its autograd. Only loaded where libtorch is asked for. */
final class TorchWork implements NormWork {
    private final TorchNorm norm;
    private final Tensor x;
    private final Optional<Tensor> residual;
    private final Tensor dy;

    private TorchWork(NormData data) {
        norm = TorchNorm.of(data.of().norm(), data.channels(), data.isHalf());
        x = tensor(data, data.x()).set_requires_grad(true);
        residual = data.adds()
                ? Optional.of(tensor(data, data.residual()).set_requires_grad(true))
                : Optional.empty();
        dy = tensor(data, data.dy());
    }

    /** The work of a case. */
    static NormWork of(NormData data, int threads) {
        torch.set_num_threads(threads);
        return data.of().norm().equals("mabn") ? new TorchMabn(data) : new TorchWork(data);
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

    static String version() {
        return Optional.ofNullable(Tensor.class.getPackage().getImplementationVersion())
                .orElse("of unknown version");
    }

    /** A tensor of the case's type and memory order. */
    static Tensor tensor(NormData data, float[] values) {
        Tensor stored = TorchNorm.tensor(values, data.stored());
        Tensor typed = data.isHalf() ? stored.to(torch.ScalarType.BFloat16) : stored;
        return data.channelsLast() ? typed.permute(0, 3, 1, 2) : typed;
    }

    private Tensor run() {
        Tensor y = norm.forward().apply(x);
        return residual.map(r -> y.add(r).relu()).orElse(y);
    }

    private Tensor runBoth() {
        Tensor y = run();
        y.backward(dy, new BoolOptional(), false, new TensorArrayRefOptional());
        return y;
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
            Tensor y = runBoth();
            clear();
            return y.defined();
        }
    }

    @Override
    public double[][] results() {
        try (PointerScope scope = new PointerScope()) {
            List<double[]> all = new ArrayList<>(List.of(TorchNorm.values(runBoth())));
            all.add(TorchNorm.values(x.grad()));
            norm.parameters().forEach(p -> all.add(TorchNorm.values(p.grad())));
            clear();
            return all.toArray(double[][]::new);
        }
    }

    private void clear() {
        x.mutable_grad().reset();
        residual.ifPresent(r -> r.mutable_grad().reset());
        norm.parameters().forEach(p -> p.mutable_grad().reset());
    }

    @Override
    public void close() {
        // The process ends with the fork, and libtorch's memory with it.
    }
}
