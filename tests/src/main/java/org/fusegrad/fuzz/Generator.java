package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.fuzz.Recipe.Step;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Makes well-typed random recipes. It computes as it goes, so it knows the shape of every value and
 * turns away steps whose values leave the range in which anything can be compared.
 */
final class Generator {
    private static final int MAX_STEPS = 60;
    private static final int MAX_ELEMENTS = 12_000;
    private static final double MAX_SIZE = 1e4;

    /** Sizes around lanes, blocks of rows and blocks of elements, besides small ones. */
    private static final int[] LONG = {31, 32, 33, 63, 64, 65, 100, 129, 257, 4095, 4096, 4097};

    /** Float32 mostly, and each of the others. */
    private static final DType[] TYPES = {
        DType.FLOAT32,
        DType.FLOAT32,
        DType.FLOAT32,
        DType.FLOAT32,
        DType.FLOAT32,
        DType.FLOAT32,
        DType.FLOAT64,
        DType.FLOAT64,
        DType.BFLOAT16,
        DType.FLOAT16
    };

    private final Random random;
    private final List<Tensor> values = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    private Generator(long seed) {
        random = new Random(seed);
    }

    /** The recipe of a seed. */
    static Recipe recipe(long seed) {
        return new Generator(seed).make();
    }

    /** Random arguments for a recipe. */
    static List<Tensor> arguments(Recipe recipe, DType dtype, long seed) {
        Random random = new Random(seed);
        return recipe.leaves().stream()
                .map(s -> argument(random, s, recipe.data(), dtype))
                .toList();
    }

    private static Tensor argument(Random random, Shape shape, Data data, DType dtype) {
        double[] values = random.doubles(shape.numel(), -2, 2).map(data::of).toArray();
        return Tensor.of(values, shape.dims()).cast(dtype);
    }

    private Recipe make() {
        DType dtype = TYPES[random.nextInt(TYPES.length)];
        Data data = random.nextInt(3) == 0
                ? Data.values()[random.nextInt(Data.values().length)]
                : Data.ORDINARY;
        Shape base = shape();
        List<Shape> leaves = new ArrayList<>(List.of(base));
        for (int n = random.nextInt(4); n > 0; n--) {
            leaves.add(narrowed(base));
        }
        leaves.forEach(s -> values.add(argument(random, s, data, dtype)));
        int wanted = 1 + (int) (MAX_STEPS * Math.pow(random.nextDouble(), 2.5));
        for (int attempts = 0; steps.size() < wanted && attempts < 20 * wanted; attempts++) {
            Action[] all = Action.values();
            step(all[random.nextInt(all.length)]).ifPresent(this::add);
        }
        if (steps.isEmpty()) {
            add(new Step(Action.NEG, List.of(0), List.of()));
        }
        return new Recipe(leaves, dtype, data, List.copyOf(steps));
    }

    private Shape shape() {
        int[] dims = IntStream.range(0, random.nextInt(5))
                .map(i -> 1 + random.nextInt(7))
                .toArray();
        if (dims.length > 0 && random.nextInt(3) == 0) {
            dims[random.nextInt(dims.length)] = LONG[random.nextInt(LONG.length)];
        }
        Shape shape = Shape.of(dims);
        return shape.numel() > MAX_ELEMENTS ? shape() : shape;
    }

    /** A shape that broadcasts to this one. */
    private Shape narrowed(Shape s) {
        int from = random.nextInt(4) == 0 ? random.nextInt(s.rank() + 1) : 0;
        return Shape.of(IntStream.range(from, s.rank())
                .map(i -> random.nextInt(3) == 0 ? 1 : s.dim(i))
                .toArray());
    }

    private void add(Step step) {
        Tensor[] in = step.operands().stream().map(values::get).toArray(Tensor[]::new);
        if (isRefused(step.action(), in[0].dtype(), in[in.length - 1].dtype())) {
            return;
        }
        int[] numbers = step.numbers().stream().mapToInt(i -> i).toArray();
        Tensor out = switch (step.action()) {
            case TRACK -> in[0].sub(0.5);
            case DROP -> in[0].mul(Tensor.ones(in[0].shape().dims()).cast(in[0].dtype()));
            default -> step.action().apply(in, numbers);
        };
        if (out.shape().numel() <= MAX_ELEMENTS && isInRange(out)) {
            values.add(out);
            steps.add(step);
        }
    }

    /** Whether truth values have no such operation. */
    private static boolean isRefused(Action action, DType first, DType last) {
        boolean refuses = action == Action.SUB || action == Action.NEG || action == Action.POWER;
        return refuses && first == DType.BOOL && last == DType.BOOL;
    }

    /** Whether all values are of a size at which something can be compared. */
    static boolean isInRange(Tensor t) {
        for (double d : t.toDoubles()) {
            if (!(Math.abs(d) <= MAX_SIZE)) {
                return false;
            }
        }
        return true;
    }

