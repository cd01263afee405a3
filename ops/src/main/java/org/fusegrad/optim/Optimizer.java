package org.fusegrad.optim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * Moves parameters along their gradients. The step of one parameter is a fused formula of its
 * value, gradient, memory (momenta, averages) and this step's scalars, so a learning rate that
 * changes costs nothing. Parameters without a gradient stay as they are.
 *
 * <p>One's own says how a parameter and its memory move, as a formula; saving, loading, mixed
 * precision and rollback follow:
 *
 * <pre>{@code
 * final class Lion extends Optimizer {
 *     Lion(Map<String, Tensor> parameters, double learningRate) {
 *         super("lion", parameters, learningRate, List.of("momentum"), 0);
 *     }
 *
 *     protected Map<String, Double> options() {
 *         return Map.of();
 *     }
 *
 *     protected List<Tensor> update(Tensor p, Tensor g, List<Tensor> memory, List<Tensor> rate) {
 *         Tensor m = memory.get(0);
 *         Tensor direction = m.mul(0.9).add(g.mul(0.1)).sign();
 *         return List.of(p.sub(direction.mul(rate.get(0))), m.mul(0.99).add(g.mul(0.01)));
 *     }
 *
 *     protected double[] scalars(long t, double learningRate) {
 *         return new double[] {learningRate};
 *     }
 * }
 * }</pre>
 *
 * <p>For one thread at a time, and no other may use its parameters meanwhile. Optimisers of
 * different parameters do not disturb each other.
 */
public abstract class Optimizer {
    /** The memory of one parameter and how often it was moved. */
    private static final class Slot {
        final Tensor parameter;
        List<Tensor> memory = new ArrayList<>();
        long steps;

        Slot(Tensor parameter) {
            this.parameter = parameter;
        }

        void restore(List<Tensor> newMemory, long newSteps) {
            List<Tensor> oldMemory = memory;
            long oldSteps = steps;
            Transaction.onRollback(() -> {
                memory = oldMemory;
                steps = oldSteps;
            });
            memory = newMemory;
            steps = newSteps;
        }
    }

    private final String kind;
    private final Map<String, Tensor> parameters;
    private final Map<Tensor, Slot> slots = new LinkedHashMap<>();
    private final List<String> names;
    private final double initial;
    private final Fused formula;
    private double learningRate;

    /**
     * An optimiser.
     *
     * @param kind as in saved states and listings
     * @param parameters by the names under which what is remembered is saved
     * @param memory names of the tensors remembered for each parameter
     * @param initial what they hold at first
     * @throws IllegalArgumentException if there is no parameter, one is listed twice, requires no
     *     gradient or was computed from others, or if the rate is negative or not finite
     */
    protected Optimizer(
            String kind,
            Map<String, Tensor> parameters,
            double learningRate,
            List<String> memory,
            double initial) {
        Parameters.check(kind, parameters);
        this.kind = kind;
        this.parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
        parameters.values().forEach(p -> slots.put(p, new Slot(p)));
        this.names = memory;
        this.initial = initial;
        this.formula = Fused.ofAll(kind, this::stored);
        learningRate(learningRate);
    }

    /** Its kind, rate, options and number of parameters, in one line. */
    @Override
    public final String toString() {
        String options = options().entrySet().stream()
                .map(e -> ", " + e.getKey() + " " + e.getValue())
                .collect(Collectors.joining());
        return kind + "(rate " + learningRate + options + "; " + parameters.size()
                + (parameters.size() == 1 ? " parameter)" : " parameters)");
    }

    /** What it is called in saved states: sgd, adam, adamw, rmsprop or adagrad. */
    public final String kind() {
        return kind;
    }

    /** All options but the rate, as numbers: what a saved state must agree with. */
    protected abstract Map<String, Double> options();

    /**
     * The formula of one step, traced once: it must be one of its arguments alone.
     *
     * @param p the parameter, in the type it computes in
     * @param g its gradient
     * @param memory in the order of the names
     * @param scalars what {@link #scalars} yields
     * @return the new parameter, then the new memory
     */
    protected abstract List<Tensor> update(
            Tensor p, Tensor g, List<Tensor> memory, List<Tensor> scalars);

    /** What changes from step to step; {@code t} is 1 in the first. */
    protected abstract double[] scalars(long t, double learningRate);

    private List<Tensor> stored(List<Tensor> in) {
        DType compute = in.get(0).dtype().compute();
        int m = 2 + names.size();
        List<Tensor> out = new ArrayList<>(update(
                in.get(0).cast(compute),
                in.get(1).cast(compute),
                in.subList(2, m),
                in.subList(m, in.size())));
        out.set(0, out.get(0).cast(in.get(0).dtype()));
        return out;
    }

    /** Moves every parameter that has a gradient: all of them, or none if anything fails. */
    public final void step() {
        Transaction.run(() -> Tensor.noGrad(() -> {
            slots.values().stream().filter(s -> s.parameter.grad() != null).forEach(this::step);
            return null;
        }));
    }

