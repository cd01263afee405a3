package org.fusegrad.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private static Tensor parameter(double... values) {
        return Tensor.of(values, values.length).requiresGrad(true);
    }

    private static double step(Optimizer optimizer, Tensor p, double gradient) {
        p.setGrad(Tensor.of(new double[] {gradient}, 1));
        optimizer.step();
        return p.toDoubles()[0];
    }

    @Test
    void sgdMomentumByHand() {
        Tensor p = parameter(1);
        SGD.Options options = SGD.Options.DEFAULT.momentum(0.5).dampening(0.2).weightDecay(0.1);
        SGD sgd = new SGD(List.of(p), 0.1, options);
        double d1 = 2 + 0.1;
        double p1 = 1 - 0.1 * d1;
        assertEquals(p1, step(sgd, p, 2), 1e-15);
        double v = 0.5 * d1 + 0.8 * (1 + 0.1 * p1);
        assertEquals(p1 - 0.1 * v, step(sgd, p, 1), 1e-15);
    }

    @Test
    void nesterovLooksAhead() {
        Tensor p = parameter(0);
        SGD sgd = new SGD(List.of(p), 1, SGD.Options.DEFAULT.momentum(0.5).nesterov(true));
        assertEquals(-1.5, step(sgd, p, 1), 1e-15);
        assertEquals(-1.5 - 1.75, step(sgd, p, 1), 1e-15);
        assertThrows(IllegalArgumentException.class, () -> SGD.Options.DEFAULT.nesterov(true));
    }

    @Test
    void adamsFirstStepIsTheLearningRate() {
        Tensor p = parameter(1);
        assertEquals(0.99, step(new Adam(List.of(p), 0.01), p, 7), 1e-9);
        Tensor q = parameter(1);
        assertEquals(1 - 0.01 * 0.01 - 0.01, step(Adam.adamW(List.of(q), 0.01), q, 7), 1e-9);
    }

    @Test
    void rmspropAndAdagradByHand() {
        Tensor p = parameter(0);
        RMSprop.Options centered =
                RMSprop.Options.DEFAULT.alpha(0.5).centered(true).eps(0);
        assertEquals(-2, step(new RMSprop(List.of(p), 1, centered), p, 4), 1e-12);
        Tensor q = parameter(0);
        Adagrad adagrad = new Adagrad(List.of(q), 1, new Adagrad.Options(1, 0, 9, 0));
        assertEquals(-0.8, step(adagrad, q, 4), 1e-15);
        assertEquals(-0.8, step(adagrad, q, 0), 1e-15);
    }

    @Test
    void parametersWithoutGradientStay() {
        Tensor p = parameter(1);
        Tensor q = parameter(2);
        SGD sgd = new SGD(List.of(p, q), 0.1, SGD.Options.DEFAULT.weightDecay(0.5));
        step(sgd, p, 1);
        assertArrayEquals(new double[] {2}, q.toDoubles());
        sgd.zeroGrad();
        assertEquals(null, p.grad());
    }

    @Test
    void resumesFromSavedState() {
        Tensor p = parameter(1);
        Adam first = new Adam(List.of(p), 0.1);
        step(first, p, 1);
        Map<String, Tensor> saved = first.stateDict();
        double[] at = p.toDoubles();
        double expected = step(first, p, -2);

        Tensor q = parameter(at);
        Adam second = new Adam(List.of(q), 0.1);
        second.loadStateDict(saved);
        assertEquals(expected, step(second, q, -2));
        assertEquals(1, saved.get("0.step").item());

        saved.remove("0.exp_avg");
        assertThrows(IllegalArgumentException.class, () -> second.loadStateDict(saved));
    }

    @Test
    @SuppressWarnings("try")
    void memoryOutlivesTheScopeOfAStep() {
        Tensor p = Tensor.of(1f).requiresGrad(true);
        Adam adam = new Adam(List.of(p), 0.1);
        for (int i = 0; i < 3; i++) {
            try (Scope unused = Engine.current().scope()) {
                p.square().sumAll().backward();
                adam.step();
                adam.zeroGrad();
            }
        }
        assertEquals(0.7, p.toDoubles()[0], 0.02);
    }

    @Test
    void schedules() {
        Schedule steps = Schedule.step(1, 10, 0.1);
        assertEquals(1, steps.at(9));
        assertEquals(0.01, steps.at(25), 1e-15);
        assertEquals(0.25, Schedule.milestones(1, 0.5, 3, 5).at(5));
        Schedule cosine = Schedule.cosine(1, 0, 10);
        assertEquals(0.5, cosine.at(5), 1e-15);
        assertEquals(0, cosine.at(99), 1e-15);
        Schedule warm = cosine.afterWarmup(4);
        assertEquals(0.2, warm.at(0), 1e-15);
        assertEquals(1, warm.at(4));
    }
}
