package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.RandomRecord;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * A formula as data: leaves, then steps that each name earlier values by number. Its results are
 * the values that no step reads.
 *
 * @param leaves shapes of the arguments
 * @param dtype type of the arguments
 * @param data of what size they are
 */
record Recipe(List<Shape> leaves, DType dtype, Data data, List<Step> steps) {
    /**
     * One operation.
     *
     * @param operands numbers of earlier values: leaves first, then steps
     * @param numbers axes, sizes or constants
     */
    record Step(Action action, List<Integer> operands, List<Integer> numbers) {}

    /** A recipe that may be called again and again, with the states it moves. */
    record Formula(Fused fused, List<State> states) {
        /** Puts the states back to where they began. */
        void restart() {
            states.forEach(s -> s.set(Tensor.scalar(FIRST, s.get().dtype())));
        }

        /** The results, from the same random numbers at each call. */
        List<Tensor> call(Tensor... in) {
            return random().during(() -> fused.callAll(in));
        }
    }

    private static final double FIRST = 0.5;

    /** What becomes of a value before a step reads it. */
    @FunctionalInterface
    interface Reading {
        /** What is read of a value of this number, counted from the leaves. */
        Tensor of(int number, Tensor value);
    }

    /** Values are read as they are. */
    static final Reading EXACT = (number, value) -> value;

    /** The recipe for ordinary arguments. */
    Recipe ordinary() {
        return new Recipe(leaves, dtype, Data.ORDINARY, steps);
    }

    /** The formula with fresh states. */
    Formula formula() {
        Map<Integer, State> states = states(dtype.compute());
        Fused fused = Fused.ofAll("fuzz", in -> run(in, false, states, EXACT));
        return new Formula(fused, List.copyOf(states.values()));
    }

    /** The formula in float64 throughout, whatever casts it holds, with fresh states. */
    Formula wide() {
        return wide(EXACT);
    }

    /** As {@link #wide()}, operands read in another way. */
    Formula wide(Reading each) {
        Map<Integer, State> states = states(DType.FLOAT64);
        Fused fused = Fused.ofAll("fuzz", in -> run(in, true, states, each));
        return new Formula(fused, List.copyOf(states.values()));
    }

    /** The random numbers of a run, whichever thread and engine it is on. */
    static RandomRecord random() {
        return RandomRecord.of(0);
    }

    /** Shape and type of every value, leaves first. */
    List<Tensor> values(List<Tensor> in) {
        return random().during(() -> all(in, false, states(dtype.compute()), EXACT));
    }

    /** As {@link #values}, in float64 throughout. */
    List<Tensor> wideValues(List<Tensor> in, Reading each) {
        return random().during(() -> all(in, true, states(DType.FLOAT64), each));
    }

    private List<Tensor> run(
            List<Tensor> in, boolean wide, Map<Integer, State> states, Reading each) {
        List<Tensor> values = all(in, wide, states, each);
        return results().stream().map(values::get).toList();
    }

    private List<Tensor> all(
            List<Tensor> in, boolean wide, Map<Integer, State> states, Reading each) {
        List<Tensor> values = new ArrayList<>(in);
        for (Step step : steps) {
            Tensor[] operands = read(step, values, each);
            values.add(
                    each == EXACT
                            ? apply(step, operands, wide, states)
                            : disturbed(step, operands, wide, states, values, each));
        }
        return values;
    }

    /** The operands; of a value that is compared with itself, equality is no matter of rounding. */
    private static Tensor[] read(Step step, List<Tensor> values, Reading each) {
        Map<Integer, Tensor> once = new TreeMap<>();
        Tensor[] operands = new Tensor[step.operands().size()];
        for (int i = 0; i < operands.length; i++) {
            int number = step.operands().get(i);
            Tensor read = step.action().compares() ? once.get(number) : null;
            operands[i] = read == null ? each.of(number, values.get(number)) : read;
            once.put(number, operands[i]);
        }
        return operands;
    }

    private static Tensor apply(Step step, Tensor[] in, boolean wide, Map<Integer, State> states) {
        int[] numbers = step.numbers().stream().mapToInt(i -> i).toArray();
        return switch (step.action()) {
            case WIDEN, NARROW -> wide ? widened(in)[0] : step.action().apply(in, numbers);
            case TRACK -> track(states.get(step.numbers().get(0)), in[0]);
            default -> {
                Tensor y = step.action().apply(in, numbers);
                // What is whole becomes float32 where it meets fractions.
                boolean narrow = wide && y.dtype() == DType.FLOAT32;
                yield narrow ? step.action().apply(widened(in), numbers) : y;
            }
        };
    }

    private static Tensor[] widened(Tensor[] in) {
        return Arrays.stream(in).map(t -> t.cast(DType.FLOAT64)).toArray(Tensor[]::new);
    }

