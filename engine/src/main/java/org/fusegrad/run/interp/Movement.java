package org.fusegrad.run.interp;

import java.util.Arrays;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * Operations that only say which element stands where: each is a strided view of its operand, or of
 * a part of its result, and a copy. They keep every bit of every type.
 */
final class Movement {
    private Movement() {}

    /** The operand as it is, or converted: markers and casts. */
    static void copy(Node node, Value[] in, Value out, Workers w) {
        Convert.copy(in[0], out, w);
    }

    /** The same elements in row-major order under another shape. */
    static void reshape(Node node, Value[] in, Value out, Workers w) {
        Convert.copy(in[0], out.reshape(in[0].shape()), w);
    }

    /** Axes of size 1, or a scalar, repeated. */
    static void expand(Node node, Value[] in, Value out, Workers w) {
        Convert.copy(in[0].expand(out.shape()), out, w);
    }

    /** Axis {@code i} of the result is axis {@code order[i]} of the operand. */
    static void permute(Node node, Value[] in, Value out, Workers w) {
        Ints order = ((Attrs.Axes) node.attrs()).axes();
        Convert.copy(in[0].permute(order.toArray()), out, w);
    }

    /** Elements start, start + step, … of each axis. */
    static void slice(Node node, Value[] in, Value out, Workers w) {
        Attrs.Range r = (Attrs.Range) node.attrs();
        int[] start = r.start().toArray();
        Convert.copy(in[0].slice(start, r.step().toArray(), out.shape()), out, w);
    }

    /** The given axes backwards. */
    static void flip(Node node, Value[] in, Value out, Workers w) {
        Value x = in[0];
        int[] strides = x.strides();
        int offset = x.offset();
        for (int axis : ((Attrs.Axes) node.attrs()).axes().toArray()) {
            offset += Math.max(0, x.shape().dim(axis) - 1) * strides[axis];
            strides[axis] = -strides[axis];
        }
        Convert.copy(new Value(x.buffer(), x.shape(), strides, offset), out, w);
    }

    /** The operand at {@code low}, {@code interior} elements apart, in a field of the value. */
    static void pad(Node node, Value[] in, Value out, Workers w) {
        Attrs.Padding p = (Attrs.Padding) node.attrs();
        Shape shape = in[0].shape();
        if (shape.numel() < out.shape().numel()) {
            Convert.copy(constant(p.value(), out).expand(out.shape()), out, w);
        }
        int[] step = p.interior().toArray();
        for (int i = 0; i < step.length; i++) {
            step[i]++;
        }
        Convert.copy(in[0], out.slice(p.low().toArray(), step, shape), w);
    }

    /** A scalar of the type of {@code like}, converted from double as a cast does. */
    private static Value constant(double value, Value like) {
        Value scalar = Value.zeros(like.dtype(), Shape.SCALAR);
        Convert.store(new double[] {value}, 0, scalar, scalar.offset(), 1, 1);
        return scalar;
    }

    /** The value of a constant, in the type of the node. */
    static void constant(Node node, Value[] in, Value out, Workers w) {
        Convert.store(new double[] {node.constValue()}, 0, out, out.offset(), 1, 1);
    }

    /** The operands one after the other along an axis. */
    static void concat(Node node, Value[] in, Value out, Workers w) {
        int axis = out.shape().axis(((Attrs.Axis) node.attrs()).axis());
        int[] start = new int[out.shape().rank()];
        int[] step = new int[start.length];
        Arrays.fill(step, 1);
        for (Value part : in) {
            Convert.copy(part, out.slice(start, step, part.shape()), w);
            start[axis] += part.shape().dim(axis);
        }
    }
}
