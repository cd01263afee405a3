package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.DType;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;

/**
 * Compares derived gradients with central finite differences of {@code <v, f(x)>} for a random
 * cotangent v, element by element, or in random directions where a tensor is large. Order 2
 * checks the gradient itself as a function of inputs and upstream gradients, and so on.
 *
 * <p>Runs on the engine current on the calling thread. Inputs must stay clear of the kinks of the
 * function; {@link Samples} makes such inputs.
 */
public final class GradCheck {
    private final TensorFunction function;
    private List<Tensor> inputs = List.of();
    private final List<Tensor> parameters = new ArrayList<>();
    private final List<State> states = new ArrayList<>();
    private final List<State> unmoved = new ArrayList<>();
    private int order = 1;
    private long seed = 20;
    private boolean richardson = true;
    private boolean single;
    private boolean zeros;
    private int everyElement = 600;
    private int directions = 6;
    private Tolerance tolerance;

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

    /** States the function may move: put back before each evaluation. At the end all are. */
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

    /** Accepts float32, whose differences are worth two digits. */
    public GradCheck allowSingle() {
        single = true;
        return this;
    }

    /**
     * Accepts gradients that are zero everywhere, which by default means that nothing was checked.
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

    /** Runs the check and answers what it found, also when it failed. */
    public GradCheckReport report() {
        List<Tensor> arguments = new ArrayList<>();
        List<Wanted> wanted = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor copy = inputs.get(i).detach();
            if (copy.dtype().isFloating()) {
                requirePrecise("input " + i, copy);
                copy = leaf(copy);
                wanted.add(new Wanted(label("input " + i, inputs.get(i)), copy));
            }
            arguments.add(copy);
        }
        for (int i = 0; i < parameters.size(); i++) {
            Tensor p = parameters.get(i);
            requirePrecise("parameter " + i, p);
            wanted.add(new Wanted(label("parameter " + i, p), p.requiresGrad(true)));
        }
        Snapshot moving = Snapshot.of(states);
        Snapshot fixed = Snapshot.of(unmoved);
        Probe probe = new Probe(
                moving, fixed, seed, richardson, zeros, everyElement, directions, tolerance);
        // Never committed: states that nobody named are put back too.
        try (Transaction check = Transaction.begin()) {
            probe.check(function, arguments, wanted, order);
        }
        return probe.report();
    }

    /** A leaf of its own around the same value, also when the tensor is a leaf already. */
    static Tensor leaf(Tensor t) {
        return Tensor.ofValue(t.value()).requiresGrad(true);
    }

    private static String label(String position, Tensor t) {
        return position + (t.name() == null ? "" : " '" + t.name() + "'");
    }

    private void requirePrecise(String what, Tensor t) {
        if (t.dtype() != DType.FLOAT64 && !single) {
            throw new IllegalArgumentException(
                    what + " is " + t.dtype() + ": finite differences need"
                            + " float64; cast it, or call allowSingle() for a coarse check");
        }
    }

    /** A tensor to differentiate by and its name in the report. */
    record Wanted(String label, Tensor leaf) {}
}
