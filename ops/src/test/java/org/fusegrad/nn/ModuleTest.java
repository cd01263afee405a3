package org.fusegrad.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.IdentityNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class ModuleTest {
    private static Sequential network(long seed) {
        RandomSource random = RandomSource.of(seed);
        return new Sequential(
                new Conv2d(2, 4, ConvOptions.kernel(3).padding(1), random),
                new Sequential(new BatchNorm2d(4), Layer.relu()),
                Layer.adaptiveAvgPool2d(1, 1),
                Layer.flatten(),
                new Linear(4, 3, true, DType.FLOAT32, random));
    }

    @Test
    void pathsFollowRegistration() {
        Sequential net = network(1);
        assertEquals(
                List.of(
                        "0.weight",
                        "0.bias",
                        "1.0.weight",
                        "1.0.bias",
                        "1.0.running_mean",
                        "1.0.running_var",
                        "1.0.num_batches_tracked",
                        "4.weight",
                        "4.bias"),
                List.copyOf(net.stateDict().keySet()));
        assertEquals(6, net.parameters().size());
        assertEquals(4 * 2 * 9 + 4 + 8 + 12 + 3, net.parameterCount());
        assertTrue(net.namedModules().containsKey("1.0"));
    }

    @Test
    void trainReachesEveryModule() {
        Sequential net = network(1);
        net.eval();
        assertTrue(net.namedModules().values().stream().noneMatch(Module::isTraining));
        assertTrue(net.train().isTraining());
    }

    @Test
    void initialValuesAreAFunctionOfTheSeed() {
        float[] first = network(7).parameters().get(0).toFloats();
        assertArrayEquals(first, network(7).parameters().get(0).toFloats());
        assertFalse(
                java.util.Arrays.equals(first, network(8).parameters().get(0).toFloats()));
        double bound = 1 / Math.sqrt(18);
        double largest = 0;
        for (float v : first) {
            largest = Math.max(largest, Math.abs(v));
        }
        assertTrue(largest <= bound && largest > 0.8 * bound, "largest " + largest);
    }

    @Test
    void forwardAndGradientsReachAllParameters() {
        Sequential net = network(3);
        Tensor y =
                net.forward(Tensor.of(new float[2 * 2 * 25], 2, 2, 5, 5).add(1).detach());
        assertEquals(Shape.of(2, 3), y.shape());
        y.sumAll().backward();
        assertTrue(net.parameters().stream().allMatch(p -> p.grad() != null));
        net.zeroGrad();
        assertTrue(net.parameters().stream().allMatch(p -> p.grad() == null));
    }

    @Test
    void stateDictIsASnapshotThatLoads() {
        Sequential net = network(3);
        Map<String, Tensor> saved = net.stateDict();
        double before = saved.get("4.bias").toDoubles()[0];
        net.namedParameters().get("4.bias").assign(Tensor.ones(3));
        assertEquals(before, saved.get("4.bias").toDoubles()[0]);
        net.loadStateDict(saved);
        assertEquals(before, net.stateDict().get("4.bias").toDoubles()[0]);
    }

    @Test
    void loadingIsAllOrNothing() {
        Sequential net = network(3);
        Map<String, Tensor> wrong = new LinkedHashMap<>(network(4).stateDict());
        wrong.put("4.bias", Tensor.zeros(5));
        wrong.remove("0.bias");
        wrong.put("extra", Tensor.zeros(1));
        float[] before = net.parameters().get(0).toFloats();
        String fault = assertThrows(IllegalArgumentException.class, () -> net.loadStateDict(wrong))
                .getMessage();
        assertTrue(
                fault.contains("4.bias is float32(5)")
                        && fault.contains("0.bias is missing")
                        && fault.contains("extra is unknown"),
                fault);
        assertArrayEquals(before, net.parameters().get(0).toFloats());
    }

    @Test
    void aPartInASlotIsReplaced() {
        Sequential net = network(1);
        net.eval();
        net.replace("1.0", new IdentityNorm());
        assertFalse(net.namedModules().get("1.0").isTraining());
        assertFalse(net.stateDict().containsKey("1.0.weight"));
        assertEquals(
                Optional.empty(), net.whyNotReplace("0", new Linear(1, 1)), "a place for anything");
    }

    @Test
    void aPartInAFieldOrOfAnotherKindIsNotReplaced() {
        Module holder = new Module() {
            private final Layer fixed = child("fixed", Layer.relu());
            private final Slot<Norm> norm = slot("norm", Norm.class, new IdentityNorm());

            @Override
            public Tensor forward(Tensor x) {
                return fixed.forward(norm.get().forward(x));
            }
        };
        assertTrue(message(() -> holder.replace("fixed", Layer.relu())).contains("in a field"));
        assertTrue(message(() -> holder.replace("norm", Layer.relu())).contains("takes a Norm"));
        assertTrue(message(() -> holder.replace("none", Layer.relu())).contains("no part 'none'"));
        assertTrue(message(() -> holder.replace("", Layer.relu())).contains("no part ''"));
    }

    private static String message(Executable wrong) {
        return assertThrows(IllegalArgumentException.class, wrong).getMessage();
    }

    @Test
    void watchersStandAroundCallsUntilTheyAreRemoved() {
        Sequential net = network(1);
        List<String> seen = new ArrayList<>();
        Runnable end = net.namedModules().get("1.0").watch((module, x, call) -> {
            Tensor y = call.get();
            seen.add(module + " " + x.shape() + y.shape());
            return y;
        });
        Tensor x = Tensor.ones(2, 2, 3, 3);
        net.forward(x);
        end.run();
        net.forward(x);
        assertEquals(List.of("BatchNorm2d(4) (2, 4, 3, 3)(2, 4, 3, 3)"), seen);
    }
}
