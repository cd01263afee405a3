package org.fusegrad.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.DType;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.run.Value;

/**
 * Moves parameters along their gradients. The step of one parameter is a fused formula of its
 * value, gradient, memory (momenta, averages) and this step's scalars, so a learning rate that
 * changes costs nothing. Parameters without a gradient stay as they are.
 *
 * <p>For one thread at a time, and no other may use its parameters meanwhile. Optimisers of
 * different parameters do not disturb each other.
 */
public abstract class Optimizer {
    /** The memory of one parameter and how often it was moved. */
    private static final class Slot {
        final Tensor parameter;
        final List<Tensor> memory = new ArrayList<>();
        long steps;

        Slot(Tensor parameter) {
            this.parameter = parameter;
        }
    }

    private final List<Slot> slots;
    private final List<String> names;
    private final double initial;
    private final Fused formula;
    private double learningRate;

    /**
     * An optimiser.
     *
     * @param memory names of the tensors remembered for each parameter
     * @param initial what they hold at first
     */
    Optimizer(
            String name,
            List<Tensor> parameters,
            double learningRate,
            List<String> memory,
            double initial) {
        this.slots = parameters.stream().map(Slot::new).toList();
        this.names = memory;
        this.initial = initial;
        this.formula = Fused.ofAll(name, this::stored);
        learningRate(learningRate);
    }

    /**
     * The formula of one step.
     *
     * @param p the parameter, in the type it computes in
     * @param g its gradient
     * @param memory in the order of the names
     * @param scalars what {@link #scalars} yields
     * @return the new parameter, then the new memory
     */
    abstract List<Tensor> update(Tensor p, Tensor g, List<Tensor> memory, List<Tensor> scalars);

    /** What changes from step to step; {@code t} is 1 in the first. */
    abstract double[] scalars(long t, double learningRate);

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

    /** Moves every parameter that has a gradient. */
    public final void step() {
        Tensor.noGrad(() -> {
            slots.stream().filter(s -> s.parameter.grad() != null).forEach(this::step);
            return null;
        });
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
        slots.forEach(s -> s.parameter.setGrad(null));
    }

    public final double learningRate() {
        return learningRate;
    }

    /** Sets the learning rate of the steps to come. */
    public final void learningRate(double value) {
        learningRate = requireNotNegative("learning rate", value);
    }

    // Saving and loading.

    /** The memory of every parameter moved so far, under its position and name, and step counts. */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            for (int k = 0; k < slot.memory.size() && slot.steps > 0; k++) {
                all.put(
                        i + "." + names.get(k),
                        Tensor.ofValue(slot.memory.get(k).value()));
            }
            if (slot.steps > 0) {
                all.put(i + ".step", Tensor.of(new long[] {slot.steps}));
            }
        }
        return all;
    }

    /**
     * Takes over what {@link #stateDict} of an equal optimiser yielded. Nothing changes unless
     * everything fits.
     *
     * @throws IllegalArgumentException if memory is missing, or of another type or shape
     */
    public final void loadStateDict(Map<String, Tensor> values) {
        for (int i = 0; i < slots.size(); i++) {
            if (values.containsKey(i + ".step")) {
                for (String name : names) {
                    requireFits(slots.get(i).parameter, i + "." + name, values);
                }
            }
        }
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            Tensor steps = values.get(i + ".step");
            slot.steps = steps == null ? 0 : (long) steps.item();
            slot.memory.clear();
            for (int k = 0; k < names.size() && steps != null; k++) {
                Tensor own = Tensor.ofValue(values.get(i + "." + names.get(k)).value());
                slot.memory.add(own);
            }
        }
    }

    private static void requireFits(Tensor p, String path, Map<String, Tensor> values) {
        Tensor value = values.get(path);
        if (value == null
                || !value.shape().equals(p.shape())
                || value.dtype() != p.dtype().compute()) {
            throw new IllegalArgumentException("optimizer state " + path + " is "
                    + (value == null ? "missing" : value.dtype() + value.shape().toString())
                    + ", the parameter is " + p.dtype() + p.shape());
        }
    }

    static double requireNotNegative(String what, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(what + " must not be negative, got " + value);
        }
        return value;
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