    /** A step of which more is rounded, on the way or in its derivative, than its operands. */
    private static Tensor disturbed(
            Step step,
            Tensor[] in,
            boolean wide,
            Map<Integer, State> states,
            List<Tensor> values,
            Reading each) {
        int operand = step.operands().get(0);
        int result = values.size();
        return switch (step.action()) {
            case VAR -> {
                int[] axes = step.numbers().stream().mapToInt(i -> i).toArray();
                yield variance(in[0], each.of(operand, values.get(operand)), axes);
            }
            case TANH, SIGMOID -> saturating(step.action(), widened(in), y -> each.of(result, y));
            default -> apply(step, in, wide, states);
        };
    }

    /**
     * The mean is rounded, so that the distances from it, the slopes, have a sum that is not 0. Of
     * equal elements the error of their sum is all there is: in each element the same.
     */
    private static Tensor variance(Tensor x, Tensor again, int[] axes) {
        Tensor mean = again.mean(axes);
        Tensor error = mean.sub(x.mean(axes)).detach();
        double n = (double) x.shape().numel() / mean.shape().numel();
        Tensor distance = x.sub(mean.add(error.mul(Math.sqrt(n))));
        Tensor y = distance.square().mean(axes);
        return Primitives.customGradient(
                y, List.of(x), dy -> List.of(dy.mul(distance).mul(2 / n)));
    }

    /** Of a result close to 1 the last digits, which are rounded, are all that its slope has. */
    private static Tensor saturating(Action action, Tensor[] in, UnaryOperator<Tensor> rounding) {
        Tensor y = action.apply(in, new int[0]);
        return Primitives.customGradient(y, List.of(in[0]), dy -> {
            Tensor rounded = rounding.apply(y.detach());
            Tensor slope =
                    action == Action.TANH ? rounded.square().rsub(1) : rounded.mul(rounded.rsub(1));
            return List.of(dy.mul(slope));
        });
    }

    private static Tensor track(State average, Tensor x) {
        Tensor before = average.read();
        Tensor mean = x.detach().mean().reshape().cast(before.dtype());
        average.write(before.mul(0.75).add(mean.mul(0.25)));
        return x.sub(before.cast(x.dtype()));
    }

    private Map<Integer, State> states(DType floating) {
        Map<Integer, State> states = new TreeMap<>();
        for (Step step : steps) {
            if (step.action() == Action.TRACK) {
                int number = step.numbers().get(0);
                states.put(number, State.of("state" + number, Tensor.scalar(FIRST, floating)));
            }
        }
        return states;
    }

    /** Numbers of the values that no step reads. */
    List<Integer> results() {
        List<Integer> results = new ArrayList<>();
        int count = leaves.size() + steps.size();
        for (int i = leaves.size(); i < count; i++) {
            int number = i;
            if (steps.stream().noneMatch(s -> s.operands().contains(number))) {
                results.add(i);
            }
        }
        return results;
    }

    /** Whether every value is float64. */
    boolean isFloat64() {
        return dtype == DType.FLOAT64
                && steps.stream()
                        .noneMatch(
                                s -> s.action() == Action.NARROW || s.action().isWhole());
    }

    /** Whether differences of the value must confirm the gradient. */
    boolean isDifferentiable() {
        return steps.stream().allMatch(s -> s.action().isDifferentiable());
    }

    private String name(int number) {
        return number < leaves.size() ? "x" + number : "v" + (number - leaves.size());
    }

    /** The formula as Java. */
    String java() {
        StringBuilder s = new StringBuilder();
        for (int number : states(dtype.compute()).keySet()) {
            s.append(String.format(
                    Locale.ROOT,
                    "State state%d = State.of(\"state%d\", Tensor.scalar(0.5, DType.%s));%n",
                    number,
                    number,
                    dtype.compute().name()));
        }
        s.append("// Arguments of size ").append(data).append("\n");
        s.append("Fused f = Fused.ofAll(\"fuzz\", in -> {\n");
        for (int i = 0; i < leaves.size(); i++) {
            s.append(String.format(
                    Locale.ROOT,
                    "    Tensor x%d = in.get(%d); // %s%s%n",
                    i,
                    i,
                    dtype,
                    leaves.get(i)));
        }
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            String[] names = step.operands().stream().map(this::name).toArray(String[]::new);
            int[] numbers = step.numbers().stream().mapToInt(n -> n).toArray();
            s.append(String.format(
                    Locale.ROOT, "    Tensor v%d = %s;%n", i, step.action().java(names, numbers)));
        }
        String list = String.join(", ", results().stream().map(this::name).toList());
        s.append("    return List.of(").append(list).append(");\n});\n");
        if (!states(dtype.compute()).isEmpty()) {
            s.append("// Tensor track(State s, Tensor x) {\n//     Tensor before = s.read();\n"
                    + "//     Tensor mean = x.detach().mean().reshape().cast(before.dtype());\n"
                    + "//     s.write(before.mul(0.75).add(mean.mul(0.25)));\n"
                    + "//     return x.sub(before.cast(x.dtype()));\n// }\n");
        }
        return s.toString();
    }
}