    private void step(Slot slot) {
        allocate(slot);
        DType compute = slot.parameter.dtype().compute();
        List<Tensor> in = new ArrayList<>(List.of(slot.parameter, slot.parameter.grad()));
        in.addAll(slot.memory);
        for (double scalar : scalars(slot.steps + 1, learningRate)) {
            in.add(Tensor.scalar(scalar, compute));
        }
        List<Tensor> out = formula.callAll(in.toArray(Tensor[]::new));
        slot.parameter.assign(out.get(0));
        for (int i = 0; i < names.size(); i++) {
            slot.memory.get(i).assign(out.get(i + 1));
        }
        long before = slot.steps;
        Transaction.onRollback(() -> slot.steps = before);
        slot.steps++;
    }

    private void allocate(Slot slot) {
        while (slot.memory.size() < names.size()) {
            DType compute = slot.parameter.dtype().compute();
            Tensor zeros = Tensor.ofValue(Value.zeros(compute, slot.parameter.shape()));
            slot.memory.add(initial == 0 ? zeros : Tensor.noGrad(() -> zeros.add(initial)));
        }
    }

    /** Forgets the gradients of all parameters. */
    public final void zeroGrad() {
        parameters.values().forEach(p -> p.setGrad(null));
    }

    public final double learningRate() {
        return learningRate;
    }

    /**
     * Sets the learning rate of the steps to come.
     *
     * @throws IllegalArgumentException if it is negative or not finite
     */
    public final void learningRate(double value) {
        double before = learningRate;
        learningRate = Limits.notNegative("learning rate", value);
        Transaction.onRollback(() -> learningRate = before);
    }

    // Saving and loading.

    /**
     * All it needs to go on: learning rate and options as {@code kind:option}, and under the name
     * of each parameter how often it was moved and what is remembered of it.
     */
    public final Map<String, Tensor> stateDict() {
        return state(parameters);
    }

    /**
     * The same under other names, such as the paths of a module's parameters.
     *
     * @param names of all parameters it moves, and perhaps of others
     * @throws IllegalArgumentException if it moves a tensor that has no name there
     */
    public final Map<String, Tensor> stateDict(Map<String, Tensor> names) {
        return state(Parameters.renamed(kind, parameters, names));
    }

    private Map<String, Tensor> state(Map<String, Tensor> named) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        all.put(SavedState.setting(kind, SavedState.RATE), number(learningRate));
        new TreeMap<>(options())
                .forEach((name, v) -> all.put(SavedState.setting(kind, name), number(v)));
        named.forEach((name, p) -> {
            Slot slot = slots.get(p);
            for (int k = 0; k < slot.memory.size() && slot.steps > 0; k++) {
                all.put(
                        name + "." + names.get(k),
                        Tensor.ofValue(slot.memory.get(k).value()));
            }
            all.put(name + SavedState.STEP, Tensor.of(new long[] {slot.steps}));
        });
        return all;
    }

    private static Tensor number(double value) {
        return Tensor.of(new double[] {value}, 1);
    }

    /**
     * Takes over what {@link #stateDict()} of an equal optimiser yielded, the learning rate with
     * it. Nothing changes unless everything fits.
     *
     * @throws IllegalArgumentException naming all that is missing, unknown, of another type or
     *     shape, or of an optimiser of another kind or with other options
     */
    public final void loadStateDict(Map<String, Tensor> values) {
        load(values, parameters);
    }

    /** The same for names as in {@link #stateDict(Map)}. */
    public final void loadStateDict(Map<String, Tensor> values, Map<String, Tensor> names) {
        load(values, Parameters.renamed(kind, parameters, names));
    }

    private void load(Map<String, Tensor> values, Map<String, Tensor> named) {
        SavedState saved = new SavedState(kind, values);
        saved.checkSettings(options());
        named.forEach((name, p) -> saved.checkMemory(name, p, names));
        saved.throwFaults();
        learningRate(values.get(SavedState.setting(kind, SavedState.RATE)).item());
        named.forEach((name, p) -> {
            long steps = values.get(name + SavedState.STEP).toLongs()[0];
            List<Tensor> memory = new ArrayList<>();
            for (String part : steps == 0 ? List.<String>of() : names) {
                Value value = values.get(name + "." + part).value();
                value.buffer().keep();
                memory.add(Tensor.ofValue(value));
            }
            slots.get(p).restore(memory, steps);
        });
    }

    /** A gradient with weight decay added, where there is any. */
    static Tensor decayed(Tensor g, Tensor p, double weightDecay) {
        return weightDecay == 0 ? g : g.add(p.mul(weightDecay));
    }

    /** old + share (value - old). */
    static Tensor lerp(Tensor old, Tensor value, double share) {
        return old.add(value.sub(old).mul(share));
    }
}
