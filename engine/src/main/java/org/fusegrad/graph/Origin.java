package org.fusegrad.graph;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * The way in which the value of a constant follows from the constants and the sizes of the graph
 * that passes were given. With it, what they made of a graph holds for others that differ in
 * nothing else.
 */
public sealed interface Origin {
    /** The value where sizes and constants are others. */
    double at(Sizes sizes);

    /** A number that rules of passes are written with. */
    record Literal(double value) implements Origin {
        @Override
        public double at(Sizes sizes) {
            return value;
        }
    }

    /** The constant that is node number {@code node} of the graph. */
    record Given(int node) implements Origin {
        @Override
        public double at(Sizes sizes) {
            return sizes.given(node);
        }
    }

    /** A number of elements: the product of some sizes. */
    record Extent(Ints sizes) implements Origin {
        @Override
        public double at(Sizes at) {
            double n = 1;
            for (int i = 0; i < sizes.size(); i++) {
                n *= at.size(sizes.get(i));
            }
            return n;
        }
    }

    /** Arithmetic on two constants in float64, rounded to the type of the result. */
    record Result(Op op, Origin a, Origin b, DType rounded) implements Origin {
        @Override
        public double at(Sizes sizes) {
            return compute(op, a.at(sizes), b.at(sizes), rounded);
        }
    }

    /**
     * What passes looked at besides structure.
     *
     * @param constants made of others or of sizes
     * @param compared shapes whose numbers of elements were compared
     */
    record Listing(Map<Origin, Node> constants, Set<Shape> compared) {
        public Listing() {
            this(new LinkedHashMap<>(), new LinkedHashSet<>());
        }
    }

    /** What the passes that run in this thread have looked at so far. */
    ThreadLocal<Listing> LISTING = new ThreadLocal<>();

    /** Arithmetic of constants. */
    static double compute(Op op, double a, double b, DType rounded) {
        double v = switch (op) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            default -> throw new AssertionError(op);
        };
        return rounded == DType.FLOAT32 ? (float) v : v;
    }

    /** Does the work of passes and lists what they look at. */
    static <T> T listing(Listing listing, Supplier<T> work) {
        LISTING.set(listing);
        try {
            return work.get();
        } finally {
            LISTING.remove();
        }
    }

    /** Which of two nodes has fewer elements. */
    static int compare(Node a, Node b) {
        Listing listing = LISTING.get();
        if (listing != null) {
            listing.compared().add(a.shape());
            listing.compared().add(b.shape());
        }
        return Integer.compare(a.shape().numel(), b.shape().numel());
    }

    /** The number of elements along some axes of a shape, as a float64 constant. */
    static Node extent(Node of, List<Integer> axes, DType dtype) {
        int[] sizes = new int[axes.size()];
        double n = 1;
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = of.shape().dim(axes.get(i));
            n *= sizes[i];
        }
        return derived(n, dtype, new Extent(Ints.of(sizes)));
    }

    /** Arithmetic on constants as a constant; {@code rounded} is float64 to keep all digits. */
    static Node result(Op op, Node a, Node b, DType rounded, DType dtype) {
        double v = compute(op, a.constValue(), b.constValue(), rounded);
        return derived(v, dtype, new Result(op, a.origin(), b.origin(), rounded));
    }

    /** The same number in another type. */
    static Node retyped(Node constant, DType dtype) {
        return derived(constant.constValue(), dtype, constant.origin());
    }

    private static Node derived(double v, DType dtype, Origin origin) {
        Node node = Node.constant(v, dtype, origin);
        Listing listing = LISTING.get();
        if (listing != null) {
            listing.constants().putIfAbsent(origin, node);
        }
        return node;
    }
}