    private Optional<Step> step(Action action) {
        List<Integer> operands = operands(action);
        if (operands.size() < action.operands()) {
            return Optional.empty();
        }
        Tensor x = values.get(operands.get(0));
        boolean needsAxis = switch (action) {
            case SUM, MEAN, VAR, MAX, MIN, PROD, CUMSUM, FLIP, SLICE, PERMUTE, CONCAT -> true;
            case COUNT, ANY, ALL, SELECT -> true;
            default -> false;
        };
        boolean fits =
                (x.rank() > 0 || !needsAxis) && (x.dtype().isFloating() || !action.needsFloating());
        return fits
                ? Optional.of(new Step(action, operands, numbers(action, x)))
                : Optional.empty();
    }

    private int any() {
        // Late values more often than early ones, so that formulas grow deep.
        return Math.max(random.nextInt(values.size()), random.nextInt(values.size()));
    }

    private List<Integer> operands(Action action) {
        List<Integer> chosen = new ArrayList<>(List.of(any()));
        Shape together = values.get(chosen.get(0)).shape();
        for (int attempt = 0; attempt < 12 && chosen.size() < action.operands(); attempt++) {
            int next = any();
            Shape sum = joined(action, together, values.get(next).shape());
            if (sum != null && chosen.stream().allMatch(i -> meet(action, i, next))) {
                chosen.add(next);
                together = sum;
            }
        }
        return chosen;
    }

    /** Whether the types of two values go together: one type, or one that promotion finds. */
    private boolean meet(Action action, int a, int b) {
        DType x = values.get(a).dtype();
        DType y = values.get(b).dtype();
        return x == y || !action.needsFloating() && !(x.isFloating() && y.isFloating());
    }

    /** Whether the operands of a step, by now perhaps others than it was made with, go together. */
    static boolean fits(Step step, List<Tensor> values) {
        List<Tensor> in = step.operands().stream().map(values::get).toList();
        return in.stream()
                .allMatch(t -> joined(step.action(), in.get(0).shape(), t.shape()) != null);
    }

    /** The shape two operands make together; {@code null} if they do not fit. */
    private static Shape joined(Action action, Shape a, Shape b) {
        return switch (action) {
            case CONCAT, STACK, PRODUCT -> a.equals(b) ? a : null;
            case MATMUL ->
                a.rank() >= 2 && a.rank() == b.rank() && a.equals(b.with(-2, a.dim(-2))) ? a : null;
            default -> Shape.broadcast(a, b);
        };
    }

    private List<Integer> numbers(Action action, Tensor x) {
        return switch (action) {
            case SHIFT, FROM -> List.of(random.nextInt(7) - 3);
            case SCALE, OVER -> List.of(random.nextBoolean() ? 2 : -3);
            case POWER -> List.of(random.nextInt(4));
            case SUM, MEAN, VAR, MAX, MIN, PROD, FLIP, COUNT, ANY, ALL -> axes(x);
            case SELECT -> place(x.shape());
            case STACK -> List.of(random.nextInt(2 * x.rank() + 2) - x.rank() - 1);
            case CUMSUM, CONCAT -> List.of(random.nextInt(x.rank()));
            case RESHAPE -> reshaped(x.shape());
            case EXPAND -> expanded(x.shape());
            case PERMUTE -> shuffled(x.rank());
            case SLICE -> range(x.shape());
            case TRACK -> List.of(steps.size());
            default -> List.of();
        };
    }

    private List<Integer> axes(Tensor x) {
        List<Integer> order = shuffled(x.rank());
        return order.subList(0, 1 + random.nextInt(x.rank())).stream().sorted().toList();
    }

    private List<Integer> shuffled(int rank) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, rank).boxed().toList());
        Collections.shuffle(order, random);
        return order;
    }

    /** Two neighbouring axes joined, one split, or an axis of size 1 added. */
    private List<Integer> reshaped(Shape s) {
        List<Integer> dims = new ArrayList<>(IntStream.of(s.dims()).boxed().toList());
        int at = s.rank() == 0 ? 0 : random.nextInt(s.rank());
        if (s.rank() >= 2 && at + 1 < s.rank() && random.nextBoolean()) {
            dims.set(at, dims.get(at) * dims.remove(at + 1));
        } else if (s.rank() > 0 && s.rank() < 5 && dims.get(at) % 2 == 0 && dims.get(at) > 0) {
            dims.set(at, dims.get(at) / 2);
            dims.add(at, 2);
        } else if (s.rank() < 5) {
            dims.add(at, 1);
        }
        return List.copyOf(dims);
    }

    private List<Integer> expanded(Shape s) {
        List<Integer> dims = new ArrayList<>();
        for (int d : s.dims()) {
            dims.add(d == 1 ? 1 + random.nextInt(5) : d);
        }
        if (s.rank() < 4 && random.nextInt(3) == 0) {
            dims.add(0, 1 + random.nextInt(3));
        }
        return dims;
    }

    /** An axis and an index, counted from either end. */
    private List<Integer> place(Shape s) {
        int axis = random.nextInt(2 * s.rank()) - s.rank();
        int size = Math.max(1, s.dim(axis));
        return List.of(axis, random.nextInt(2 * size) - size);
    }

    private List<Integer> range(Shape s) {
        int axis = random.nextInt(s.rank());
        int size = Math.max(1, s.dim(axis));
        int from = random.nextInt(size);
        int to = from + 1 + random.nextInt(size - from);
        return List.of(axis, from, Math.min(to, s.dim(axis)), 1 + random.nextInt(3));
    }
}
