package org.fusegrad.tracing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What a formula cannot do is one sentence that names the formula, the tensor and the cure. */
final class FormulaMisuseTest {
    private static final Tensor X = Tensor.of(1f, 2f);

    private static void assertSays(Executable misuse, String... parts) {
        RuntimeException e = assertThrows(RuntimeException.class, misuse);
        assertTrue(
                e instanceof IllegalStateException || e instanceof IllegalArgumentException,
                e.toString());
        for (String part : parts) {
            assertTrue(e.getMessage().contains(part), e.getMessage());
        }
    }

    /** Inside a formula called f, of a symbolic x with the name "y". */
    private static void assertInside(Consumer<Tensor> misuse, String... parts) {
        Fused f = Fused.of("f", x -> {
            misuse.accept(x.mul(2).named("y"));
            return x;
        });
        assertSays(() -> f.call(X), parts);
    }

    /** A tensor that was taken out of a formula. */
    private static Tensor leaked() {
        Tensor[] leaked = new Tensor[1];
        Fused.of("leaky", x -> {
                    leaked[0] = x.mul(2).named("y");
                    return leaked[0];
                })
                .call(X);
        return leaked[0];
    }

    @Test
    void usedOutside() {
        Tensor y = leaked();
        String[] says = {"float32(2) 'y'", "formula 'leaky'", "outside", "return it"};
        Fused other = Fused.of("other", x -> x.add(y));
        List<Executable> uses = List.of(
                () -> y.add(1),
                () -> X.add(y),
                y::toDoubles,
                () -> y.sumAll().item(),
                y::backward,
                () -> y.assign(X),
                () -> X.assign(y),
                () -> Fused.of("g", x -> x).call(y),
                () -> State.of("s", y),
                () -> State.of("s", X).set(y),
                () -> State.of("s", X).write(y),
                () -> y.setGrad(X),
                () -> y.registerHook(g -> g),
                () -> y.requiresGrad(true));
        for (Executable use : uses) {
            assertSays(use, says);
        }
        assertSays(() -> other.call(X), "float32(2) 'y'", "formula 'leaky'", "in formula 'other'");
        assertTrue(y.toString().contains("mul"));
    }

    @Test
    void usedInALaterTraceOfTheSameFormula() {
        Tensor[] kept = new Tensor[1];
        Fused f = Fused.of("same", x -> {
            kept[0] = kept[0] == null ? x.exp() : kept[0];
            return x.add(kept[0]);
        });
        f.call(X);
        assertSays(() -> f.call(Tensor.of(1f, 2f, 3f)), "belongs to one trace of formula 'same'");
    }

    @Test
    void usedOnAnotherThread() {
        String[] message = new String[1];
        Fused f = Fused.of("f", x -> {
            Thread other = new Thread(() -> message[0] =
                    assertThrows(IllegalStateException.class, () -> x.add(1)).getMessage());
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return x;
        });
        f.call(X);
        assertTrue(message[0].contains("formula 'f'"), message[0]);
        assertTrue(message[0].contains("on another thread"), message[0]);
    }

    @Test
    void readInside() {
        List<Consumer<Tensor>> reads = List.of(
                Tensor::toDoubles,
                Tensor::toFloats,
                Tensor::value,
                t -> t.sumAll().item());
        for (Consumer<Tensor> read : reads) {
            assertInside(read, "formula 'f' cannot look at values", "float32", "where()");
        }
    }

    @Test
    void gradientsInside() {
        List<Consumer<Tensor>> uses = List.of(
                y -> Tensor.grad(List.of(y.sumAll()), List.of(y)),
                y -> y.sumAll().backward(),
                y -> y.requiresGrad(true),
                Tensor::requiresGrad,
                Tensor::grad,
                y -> y.setGrad(X),
                y -> y.registerHook(g -> g));
        for (Consumer<Tensor> use : uses) {
            assertInside(use, "inside formula 'f'", "float32", "outside");
        }
    }

    @Test
    void effectsOnWhatIsOutside() {
        Tensor w = Tensor.of(1f, 2f).named("w").requiresGrad(true);
        State state = State.of("s", X);
        w.sumAll().backward();
        double[] before = w.grad().toDoubles();
        List<Consumer<Tensor>> uses = List.of(
                y -> w.assign(X),
                y -> w.setGrad(null),
                y -> w.requiresGrad(false),
                y -> w.registerHook(g -> g),
                y -> w.backward(X),
                y -> Tensor.grad(List.of(w), List.of(w)));
        for (Consumer<Tensor> use : uses) {
            assertInside(use, "'w'", "inside formula 'f'", "before or after the call");
        }
        assertInside(y -> state.set(X), "State.set of 's' inside formula 'f'", "write()");
        assertEquals(before[0], w.grad().toDoubles()[0]);
        assertTrue(w.requiresGrad());
    }

    @Test
    void answersNothing() {
        assertSays(() -> Fused.of("f", x -> null).call(X), "formula 'f' answered null");
        assertSays(() -> Fused.ofAll("f", in -> null).callAll(X), "formula 'f' answered null");
        assertSays(
                () -> Fused.ofAll("f", in -> Arrays.asList(in.get(0), null)).callAll(X),
                "formula 'f' answered null as result 1 of 2");
        assertSays(() -> Fused.ofAll("f", in -> List.of()).call(X), "has 0 results");
        assertSays(() -> Fused.ofAll("f", in -> List.of(X, X)).call(X), "has 2 results", "callAll");
        Fused nested = Fused.of("inner", x -> null);
        assertSays(() -> Fused.of("f", x -> nested.call(x)).call(X), "'inner' answered null");
    }

    @Test
    void unfusedToo() {
        try (Engine engine = Engine.builder().threads(1).fuse(false).build()) {
            engine.run(() -> {
                answersNothing();
                numberOfArguments();
            });
        }
    }

    @Test
    void numberOfArguments() {
        Fused one = Fused.of("one", x -> x);
        Fused two = Fused.of("two", (a, b) -> a.add(b));
        Fused any = Fused.ofAll("any", in -> List.of(in.get(2)));
        assertSays(one::call, "formula 'one' takes 1 argument, not 0");
        assertSays(() -> one.call(X, X), "formula 'one' takes 1 argument, not 2");
        assertSays(() -> two.call(X), "formula 'two' takes 2 arguments, not 1");
        assertSays(() -> two.call(X, null), "argument 1 of formula 'two' is null");
        assertSays(() -> any.call(X, X), "formula 'any' asks for argument 2", "called with 2");
        assertSays(() -> one.graph(X, X), "takes 1 argument");
        assertSays(() -> one.trace(), "takes 1 argument");
        assertSays(() -> one.explain(null, X, X), "takes 1 argument");
        Fused none = Fused.ofAll("none", in -> List.of(X.mul(2)));
        assertEquals(4, none.call().toDoubles()[1]);
        Fused outer = Fused.of("outer", x -> one.call(x, x));
        assertSays(() -> outer.call(X), "formula 'one' takes 1 argument, not 2");
    }

    @Test
    void afterAnErrorAllIsAsBefore() {
        assertInside(Tensor::toDoubles, "cannot look at values");
        assertEquals(2, X.mul(2).toDoubles()[0]);
        Tensor x = Tensor.of(3f).requiresGrad(true);
        Function<Tensor, Tensor> f = t -> t.square();
        f.apply(x).sumAll().backward();
        assertEquals(6, x.grad().item());
        assertNull(Tensor.of(1f).grad());
    }
}
