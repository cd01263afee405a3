package org.fusegrad.bench;

import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.ops.Activation;
import org.fusegrad.plan.Executable;

/** The layer on an engine of its own, fused or operation by operation. */
final class FusegradWork implements NormWork {
    private static final long SETTLE = TimeUnit.SECONDS.toNanos(2);

    private final Engine engine;
    private final BatchNorm2d layer;
    private final boolean adds;
    private final Tensor x;
    private final Tensor residual;
    private final Tensor dy;

    FusegradWork(String work, NormData data, boolean fuse, int threads) {
        engine = Engine.builder().threads(threads).fuse(fuse).build();
        layer = new BatchNorm2d(data.channels());
        adds = work.equals(BN_ADD_RELU);
        x = Tensor.of(data.x(), data.shape()).requiresGrad(true);
        residual = Tensor.of(data.residual(), data.shape()).requiresGrad(adds);
        dy = Tensor.of(data.dy(), data.shape());
    }

    /**
     * Runs for a while, so that the fused kernels change to their vector forms before JMH's own
     * warm-up, which is what settles the JVM after the change.
     *
     * @return what form they are in; of the layer with residual only the Vector API's being there
     */
    String settle() {
        long start = System.nanoTime();
        do {
            forwardBackward();
        } while (System.nanoTime() - start < SETTLE);
        if (adds) {
            return engine.backendName();
        }
        Explanation layerCode = engine.call(() -> layer.explain(x, Activation.NONE));
        return isVector(layerCode.forward()) && isVector(layerCode.backward())
                ? "vector"
                : "scalar";
    }

    private static boolean isVector(Executable code) {
        return code.source().contains(SimdSupport.MODULE);
    }

    private Tensor run() {
        return adds ? layer.forward(x, residual, Activation.RELU) : layer.forward(x);
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
    public float[][] results() {
        return scoped(() -> {
            Tensor y = run();
            y.backward(dy);
            float[][] all = {
                y.toFloats(),
                x.grad().toFloats(),
                layer.weight().orElseThrow().grad().toFloats(),
                layer.bias().orElseThrow().grad().toFloats()
            };
            clear();
            return all;
        });
    }

    private void clear() {
        x.setGrad(null);
        residual.setGrad(null);
        layer.parameters().forEach(p -> p.setGrad(null));
    }

    @Override
    public void close() {
        engine.close();
    }
}
