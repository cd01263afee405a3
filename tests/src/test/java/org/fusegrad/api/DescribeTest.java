package org.fusegrad.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.optim.SGD;
import org.junit.jupiter.api.Test;

/** What engines, formulas, modules and optimisers say of themselves. */
final class DescribeTest {
    private static String describe(String backend) {
        try (Engine engine = Engine.builder().backend(backend).threads(1).build()) {
            return engine.describe();
        }
    }

    @Test
    void engineSaysWhatItRunsOnAndWhatIsMissing() {
        assertTrue(describe("interpreter").contains("add fusegrad-codegen"));
        SimdSupport simd = SimdSupport.get();
        if (simd.isAvailable()) {
            assertEquals("backend scalar; 1 thread", describe("scalar"));
            assertTrue(describe("vector").matches("backend vector, \\d+ bits; 1 thread"));
        } else {
            String hint = "backend scalar, without vectors: start the JVM with --add-modules";
            assertTrue(describe("auto").startsWith(hint), describe("auto"));
        }
    }

    @Test
    void formulaInTenLines() {
        try (Engine engine = Engine.builder().threads(1).build()) {
            String text = engine.call(() -> new LayerNorm(64)
                    .explain(Tensor.zeros(8, 64), Activation.NONE)
                    .summary());
            assertTrue(text.lines().count() <= 10, text);
            assertTrue(text.contains("forward: 1 kernels, 1 of them fused"), text);
            String counters = engine.counters().toString();
            assertTrue(counters.matches("\\d+ kernels planned \\(\\d+ fused\\), .*"), counters);
        }
    }

    @Test
    void moduleShowsItsParts() {
        Sequential inner = new Sequential(new Linear(3, 2), Layer.flatten());
        String text = new Sequential(inner, new Linear(2, 1)).toString();
        String first = new Linear(3, 2).toString();
        String last = new Linear(2, 1).toString();
        assertEquals(
                "Sequential(\n  (0): Sequential(\n    (0): " + first + "\n    (1): flatten\n  )\n"
                        + "  (1): " + last + "\n)",
                text);
    }

    /** An optimiser of a user's own. */
    private static final class Lion extends Optimizer {
        Lion(Map<String, Tensor> parameters, double learningRate) {
            super("lion", parameters, learningRate, List.of("momentum"), 0);
        }

        @Override
        protected Map<String, Double> options() {
            return Map.of("beta", 0.9);
        }

        @Override
        protected List<Tensor> update(Tensor p, Tensor g, List<Tensor> memory, List<Tensor> rate) {
            Tensor m = memory.get(0);
            Tensor direction = m.mul(0.9).add(g.mul(0.1)).sign();
            return List.of(p.sub(direction.mul(rate.get(0))), m.mul(0.99).add(g.mul(0.01)));
        }

        @Override
        protected double[] scalars(long t, double learningRate) {
            return new double[] {learningRate};
        }
    }

    private static void step(Tensor p, Optimizer optimizer) {
        optimizer.zeroGrad();
        p.square().sum().backward();
        optimizer.step();
    }

    @Test
    void ownOptimiserMovesSavesAndLoads() {
        Tensor p = Tensor.of(1f, -2f).requiresGrad(true);
        Lion lion = new Lion(Map.of("p", p), 0.5);
        assertEquals("lion(rate 0.5, beta 0.9; 1 parameter)", lion.toString());
        step(p, lion);
        assertArrayEquals(new double[] {0.5, -1.5}, p.toDoubles());
        Tensor copy = Tensor.of(p.toFloats()).requiresGrad(true);
        Lion other = new Lion(Map.of("p", copy), 0.5);
        other.loadStateDict(new LinkedHashMap<>(lion.stateDict()));
        for (int i = 0; i < 3; i++) {
            step(p, lion);
            step(copy, other);
        }
        assertArrayEquals(p.toDoubles(), copy.toDoubles());
        String sgd = new SGD(List.of(p, copy), 0.1).toString();
        assertTrue(sgd.startsWith("sgd(rate 0.1, ") && sgd.endsWith("; 2 parameters)"), sgd);
    }
}
