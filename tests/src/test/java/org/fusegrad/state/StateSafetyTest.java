package org.fusegrad.state;

import static org.fusegrad.state.Stateful.forward;
import static org.fusegrad.state.Stateful.input;
import static org.fusegrad.state.Stateful.numbers;
import static org.fusegrad.state.Stateful.upstream;
import static org.fusegrad.state.Stateful.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.fusegrad.Recompute;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.nn.norm.Norm;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What may happen to a step besides happening once moves no state, or moves it once. */
final class StateSafetyTest {
    static List<Stateful> all() {
        return Stateful.all();
    }

    /** Runs with a trained layer and an equal one beside it. */
    private static void compare(Stateful s, Consumer<Norm> plain, Consumer<Norm> other) {
        s.way().call(() -> {
            Norm a = s.trained();
            Norm b = s.trained();
            assertEquals(values(a), values(b));
            plain.accept(a);
            other.accept(b);
            assertEquals(values(a), values(b));
            return null;
        });
    }

    private static void step(Norm norm, int step) {
        forward(norm, step).backward(upstream());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aStepMovesStates(Stateful s) {
        s.way().call(() -> {
            Norm norm = s.trained();
            var before = values(norm);
            step(norm, 9);
            assertNotEquals(before, values(norm));
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void aForwardThatRecordsNothingMovesNothing(Stateful s) {
        compare(s, norm -> {}, norm -> Tensor.noGrad(() -> forward(norm, 9)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void evaluationMovesNothing(Stateful s) {
        compare(s, norm -> {}, norm -> {
            norm.eval();
            step(norm, 9);
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void anErrorLaterInTheStepMovesNothingAndARetryCountsOnce(Stateful s) {
        compare(s, norm -> step(norm, 9), norm -> {
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> Transaction.run(() -> {
                            step(norm, 9);
                            forward(norm, 9).reshape(5, 5);
                        }));
            }
            Transaction.run(() -> step(norm, 9));
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void anErrorInTheBackwardPutsItsStatesBack(Stateful s) {
        compare(s, norm -> forward(norm, 9), norm -> {
            Tensor x = input(9);
            x.registerHook(g -> {
                throw new IllegalStateException("a hook fails");
            });
            Tensor y = norm.forward(x);
            assertThrows(IllegalStateException.class, () -> y.backward(upstream()));
            assertNull(norm.weight().orElseThrow().grad());
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void aSecondBackwardOfARetainedGraphCountsOnce(Stateful s) {
        compare(s, norm -> step(norm, 9), norm -> {
            Tensor y = forward(norm, 9);
            y.backward(upstream(), true, false);
            y.backward(upstream().mul(3), true, false);
            y.backward(upstream(), false, false);
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void recordedGradientsCountOnce(Stateful s) {
        compare(s, norm -> step(norm, 9), norm -> {
            Tensor x = input(9);
            Tensor y = norm.forward(x);
            Tensor g = Tensor.grad(List.of(y), List.of(x), List.of(upstream()), true)
                    .get(0);
            Tensor.grad(List.of(g), List.of(x), List.of(upstream()), false);
            y.backward(upstream());
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void recomputationMovesStatesAsOneForward(Stateful s) {
        s.way().call(() -> {
            Norm a = s.trained();
            Norm b = s.trained();
            for (int step = 9; step < 12; step++) {
                Tensor x = input(step);
                Tensor again = input(step);
                Tensor y = a.forward(x);
                Tensor z = Recompute.of(b::forward).apply(again);
                assertEquals(numbers(y), numbers(z));
                // Another forward in between: the recomputation sees states as its own forward did.
                Tensor laterOfA = forward(a, 20);
                Tensor laterOfB = forward(b, 20);
                y.backward(upstream());
                z.backward(upstream());
                laterOfA.backward(upstream());
                laterOfB.backward(upstream());
                assertEquals(numbers(x.grad()), numbers(again.grad()));
                assertEquals(values(a), values(b));
            }
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void gradientCheckingLeavesStatesAsTheyWere(Stateful s) {
        compare(
                s,
                norm -> {},
                norm -> GradCheck.of(in -> List.of(norm.forward(in.get(0))))
                        .inputs(input(9))
                        .fast()
                        .order(2)
                        .report());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aRecomputedBackwardThatRunsTwiceCountsOnce(Stateful s) {
        compare(s, norm -> step(norm, 9), norm -> {
            Tensor y = Recompute.of(norm::forward).apply(input(9));
            y.backward(upstream(), true, false);
            y.backward(upstream());
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void recomputedGradientsAreDifferentiatedAgain(Stateful s) {
        s.way().call(() -> {
            Norm a = s.trained();
            Norm b = s.trained();
            List<List<Double>> all = new ArrayList<>();
            for (UnaryOperator<Tensor> f :
                    List.<UnaryOperator<Tensor>>of(a::forward, Recompute.of(b::forward))) {
                Tensor x = input(9);
                // The input is computed, so that second gradients pass through the border.
                Tensor y = f.apply(x.mul(2));
                Tensor g = Tensor.grad(List.of(y), List.of(x), List.of(upstream()), true)
                        .get(0);
                all.add(numbers(Tensor.grad(List.of(g), List.of(x), List.of(upstream()), false)
                        .get(0)));
            }
            assertEquals(all.get(0), all.get(1));
            assertEquals(values(a), values(b));
            return null;
        });
    }

    /** Each backward uses the step of its own forward, and counts apart from the forwards. */
    @ParameterizedTest
    @MethodSource("all")
    void twoForwardsBeforeABackwardAreTwoSteps(Stateful s) {
        s.way().call(() -> {
            Norm a = s.trained();
            Norm b = s.trained();
            Tensor first = forward(a, 9);
            Tensor second = forward(a, 10);
            first.backward(upstream());
            second.backward(upstream().mul(2));
            step(b, 9);
            forward(b, 10).backward(upstream().mul(2));
            assertEquals(values(b), values(a));
            return null;
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void aStepPutBackIsAsIfItHadNotBeen(Stateful s) {
        compare(s, norm -> {}, norm -> {
            try (Transaction undone = Transaction.begin()) {
                Transaction.run(() -> step(norm, 9));
            }
            assertNull(norm.weight().orElseThrow().grad());
        });
    }

    @ParameterizedTest
    @MethodSource("all")
    void aSnapshotRestoresEverything(Stateful s) {
        compare(s, norm -> {}, norm -> {
            var snapshot = norm.stateDict();
            step(norm, 9);
            norm.loadStateDict(snapshot);
        });
    }
}
