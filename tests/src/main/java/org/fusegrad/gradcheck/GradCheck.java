package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;

/**
 * Compares derived gradients with central finite differences of {@code <v, f(x)>} for a random
 * cotangent v, element by element, or in random directions where a tensor is large. Order 2
 * checks the gradient itself as a function of inputs and upstream gradients, and so on.
 *
 * <p>The function is traced, and the differences are taken of its graph in float64, evaluated node
 * by node: they share nothing with the fused and generated code that is checked, and a function of
 * float32 is judged against its float64 shadow, within a running error bound. A function that looks
 * at values cannot be traced; its differences are taken by calling it, in float64 only.
 *
 * <p>Three things can be checked. By default the gradient is the <em>derivative</em>. A gradient
 * that its author declared is compared with a reference, {@link #declared}. Where such a gradient
 * has to be the derivative after all, in a limit of its settings, {@link #limitLaw} says which.
 *
 * <p>Runs on {@link #backends}, by default on the engine current on the calling thread. Values,
 * parameters and states are as before when it ends.
 */
public final class GradCheck {
    final TensorFunction function;
    List<Tensor> inputs = List.of();
    final List<Tensor> parameters = new ArrayList<>();
    final List<State> states = new ArrayList<>();
    final List<State> unmoved = new ArrayList<>();
    final Map<Integer, Double> steps = new HashMap<>();
    List<String> backends = List.of();
    List<Tensor> cotangents;
    DeclaredGradient reference;
    String law;
    int order = 1;
    long seed = 20;
    boolean richardson = true;
    boolean zeros;
    boolean hold;
    boolean jacobian;
    boolean jvp;
    boolean layouts;
    int everyElement = 600;
    Tolerance tolerance;

    private GradCheck(TensorFunction function) {
        this.function = function;
    }

    /** A check of a function, which must be pure apart from its states. */
    public static GradCheck of(TensorFunction function) {
        return new GradCheck(function);
    }

    /** The point to check at; floating inputs are differentiated by, others passed on. */
    public GradCheck inputs(Tensor... values) {
        inputs = List.of(values);
        return this;
    }

    /** Tensors the function captures and that are differentiated by, such as a layer's weights. */
    public GradCheck parameters(Tensor... captured) {
        parameters.addAll(Arrays.asList(captured));
        return this;
    }

    /**
     * States the function may move: put back before each evaluation and at the end. Those that a
     * traced function reads or writes need no mention.
     */
    public GradCheck states(List<State> moving) {
        states.addAll(moving);
        return this;
    }

    /** States the function must not move; a change is a failure. */
    public GradCheck unmoved(List<State> fixed) {
        unmoved.addAll(fixed);
        return this;
    }

    /** The highest derivative to check; 1, the gradient, by default. */
    public GradCheck order(int highest) {
        if (highest < 1) {
            throw new IllegalArgumentException("a gradient check of order " + highest
                    + " checks nothing; the gradient itself is order 1");
        }
        order = highest;
        return this;
    }

    /** Start of the random cotangents and directions. */
    public GradCheck seed(long value) {
        seed = value;
        return this;
    }

    /** Whether two differences are extrapolated to step 0, as they are by default. */
    public GradCheck richardson(boolean on) {
        richardson = on;
        return this;
    }

    /** Tensors up to this size are checked element by element, larger ones in random directions. */
    public GradCheck everyElement(int upTo) {
        everyElement = upTo;
        return this;
    }

    /** Checks every tensor in a few random directions only. */
    public GradCheck fast() {
        return everyElement(0);
    }

    /**
     * Checks every element of the Jacobian, a backward for each element of the results, instead of
     * its product with a random cotangent.
     */
    public GradCheck jacobian() {
        jacobian = true;
        return this;
    }

    /**
     * Checks products of the Jacobian with random directions too. They come of differentiating the
     * backward, which is linear in the cotangent, by the cotangent; with order 2 they are products
     * with the Hessian.
     */
    public GradCheck jvp() {
        jvp = true;
        return this;
    }

