package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.junit.jupiter.api.Test;

/** What nobody holds any more goes, however often it was called. */
final class FormulaLifetimeTest {
    /** A layer whose formula refers to the layer, from its declared backward too. */
    private static final class Layer {
        private final byte[] weight = new byte[1 << 16];
        private final Tensor scale = Tensor.scalar(2).requiresGrad(true);
        private final Fused formula = Fused.of(
                "layer",
                x -> Primitives.customGradient(
                        x.mul(scale), List.of(x), dy -> List.of(dy.mul(weight.length))));
    }

    private static Object collected(WeakReference<?> reference) {
        for (int i = 0; i < 100 && reference.get() != null; i++) {
            System.gc();
            LockSupport.parkNanos(10_000_000);
        }
        return reference.get();
    }

    private static void step(Engine engine, Fused formula) {
        engine.run(() -> {
            Tensor x = Tensor.ones(3).requiresGrad(true);
            formula.call(x).sumAll().backward();
            assertEquals(1 << 16, x.grad().toDoubles()[0]);
        });
    }

    private static WeakReference<Layer> called(Engine engine) {
        Layer layer = new Layer();
        step(engine, layer.formula);
        step(engine, layer.formula);
        return new WeakReference<>(layer);
    }

    @Test
    void aFormulaThatNobodyHoldsGoes() {
        try (Engine engine = Engine.builder().threads(1).build()) {
            assertNull(collected(called(engine)));
            Layer held = new Layer();
            step(engine, held.formula);
            assertNotNull(held);
        }
    }

    @Test
    void aLayerThatNobodyHoldsGoes() {
        try (Engine engine = Engine.builder().threads(1).build()) {
            assertNull(collected(trained(engine)));
        }
    }

    private static WeakReference<MABN2d> trained(Engine engine) {
        MABN2d norm = new MABN2d(2, MABNWindow.of(4, 8));
        engine.run(() -> norm.forward(Tensor.ones(2, 2, 3, 3)).sumAll().backward());
        return new WeakReference<>(norm);
    }

    @Test
    void anEngineThatNobodyHoldsGoesBeforeTheFormulasItRan() {
        Layer layer = new Layer();
        assertNull(collected(closed(layer)));
        step(Engine.current(), layer.formula);
    }

    private static WeakReference<Engine> closed(Layer layer) {
        Engine engine = Engine.builder().threads(2).build();
        step(engine, layer.formula);
        engine.close();
        return new WeakReference<>(engine);
    }

    /**
     * A formula is traced once for each signature, as long as somebody holds it, and to compare at
     * the second and the fourth call.
     */
    @Test
    void aFormulaThatIsHeldIsTracedOnce() {
        int[] traces = {0};
        Fused formula = Fused.of("counted", x -> {
            traces[0]++;
            return x.mul(2);
        });
        try (Engine engine = Engine.builder().threads(1).build()) {
            for (int i = 0; i < 5; i++) {
                engine.run(() -> formula.call(Tensor.ones(3)));
                System.gc();
            }
        }
        assertEquals(3, traces[0]);
    }
}
