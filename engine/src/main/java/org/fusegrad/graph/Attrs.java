package org.fusegrad.graph;

import java.util.List;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * The attributes of a node, all it knows besides its operands; one record for each form, equal by
 * value.
 */
public sealed interface Attrs {
    /** No attributes. */
    Attrs NONE = new None();

    record None() implements Attrs {}

    /** A leaf's position among the graph's inputs. */
    record Input(int index) implements Attrs {}

    /**
     * A scalar constant, equal by its value.
     *
     * @param origin how the value came about; null for a plain number
     */
    record Const(double value, Origin origin) implements Attrs {
        public Const(double value) {
            this(value, null);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Const c
                    && Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits(c.value);
        }

        @Override
        public int hashCode() {
            return Double.hashCode(value);
        }
    }

    /** Target type of a cast. */
    record To(org.fusegrad.type.DType dtype) implements Attrs {}

    /**
     * Axes of a reduction or flip, ascending; the order of a permutation. A {@code wide} reduction
     * of a floating operand yields float64, which is how its total is held before rounding.
     */
    record Axes(Ints axes, boolean wide) implements Attrs {
        public Axes(Ints axes) {
            this(axes, false);
        }
    }

    /** One axis: concatenation, argmax, gather. */
    record Axis(int axis) implements Attrs {}

    /** Target shape: reshape, expand. */
    record Dims(Shape shape) implements Attrs {}

    /**
     * Elements start, start + step, … below end on each axis; steps are positive.
     *
     * @param sample where it came from, if it is one of several samples; otherwise null
     */
    record Range(Ints start, Ints end, Ints step, Sample sample) implements Attrs {
        public Range(Ints start, Ints end, Ints step) {
            this(start, end, step, null);
        }
    }

    /** One of {@code count} positions spread evenly over some axes, from the first to the last. */
    record Sample(int number, int count, Ints axes) {
        /** The range of this one element along the axes, and of everything along the others. */
        public Range of(Shape shape) {
            int[] start = new int[shape.rank()];
            int[] end = shape.dims();
            for (int axis : axes.toArray()) {
                int size = shape.dim(axis);
                if (size != 1) {
                    start[axis] = (int) ((long) number * (size - 1) / (count - 1));
                    end[axis] = start[axis] + 1;
                }
            }
            return new Range(Ints.of(start), Ints.of(end), Ints.fill(end.length, 1), this);
        }
    }

    /** Elements of {@code value} before, after and between ({@code interior}) the given ones. */
    record Padding(Ints low, Ints high, Ints interior, double value) implements Attrs {}

    /** Running sum along an axis, from the end when reversed. */
    record Cumulate(int axis, boolean reverse) implements Attrs {}

    /** Scatter along an axis into a result whose axis has this size. */
    record Scatter(int axis, int size) implements Attrs {}

    /**
     * Geometry of a convolution over 1 to 3 spatial axes. {@code target} is the shape an adjoint
     * yields (the input's or the weight's) and {@code null} for the convolution itself.
     */
    record Conv(Ints stride, Ints padding, Ints dilation, int groups, Shape target)
            implements Attrs {
        public Conv target(Shape shape) {
            return new Conv(stride, padding, dilation, groups, shape);
        }
    }

    /**
     * Geometry of a pooling window over the trailing axes. {@code output} holds the spatial sizes
     * of the result. {@code padded} counts the padding in an average; {@code divisor} replaces the
     * count when positive. {@code input} is the shape pooled over.
     */
    record Window(
            Ints kernel,
            Ints stride,
            Ints padding,
            Ints dilation,
            Ints output,
            boolean padded,
            int divisor,
            Shape input)
            implements Attrs {}

    /**
     * Rows {@code from} to {@code to - 1} of a batch that replicas share, as this exchange's
     * {@code label} says.
     */
    record Rows(BatchShard share, int from, int to, String label) implements Attrs {}

    /** Shape and type, float32 or float64, of random numbers. */
    record Drawn(Shape shape, org.fusegrad.type.DType dtype) implements Attrs {}

    /** A backward that its author declares: gradients of the operands after the first. */
    record Custom(Declared rule) implements Attrs {}

    /** Traces a declared backward; called once for each differentiation. */
    @FunctionalInterface
    interface Declared {
        /** Gradients of the inputs, in their order; {@code null} entries mean none. */
        List<Node> pullback(Node upstream);
    }
}
