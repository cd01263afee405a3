package org.fusegrad.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Sequential;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What optimisers save, and what they go on from. */
class OptimizerStateTest {
    private record Kind(String name, BiFunction<Map<String, Tensor>, Double, Optimizer> maker) {
        Optimizer make(Map<String, Tensor> parameters) {
            return maker.apply(parameters, 0.125);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind("sgd", (p, lr) -> new SGD(p, lr, SGD.Options.DEFAULT)),
                new Kind(
                        "sgd with momentum",
                        (p, lr) -> new SGD(p, lr, SGD.Options.DEFAULT.momentum(0.9))),
                new Kind("adam", (p, lr) -> new Adam(p, lr, Adam.Options.ADAM)),
                new Kind("adamw", (p, lr) -> new Adam(p, lr, Adam.Options.ADAMW)),
                new Kind("amsgrad", (p, lr) -> new Adam(p, lr, Adam.Options.ADAM.amsgrad(true))),
                new Kind(
                        "rmsprop",
                        (p, lr) -> new RMSprop(
                                p, lr, RMSprop.Options.DEFAULT.centered(true).momentum(0.5))),
                new Kind("adagrad", (p, lr) -> new Adagrad(p, lr, Adagrad.Options.DEFAULT)));
    }

    private static Map<String, Tensor> parameters(String... names) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (String name : names) {
            int size = name.charAt(0) - 'a' + 1;
            all.put(name, Tensor.arange(size).cast(DType.FLOAT32).add(1).detach());
            all.get(name).requiresGrad(true);
        }
        return all;
    }

    private static void step(Optimizer optimizer, Map<String, Tensor> parameters, int seed) {
        parameters
                .values()
                .forEach(p -> p.setGrad(Tensor.arange(p.dim(0))
                        .cast(DType.FLOAT32)
                        .add(seed)
                        .sin()
                        .detach()));
        optimizer.step();
    }

    private static Map<String, String> text(Map<String, Tensor> values) {
        Map<String, String> all = new LinkedHashMap<>();
        values.forEach((key, t) -> all.put(key, t.toString()));
        return all;
    }

    private static String refused(Optimizer optimizer, Map<String, Tensor> state) {
        double rate = optimizer.learningRate();
        Map<String, String> before = text(optimizer.stateDict());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> optimizer.loadStateDict(state))
                .getMessage();
        assertEquals(before, text(optimizer.stateDict()), "nothing changes");
        assertEquals(rate, optimizer.learningRate());
        return message;
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void trainingGoesOnWithTheSameBitsInAnotherOrderOfParameters(Kind kind) {
        Map<String, Tensor> one = parameters("a", "b", "c");
        Optimizer first = kind.make(one);
        step(first, one, 1);
        step(first, one, 2);
        first.learningRate(0.5);
        Map<String, Tensor> saved = first.stateDict();
        Map<String, Tensor> other = parameters("c", "a", "b");
        other.forEach((name, p) -> p.assign(one.get(name).detach()));
        Optimizer second = kind.make(other);
        second.loadStateDict(saved);
        assertEquals(0.5, second.learningRate());
        step(first, one, 3);
        step(second, other, 3);
        one.forEach(
                (name, p) -> assertArrayEquals(p.toDoubles(), other.get(name).toDoubles(), name));
        assertEquals(
                new java.util.TreeMap<>(text(first.stateDict())),
                new java.util.TreeMap<>(text(second.stateDict())));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void strangersAreRefusedAndNothingChanges(Kind kind) {
        Map<String, Tensor> four = parameters("a", "b", "c", "d");
        Optimizer large = kind.make(four);
        step(large, four, 1);
        Map<String, Tensor> two = parameters("a", "b");
        Optimizer small = kind.make(two);
        step(small, two, 5);
        assertTrue(refused(small, large.stateDict()).contains("c.step is unknown"));
        assertTrue(refused(large, small.stateDict()).contains("c.step is missing"));
        refused(small, Map.of());
        Map<String, Tensor> more = small.stateDict();
        more.put("bogus", Tensor.ones(1));
        assertTrue(refused(small, more).contains("bogus is unknown"));
        assertTrue(refused(small, Map.of("bogus", Tensor.ones(1))).contains("bogus is unknown"));
        more.remove("bogus");
        more.remove("a.step");
        assertTrue(refused(small, more).contains("a.step is missing"));
        more.put("a.step", Tensor.of(new long[] {-1}, 1));
        assertTrue(refused(small, more).contains("no count of steps"));
        more.put("a.step", Tensor.of(1f));
        refused(small, more);
    }

    @Test
    void otherKindsAreRefusedInASentence() {
        List<Kind> kinds = kinds().toList();
        Map<String, Tensor> p = parameters("a");
        for (Kind from : kinds) {
            for (Kind to : kinds) {
                Optimizer source = from.make(p);
                step(source, p, 1);
                if (from != to) {
                    String message = refused(to.make(p), source.stateDict());
                    assertTrue(message.length() < 400 && message.contains("optimizer"), message);
                }
            }
        }
        Optimizer adam = new Adam(List.of(p.get("a")), 0.1);
        assertEquals(
                "this state is of an optimizer adam, not adamw; make the optimizer it was saved"
                        + " from",
                refused(Adam.adamW(List.of(p.get("a")), 0.1), adam.stateDict()));
    }

    @Test
    void otherOptionsAreRefused() {
        Map<String, Tensor> p = parameters("a");
        Adam saved = new Adam(p, 0.1, Adam.Options.ADAM.betas(0.5, 0.9));
        step(saved, p, 1);
        String message = refused(new Adam(p, 0.1, Adam.Options.ADAM), saved.stateDict());
        assertTrue(message.contains("beta1 was 0.5 and is 0.9"), message);
        assertTrue(message.contains("beta2 was 0.9 and is 0.999"), message);
        Map<String, Tensor> state = saved.stateDict();
        state.put("adam:learning_rate", Tensor.of(new double[] {Double.NaN}, 1));
        refused(saved, state);
        state.put("adam:learning_rate", Tensor.of(0.1f));
        refused(saved, state);
    }

    @Test
    void shapesAndTypesAreHeldAgainstTheParameter() {
        Map<String, Tensor> p = parameters("b");
        Adam adam = new Adam(p, 0.1, Adam.Options.ADAM);
        step(adam, p, 1);
        for (Tensor wrong :
                List.of(Tensor.ones(3), Tensor.ones(1, 2), Tensor.ones(2).cast(DType.FLOAT64))) {
            Map<String, Tensor> state = adam.stateDict();
            state.put("b.exp_avg", wrong);
            assertTrue(refused(adam, state).contains("b.exp_avg is " + wrong.dtype()));
        }
        // The same name in another network.
        Map<String, Tensor> other = Map.of("b", Tensor.ones(5).requiresGrad(true));
        refused(new Adam(other, 0.1, Adam.Options.ADAM), adam.stateDict());
    }

    @Test
    void aPlainListIsNamedByItsTensors() {
        Linear linear = new Linear(2, 2);
        Adam adam = new Adam(List.of(linear.weight(), linear.bias().orElseThrow()), 0.1);
        assertTrue(adam.stateDict().containsKey("weight.step"));
        Linear second = new Linear(2, 2);
        Adam both = new Adam(List.of(linear.weight(), second.weight()), 0.1);
        assertTrue(both.stateDict().containsKey("weight#1.step"));
        Adam swapped = new Adam(List.of(linear.bias().orElseThrow(), linear.weight()), 0.1);
        linear.weight().setGrad(Tensor.ones(2, 2));
        adam.step();
        swapped.loadStateDict(adam.stateDict());
        assertEquals(1, swapped.stateDict().get("weight.step").item());
        assertEquals(0, swapped.stateDict().get("bias.step").item());
    }

    @Test
    void aCheckpointNamesMemoryByPath() {
        Sequential model = new Sequential(new Linear(2, 2), new Linear(2, 2));
        List<Tensor> reversed = new java.util.ArrayList<>(model.parameters());
        java.util.Collections.reverse(reversed);
        Adam adam = new Adam(reversed, 0.1);
        model.parameters().forEach(p -> p.setGrad(Tensor.ones(p.shape().dims())));
        adam.step();
        Checkpoint saved = Checkpoint.of(model, adam);
        assertTrue(saved.tensors().containsKey("optimizer:1.weight.exp_avg"));
        Adam inOrder = new Adam(model.parameters(), 0.3);
        saved.into(model, inOrder);
        assertEquals(0.1, inOrder.learningRate());
        Adam stranger = new Adam(List.of(Tensor.ones(1).requiresGrad(true)), 0.1);
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.of(model, stranger));
        assertThrows(IllegalArgumentException.class, () -> saved.into(model, stranger));
        Adam decoupled = Adam.adamW(model.parameters(), 0.1);
        assertThrows(IllegalArgumentException.class, () -> saved.into(model, decoupled));
    }

    @Test
    void aTransactionPutsBackWhatWasLoaded() {
        Map<String, Tensor> p = parameters("b");
        Adam adam = new Adam(p, 0.1, Adam.Options.ADAM);
        step(adam, p, 1);
        Map<String, Tensor> saved = adam.stateDict();
        Adam other = new Adam(p, 0.7, Adam.Options.ADAM);
        Map<String, String> before = text(other.stateDict());
        assertThrows(
                UnsupportedOperationException.class,
                () -> Transaction.run(() -> {
                    other.loadStateDict(saved);
                    step(other, p, 3);
                    throw new UnsupportedOperationException();
                }));
        assertEquals(before, text(other.stateDict()));
    }
}
