package org.fusegrad.tracing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What outlives a scope by itself, and what is said of the rest. */
final class ScopeLifetimeTest {
    /** Takes what the pool has got back and overwrites it. */
    private static void overwrite() {
        try (Scope other = Engine.current().scope()) {
            for (int i = 0; i < 50; i++) {
                Tensor.ones(2, 3).mul(-7).add(Tensor.ones(3));
                Tensor.ones(3).mul(-7);
                Tensor.ones(3).cast(DType.FLOAT64).mul(-7);
            }
        }
    }

    private static void assertSays(Executable misuse, String... parts) {
        String message = assertThrows(IllegalStateException.class, misuse).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    @Test
    void aTensorReadAfterItsScopeNamesItself() {
        Tensor y;
        Tensor kept;
        try (Scope scope = Engine.current().scope()) {
            y = Tensor.ones(2, 3).mul(2).named("activation");
            kept = Tensor.ones(2, 3).mul(3).keep();
        }
        overwrite();
        String[] says = {"float32(2, 3) 'activation'", "returned by its scope", "keep()"};
        assertSays(y::toDoubles, says);
        assertSays(() -> y.add(1), says);
        assertSays(() -> Tensor.ones(2, 3).matmul(y.transpose(0, 1)), says);
        assertTrue(y.toString().contains("returned by its scope"), y.toString());
        assertEquals(18, kept.sumAll().item());
    }

    @Test
    void aBackwardAfterTheScopeOfItsForward() {
        Tensor x = Tensor.ones(2, 3).requiresGrad(true);
        Tensor loss;
        try (Scope scope = Engine.current().scope()) {
            loss = scope.keep(x.exp().square().sumAll());
        }
        assertSays(loss::backward, "the backward of", "float32(2, 3)", "before that scope closes");
    }

    @Test
    void gradientsAccumulateOverScopes() {
        Tensor w = Tensor.of(1f, 2f, 3f).requiresGrad(true);
        for (int i = 1; i <= 4; i++) {
            try (Scope scope = Engine.current().scope()) {
                w.mul(i).sumAll().backward();
            }
            overwrite();
        }
        assertArrayEquals(new double[] {10, 10, 10}, w.grad().toDoubles());
    }

    @Test
    void overNestedScopesToo() {
        Tensor w = Tensor.of(1f, 2f, 3f).requiresGrad(true);
        try (Scope outer = Engine.current().scope()) {
            Tensor local = Tensor.ones(3).mul(2).requiresGrad(true);
            for (int i = 1; i <= 3; i++) {
                try (Scope scope = Engine.current().scope()) {
                    w.mul(local).mul(i).sumAll().backward();
                }
                overwrite();
            }
            assertArrayEquals(new double[] {6, 12, 18}, local.grad().toDoubles());
        }
        overwrite();
        assertArrayEquals(new double[] {12, 12, 12}, w.grad().toDoubles());
    }

    @Test
    void gradientsOfWhatEndsWithTheScopeEndToo() {
        Tensor local;
        try (Scope scope = Engine.current().scope()) {
            local = Tensor.ones(3).mul(2).requiresGrad(true);
            local.square().sumAll().backward();
        }
        Tensor g = local.grad();
        assertSays(g::toDoubles, "returned by its scope");
    }

    @Test
    void aModuleMadeInsideLivesOn() {
        Module model;
        double[][] expected = new double[2][];
        NormOptions wide = NormOptions.DEFAULT.dtype(DType.FLOAT64);
        try (Scope scope = Engine.current().scope()) {
            model = new Sequential(new BatchNorm2d(3), new BatchNorm2d(3, wide));
            Linear linear = new Linear(3, 2);
            model = new Sequential(model, linear);
            expected[0] = linear.weight().toDoubles();
            expected[1] = model.namedBuffers().get("0.1.running_var").get().toDoubles();
        }
        overwrite();
        assertArrayEquals(expected[0], model.namedParameters().get("1.weight").toDoubles());
        assertArrayEquals(
                expected[1], model.namedBuffers().get("0.1.running_var").get().toDoubles());
        model.parameters().forEach(Tensor::toDoubles);
        model.buffers().forEach(s -> s.get().toDoubles());
    }

    @Test
    void theWeightOfALossLivesOn() {
        CrossEntropyLoss loss;
        try (Scope scope = Engine.current().scope()) {
            loss = new CrossEntropyLoss(CrossEntropy.DEFAULT, Tensor.ones(3).mul(2));
        }
        overwrite();
        Tensor target = Tensor.of(new long[] {0, 2}, 2);
        assertEquals(Math.log(3), loss.call(Tensor.zeros(2, 3), target).item(), 1e-6);
    }

    /** A module whose initial values are computed. */
    private static final class Computed extends Module {
        final Tensor weight = parameter("weight", Tensor.ones(3).mul(2).add(1));
        final State mean = buffer("mean", Tensor.ones(3).mul(5));

        @Override
        public Tensor forward(Tensor x) {
            return x.mul(weight).add(mean.read());
        }
    }

    @Test
    void computedInitialValuesLiveOn() {
        Computed module;
        try (Scope scope = Engine.current().scope()) {
            module = new Computed();
        }
        overwrite();
        assertArrayEquals(new double[] {8, 8, 8}, module.forward(Tensor.ones(3)).toDoubles());
    }
}
