package org.fusegrad.state;

import static org.fusegrad.state.Stateful.numbers;
import static org.fusegrad.state.Stateful.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.Way;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.Optimizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class TransactionTest {
    static List<Way> ways() {
        return Way.all();
    }

    private static State counter() {
        return State.of("counter", Tensor.scalar(0));
    }

    @Test
    void whatIsNotCommittedIsPutBackNewestFirst() {
        State state = counter();
        try (Transaction step = Transaction.begin()) {
            state.set(Tensor.scalar(1));
            step.commit();
            state.set(Tensor.scalar(2));
            state.set(Tensor.scalar(3));
        }
        assertEquals(1, state.get().item());
    }

    @Test
    void anOuterTransactionPutsBackWhatAnInnerOneCommitted() {
        State state = counter();
        try (Transaction outer = Transaction.begin()) {
            state.set(Tensor.scalar(1));
            Transaction.run(() -> {
                state.set(Tensor.scalar(2));
                state.set(Tensor.scalar(3));
            });
            assertEquals(3, state.get().item());
        }
        assertEquals(0, state.get().item());
    }

    @Test
    void transactionsCloseInOrder() {
        Transaction outer = Transaction.begin();
        Transaction inner = Transaction.begin();
        assertThrows(IllegalStateException.class, outer::close);
        inner.close();
        outer.close();
    }

    /** Parameters, gradients, momenta and step counts are as before the step that failed. */
    @Test
    void aFailedStepPutsBackTheOptimizerToo() {
        var model = new Sequential(new BatchNorm2d(3), new MABN2d(3, MABNWindow.of(4, 8)));
        Optimizer adam = new Adam(model.parameters(), 0.1);
        step(model, adam, 0);
        var parameters = values(model);
        var memory = adam.stateDict().entrySet().stream()
                .map(e -> e.getKey() + numbers(e.getValue()))
                .toList();
        List<Tensor> gradients = model.parameters().stream().map(Tensor::grad).toList();
        assertThrows(
                IllegalStateException.class,
                () -> Transaction.run(() -> {
                    step(model, adam, 1);
                    assertNotEquals(parameters, values(model));
                    throw new IllegalStateException("the data ends");
                }));
        assertEquals(parameters, values(model));
        assertEquals(
                memory,
                adam.stateDict().entrySet().stream()
                        .map(e -> e.getKey() + numbers(e.getValue()))
                        .toList());
        assertEquals(gradients, model.parameters().stream().map(Tensor::grad).toList());
    }

    private static void step(Sequential model, Optimizer optimizer, int step) {
        optimizer.zeroGrad();
        Stateful.forward(model, step).backward(Stateful.upstream());
        optimizer.step();
    }

    /** What is put back was made before the scope, so closing the scope does not take it away. */
    @Test
    void scopesInsideATransaction() {
        try (Engine engine = Engine.builder().threads(1).build()) {
            engine.run(() -> {
                BatchNorm2d norm = new BatchNorm2d(3);
                try (Scope first = engine.scope()) {
                    Stateful.forward(norm, 0);
                }
                var before = values(norm);
                try (Transaction undone = Transaction.begin();
                        Scope step = engine.scope()) {
                    Stateful.forward(norm, 1);
                    Stateful.forward(norm, 2);
                }
                try (Scope other = engine.scope()) {
                    Tensor.noGrad(() -> Stateful.forward(norm, 3));
                }
                assertEquals(before, values(norm));
            });
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aFormulaInsideAnotherReadsWhatThatHasWritten(Way way) {
        State state = counter();
        Fused inner = Fused.of("inner", x -> {
            state.write(state.read().mul(10));
            return x.add(state.read());
        });
        Fused outer = Fused.of("outer", x -> {
            state.write(state.read().add(1));
            return inner.call(x).add(state.read());
        });
        assertEquals(20, way.call(() -> outer.call(Tensor.scalar(0)).item()));
        assertEquals(10, state.get().item());
    }

    @ParameterizedTest
    @MethodSource("ways")
    void aFormulaThatFailsHasWrittenNothing(Way way) {
        State state = counter();
        Fused fails = Fused.of("fails", x -> {
            state.write(state.read().add(1));
            return x.add(state.read()).reshape(7);
        });
        assertThrows(
                IllegalArgumentException.class, () -> way.call(() -> fails.call(Tensor.scalar(0))));
        assertEquals(0, state.get().item());
    }
}
