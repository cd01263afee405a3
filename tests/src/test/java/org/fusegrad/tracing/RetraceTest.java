package org.fusegrad.tracing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.RandomState;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.junit.jupiter.api.Test;

/** A formula that captures Java values which change is found out, and told which. */
final class RetraceTest {
    private double slope = 0.5;
    private Tensor weight = Tensor.of(1f, 2f).named("w");
    private boolean flag = true;

    private static String fault(Fused formula, Tensor... x) {
        return assertThrows(IllegalStateException.class, () -> formula.call(x)).getMessage();
    }

    private static void assertSays(String message, String... parts) {
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
    }

    private static final Tensor X = Tensor.of(1f, 2f);

    @Test
    void aCapturedNumber() {
        Fused f = Fused.of("scale", x -> x.mul(slope));
        f.call(X);
        slope = 0.25;
        assertSays(
                fault(f, X),
                "formula 'scale'",
                "the constant 0.5 became 0.25 at op mul",
                "an argument, a State, a Setting or part of the mode");
        // As long as it is not put right, and not only once.
        assertSays(fault(f, X), "0.25");
        slope = 0.5;
        assertArrayEquals(new double[] {0.5, 1}, f.call(X).toDoubles());
    }

    @Test
    void aCapturedTensorThatIsReplaced() {
        Fused f = Fused.of("weighted", x -> x.mul(weight));
        f.call(X);
        weight = Tensor.of(3f, 4f).named("w");
        assertSays(fault(f, X), "the captured tensor float32(2) 'w' is another object now");
    }

    @Test
    void aParameterThatIsReplacedByAnEqualOne() {
        weight.requiresGrad(true);
        Fused f = Fused.of("weighted", x -> x.mul(weight));
        f.call(X);
        weight = Tensor.of(1f, 2f).named("w").requiresGrad(true);
        assertSays(fault(f, X), "'w' is another object now");
    }

    @Test
    void aCapturedTensorOfAnotherShape() {
        Fused f = Fused.of("weighted", x -> x.mul(weight));
        f.call(X);
        weight = Tensor.of(3f);
        assertSays(fault(f, X), "float32(2) 'w' became", "float32(1)");
    }

    @Test
    void anotherOperation() {
        Fused f = Fused.of("branch", x -> flag ? x.exp() : x.tanh());
        f.call(X);
        flag = false;
        assertSays(fault(f, X), "the operation exp", "became tanh");
    }

    @Test
    void moreOperations() {
        Fused f = Fused.of("longer", x -> flag ? x.exp() : x.exp().tanh());
        f.call(X);
        flag = false;
        assertSays(fault(f, X), "operations");
    }

    @Test
    void anotherResult() {
        Fused f = Fused.ofAll("order", in -> {
            Tensor a = in.get(0).exp();
            Tensor b = in.get(0).tanh();
            return flag ? List.of(a, b) : List.of(b, a);
        });
        f.callAll(X);
        flag = false;
        assertThrows(IllegalStateException.class, () -> f.callAll(X));
    }

    @Test
    void aRandomMaskOfJava() {
        java.util.Random random = new java.util.Random(1);
        Fused f = Fused.of("mask", x -> x.mul(Tensor.of(random.nextFloat(), random.nextFloat())));
        f.call(X);
        assertSays(fault(f, X), "the captured tensor float32(2) is another object now");
    }

    @Test
    void constantsMadeInsideAreTheSame() {
        Fused f = Fused.of("table", x -> x.mul(Tensor.of(3f, 4f)).add(Tensor.scalar(2)));
        for (int i = 0; i < 9; i++) {
            assertArrayEquals(new double[] {5, 10}, f.call(X).toDoubles());
        }
    }

    @Test
    void inNestedFormulas() {
        Fused inner = Fused.of("inner", x -> x.mul(slope));
        Fused outer = Fused.of("outer", x -> inner.call(x).exp());
        outer.call(X);
        slope = 0.25;
        assertSays(fault(outer, X), "formula 'outer'", "0.5 became 0.25");
    }

    @Test
    void inADeclaredBackward() {
        Fused f = Fused.of(
                "declared",
                x -> Primitives.customGradient(x.mul(1), List.of(x), dy -> List.of(dy.mul(slope))));
        f.call(Tensor.of(1f).requiresGrad(true)).backward();
        slope = 0.25;
        assertSays(
                fault(f, Tensor.of(1f).requiresGrad(true)),
                "in a declared backward, the constant 0.5 became 0.25 at op mul");
    }

    @Test
    void aLaterChangeIsFoundWhenCallsHaveDoubled() {
        Fused f = Fused.of("late", x -> x.mul(slope));
        for (int i = 0; i < 5; i++) {
            f.call(X);
        }
        slope = 0.25;
        for (int i = 5; i < 7; i++) {
            f.call(X);
        }
        assertSays(fault(f, X), "0.5 became 0.25");
    }

    @Test
    void costVanishes() {
        int[] traces = {0};
        Fused f = Fused.of("counted", x -> {
            traces[0]++;
            return x.exp();
        });
        for (int i = 0; i < 1000; i++) {
            f.call(X);
        }
        assertEquals(10, traces[0]);
    }

    @Test
    void verifyingLooksAtEveryCall() {
        try (Engine engine = Engine.builder().threads(1).verify(true).build()) {
            engine.run(() -> {
                Fused f = Fused.of("verified", x -> x.mul(slope));
                for (int i = 0; i < 5; i++) {
                    f.call(X);
                }
                slope = 0.25;
                assertSays(fault(f, X), "0.5 became 0.25");
            });
        }
    }

    @Test
    void lookingHasNoEffects() {
        State count = State.of("count", Tensor.scalar(0));
        List<RandomState> positions = new ArrayList<>();
        Engine engine = Engine.current();
        Fused f = Fused.of("effects", x -> {
            count.write(count.read().add(1));
            return x.mul(Tensor.rand(2));
        });
        for (int i = 0; i < 4; i++) {
            f.call(X);
            positions.add(engine.randomState());
            assertEquals(i + 1, count.get().item());
        }
        for (int i = 1; i < 4; i++) {
            assertEquals(positions.get(0).draws() + i, positions.get(i).draws());
        }
    }

    @Test
    void stateOfAUsersOwnCounts() {
        State rate = State.of("rate", Tensor.scalar(0.5));
        UnaryOperator<Tensor> body = x -> x.mul(rate.get());
        Fused f = Fused.of("rated", body);
        assertArrayEquals(new double[] {0.5, 1}, f.call(X).toDoubles());
        rate.set(Tensor.scalar(2));
        assertArrayEquals(new double[] {2, 4}, f.call(X).toDoubles());
    }
}
