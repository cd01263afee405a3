package org.fusegrad.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.Norms;
import org.fusegrad.ops.Activation;
import org.fusegrad.plan.Executable;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** The layer on an engine of its own, fused or operation by operation. */
final class FusegradWork implements NormWork {
    private static final long SETTLE = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL = TimeUnit.MILLISECONDS.toNanos(20);

    private final Engine engine;
    private final Norm layer;
    private final Activation activation;
    private final List<Tensor> inputs = new ArrayList<>();
    private final List<Tensor> parameters;
    private final Tensor dy;

    FusegradWork(NormData data, boolean fuse, int threads) {
        engine = Engine.builder().threads(threads).fuse(fuse).build();
        layer = engine.call(() -> layer(data));
        parameters = layer.parameters();
        activation = data.adds() ? Activation.RELU : Activation.NONE;
        inputs.add(tensor(data, data.x()).requiresGrad(true));
        if (data.adds()) {
            inputs.add(tensor(data, data.residual()).requiresGrad(true));
        }
        dy = tensor(data, data.dy());
    }

    private static Norm layer(NormData data) {
        int[] dims = data.of().dims();
        String norm = data.adds() ? "bn" : data.of().norm();
        if (norm.equals("mabn")) {
            return movingAverage(dims[0], data.channels());
        }
        return Norms.STANDARD.parse(norm).of(Shape.of(dims), o -> o.eps(TorchNorm.EPS));
    }

    /** Past its warm-up, where the windows and the correction are in use. */
    private static MABN2d movingAverage(int batch, int channels) {
        int simulated = batch * TorchMabn.WINDOW;
        MABN2d layer =
                new MABN2d(channels, new MABNWindow(batch, simulated, TorchMabn.KEEP, 1, 5, 1));
        layer.namedBuffers().get("iters").set(Tensor.scalar(TorchMabn.FIRST_STEP, DType.INT64));
        return layer;
    }

    private Tensor tensor(NormData data, float[] values) {
        return engine.call(() -> {
            Tensor stored = Tensor.of(values, data.stored());
            Tensor x = data.isHalf() ? stored.cast(DType.BFLOAT16) : stored;
            return data.channelsLast() ? x.permute(0, 3, 1, 2) : x;
        });
    }

    /**
     * Runs until the kernels have changed to their vector forms, so that JMH's warm-up, which is
     * what settles the JVM after the change, sees nothing else.
     */
    void settle() {
        if (!engine.backendName().equals("vector")) {
            return;
        }
        long end = System.nanoTime() + SETTLE;
        do {
            forwardBackward();
            LockSupport.parkNanos(POLL);
        } while (!runsVectorCode() && System.nanoTime() < end);
    }

    private boolean runsVectorCode() {
        Tensor[] in = inputs.toArray(Tensor[]::new);
        Explanation code = engine.call(() -> in.length == 1
                ? layer.explain(in[0], activation)
                : Fused.of("with_residual", (a, b) -> layer.forward(a, b, activation))
                        .explain("", in));
        return isVector(code.forward()) && isVector(code.backward());
    }

    private static boolean isVector(Executable code) {
        return code.source().contains(SimdSupport.MODULE);
    }

    private Tensor run() {
        return inputs.size() > 1
                ? layer.forward(inputs.get(0), inputs.get(1), activation)
                : layer.forward(inputs.get(0));
    }

    private <T> T scoped(Supplier<T> step) {
        return engine.call(() -> {
            try (Scope scope = engine.scope()) {
                return step.get();
            }
        });
    }

    @Override
    public Object forward() {
        return scoped(this::run);
    }

    @Override
    public Object forwardBackward() {
        return scoped(() -> {
            Tensor y = run();
            y.backward(dy);
            clear();
            return y;
        });
    }

    @Override
    public double[][] results() {
        return scoped(() -> {
            Tensor y = run();
            y.backward(dy);
            List<double[]> all = new ArrayList<>(List.of(y.toDoubles()));
            all.add(inputs.get(0).grad().toDoubles());
            parameters.forEach(p -> all.add(p.grad().toDoubles()));
            clear();
            return all.toArray(double[][]::new);
        });
    }

    private void clear() {
        inputs.forEach(x -> x.setGrad(null));
        parameters.forEach(p -> p.setGrad(null));
    }

    @Override
    public void close() {
        engine.close();
    }
}