    /**
     * Checks that inputs in another memory order, with gaps and broadcast have the same gradients.
     */
    public GradCheck layouts() {
        layouts = true;
        return this;
    }

    /** The step of the differences for one input, relative to max(1, |x|). */
    public GradCheck eps(int input, double step) {
        steps.put(input, step);
        return this;
    }

    /**
     * Replaces the random cotangents. With ones the gradient of a norm by its input is zero
     * whatever the backward; the check refuses such cotangents.
     *
     * @param upstream one for each result, {@code null} for a result left out
     */
    public GradCheck cotangents(Tensor... upstream) {
        cotangents = Arrays.asList(upstream);
        return this;
    }

    /** Names for {@link org.fusegrad.Engine.Builder#backend}; each gets an engine of its own. */
    public GradCheck backends(String... names) {
        backends = List.of(names);
        return this;
    }

    /** Takes what is detached as a constant of the point, as the gradient does, not as a fault. */
    public GradCheck holdDetached() {
        hold = true;
        return this;
    }

    /**
     * Compares the first order with a reference instead of differences. Higher orders are checked
     * as derivatives of the gradient, with what is detached held.
     */
    public GradCheck declared(DeclaredGradient slow) {
        reference = slow;
        return this;
    }

    /** Names the setting at which a declared gradient has to be the derivative, for the report. */
    public GradCheck limitLaw(String setting) {
        law = setting;
        return this;
    }

    /**
     * Accepts gradients that are zero everywhere, and such as have no elements, which by default
     * means that nothing was checked.
     */
    public GradCheck allowZeros() {
        zeros = true;
        return this;
    }

    /** Replaces the table's tolerance. */
    public GradCheck tolerance(Tolerance value) {
        tolerance = value;
        return this;
    }

    /**
     * Runs the check.
     *
     * @throws GradCheckFailure if a gradient is wrong, with the worst elements
     */
    public GradCheckReport check() {
        GradCheckReport report = report();
        if (!report.passed()) {
            throw new GradCheckFailure(report);
        }
        return report;
    }

    /** Runs the check at a point. */
    public GradCheckReport check(Tensor... at) {
        return inputs(at).check();
    }

    /** Runs the check at a point and answers what it found, also when it failed. */
    public GradCheckReport report(Tensor... at) {
        return inputs(at).report();
    }

    /**
     * Runs the check and answers what it found, also when it failed. A check that proves nothing
     * has failed: one without anything to differentiate by, without a floating result that follows
     * from the inputs, or of zero cotangents.
     */
    public GradCheckReport report() {
        List<Tensor> arguments = new ArrayList<>();
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor copy = inputs.get(i).detach();
            if (copy.dtype().isFloating()) {
                copy = leaf(copy).named(inputs.get(i).name());
                wanted.add(new Wanted(label("input " + i, copy), copy, steps.get(i)));
            }
            arguments.add(copy);
        }
        List<Tensor> frozen = parameters.stream().filter(p -> !p.requiresGrad()).toList();
        for (int i = 0; i < parameters.size(); i++) {
            Tensor p = parameters.get(i).requiresGrad(true);
            wanted.add(new Wanted(label("parameter " + i, p), p, null));
        }
        // Never committed: states that nobody named are put back too.
        try (Transaction check = Transaction.begin()) {
            return new Probe(this, arguments).check(wanted);
        } finally {
            frozen.forEach(p -> p.requiresGrad(false));
        }
    }

    /** A leaf of its own around the same value, also when the tensor is a leaf already. */
    static Tensor leaf(Tensor t) {
        return Tensor.ofValue(t.value()).requiresGrad(true);
    }

    private static String label(String position, Tensor t) {
        return position + (t.name() == null ? "" : " '" + t.name() + "'");
    }

    /** A tensor to differentiate by, its name in the report, and its own step or null. */
    record Wanted(String label, Tensor leaf, Double step) {}
}
