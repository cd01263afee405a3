package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.fusegrad.TapeNode.Edge;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/** Primitives with geometry: contraction, convolution, pooling, and the declared gradient. */
public final class Primitives {
    private Primitives() {}

    static Tensor batchedMatmul(Tensor a, Tensor b) {
        int rank = Math.max(a.rank(), b.rank());
        Tensor x = a.align(rank);
        Tensor w = b.align(rank);
        int[] lead = new int[rank];
        for (int i = 0; i < rank - 2; i++) {
            int m = x.dim(i);
            int n = w.dim(i);
            if (m != n && m != 1 && n != 1) {
                throw new IllegalArgumentException(
                        "matmul: cannot multiply " + a.shape() + " by " + b.shape());
            }
            lead[i] = m == 1 ? n : m;
        }
        return TensorOps.apply(Op.MATMUL, Attrs.NONE, lead(x, lead), lead(w, lead));
    }

    private static Tensor lead(Tensor t, int[] lead) {
        int[] dims = lead.clone();
        dims[lead.length - 2] = t.dim(-2);
        dims[lead.length - 1] = t.dim(-1);
        return t.expand(dims);
    }

    /**
     * Convolution (cross-correlation) over 1 to 3 spatial axes.
     *
     * @param x (N, C, spatial…)
     * @param weight (O, C / groups, kernel…)
     */
    public static Tensor conv(
            Tensor x, Tensor weight, int[] stride, int[] padding, int[] dilation, int groups) {
        Attrs conv =
                new Attrs.Conv(Ints.of(stride), Ints.of(padding), Ints.of(dilation), groups, null);
        return TensorOps.apply(Op.CONV, conv, x, weight);
    }

    /**
     * Transposed convolution: the adjoint of {@link #conv} with respect to its input.
     *
     * @param x (N, O, spatial…)
     * @param weight (O, C / groups, kernel…)
     * @param outputPadding added to one side of the result's spatial axes
     * @return (N, C, spatial…)
     */
    public static Tensor convTranspose(
            Tensor x,
            Tensor weight,
            int[] stride,
            int[] padding,
            int[] outputPadding,
            int[] dilation,
            int groups) {
        int[] dims = new int[x.rank()];
        dims[0] = x.dim(0);
        dims[1] = Shape.size("conv_transpose", (long) weight.dim(1) * groups);
        for (int i = 0; i < stride.length; i++) {
            long size = (x.dim(i + 2) - 1L) * stride[i]
                    - 2L * padding[i]
                    + dilation[i] * (weight.dim(i + 2) - 1L)
                    + outputPadding[i]
                    + 1;
            dims[i + 2] = Shape.size("conv_transpose", size);
        }
        if (x.dim(1) != weight.dim(0)) {
            throw new IllegalArgumentException("conv_transpose: input " + x.shape()
                    + " does not fit weight " + weight.shape());
        }
        Attrs conv = new Attrs.Conv(
                Ints.of(stride), Ints.of(padding), Ints.of(dilation), groups, Shape.of(dims));
        return TensorOps.apply(Op.CONV_INPUT, conv, x, weight);
    }

    /** Maximum over windows of the trailing axes; the first maximum takes the gradient. */
    public static Tensor maxPool(
            Tensor x, int[] kernel, int[] stride, int[] padding, int[] dilation, boolean ceilMode) {
        Attrs window = window(x, kernel, stride, padding, dilation, ceilMode, false, 0);
        return TensorOps.apply(Op.MAX_POOL, window, x);
    }

    /**
     * Mean over windows of the trailing axes.
     *
     * @param countPadding whether padding counts in the divisor
     * @param divisor replaces the count when positive
     */
    public static Tensor avgPool(
            Tensor x,
            int[] kernel,
            int[] stride,
            int[] padding,
            boolean ceilMode,
            boolean countPadding,
            int divisor) {
        int[] ones = Ints.fill(kernel.length, 1).toArray();
        return avgPool(x, kernel, stride, padding, ones, ceilMode, countPadding, divisor);
    }

    /** As above, over windows whose elements stand {@code dilation} apart. */
    public static Tensor avgPool(
            Tensor x,
            int[] kernel,
            int[] stride,
            int[] padding,
            int[] dilation,
            boolean ceilMode,
            boolean countPadding,
            int divisor) {
        Attrs window =
                window(x, kernel, stride, padding, dilation, ceilMode, countPadding, divisor);
        return TensorOps.apply(Op.AVG_POOL, window, x);
    }

    /**
     * Values read where the windows over {@code x} have their maxima; 0 for a window without an
     * element.
     *
     * @param values of the shape of x
     */
    public static Tensor maxPoolGather(
            Tensor values,
            Tensor x,
            int[] kernel,
            int[] stride,
            int[] padding,
            int[] dilation,
            boolean ceilMode) {
        if (!values.shape().equals(x.shape())) {
            throw new IllegalArgumentException("max_pool_gather: values " + values.shape()
                    + " do not have the shape of the pooled " + x.shape());
        }
        Attrs window = window(x, kernel, stride, padding, dilation, ceilMode, false, 0);
        return TensorOps.apply(Op.MAX_POOL_GATHER, window, values, x);
    }

    private static Attrs window(
            Tensor x,
            int[] kernel,
            int[] stride,
            int[] padding,
            int[] dilation,
            boolean ceilMode,
            boolean padded,
            int divisor) {
        int n = kernel.length;
        int lead = x.rank() - n;
        int[] output = new int[n];
        for (int i = 0; i < n; i++) {
            int size = lead < 0 ? 0 : x.dim(lead + i);
            long room = size + 2L * padding[i] - dilation[i] * (kernel[i] - 1L) - 1;
            boolean proper = Math.min(kernel[i], Math.min(stride[i], dilation[i])) > 0;
            long reach = dilation[i] * (kernel[i] - 1L) + 1;
            if (lead < 0 || room < 0 || !proper || padding[i] < 0 || 2L * padding[i] > reach) {
                throw new IllegalArgumentException("pooling: kernel " + kernel[i] + ", stride "
                        + stride[i] + ", padding " + padding[i] + " do not fit " + x.shape());
            }
            int extra = ceilMode ? stride[i] - 1 : 0;
            output[i] = Shape.size("pooling", (room + extra) / stride[i] + 1);
            // A window that would start in the right padding is dropped.
            if (ceilMode && (output[i] - 1L) * stride[i] >= (long) size + padding[i]) {
                output[i]--;
            }
        }
        return new Attrs.Window(
                Ints.of(kernel),
                Ints.of(stride),
                Ints.of(padding),
                Ints.of(dilation),
                Ints.of(output),
                padded,
                divisor,
                x.shape());
    }

    /**
     * A value with a backward declared by its author instead of derived.
     *
     * @param y the value
     * @param inputs tensors that receive gradients
     * @param backward the gradients of {@code inputs}, in their order, from that of {@code y}; a
     *     formula like any other: it may read and write states, is fused, and is differentiated for
     *     gradients of gradients
     */
    public static Tensor customGradient(
            Tensor y, List<Tensor> inputs, Function<Tensor, List<Tensor>> backward) {
        Context context = Context.get();
        if (context.tracer == null) {
            return declared(context, y, inputs, backward);
        }
        Tensor[] operands = new Tensor[inputs.size() + 1];
        operands[0] = y;
        for (int i = 0; i < inputs.size(); i++) {
            operands[i + 1] = inputs.get(i);
        }
        Attrs.Declared rule = dy -> {
            Tracer tracer = Context.get().tracer;
            List<Tensor> grads = check(inputs, backward.apply(Tensor.symbolic(dy)));
            Node[] nodes = new Node[grads.size()];
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = grads.get(i) == null ? null : tracer.node(grads.get(i));
            }
            return java.util.Arrays.asList(nodes);
        };
        return TensorOps.apply(Op.CUSTOM, new Attrs.Custom(rule), operands);
    }

    private static Tensor declared(
            Context context,
            Tensor y,
            List<Tensor> inputs,
            Function<Tensor, List<Tensor>> backward) {
        boolean wanted = inputs.stream().anyMatch(Tensor::requiresGrad);
        if (!context.recording || !wanted) {
            return y.detach();
        }
        UnaryOperator<List<Tensor>> checked = grads -> stored(inputs, grads);
        TapeNode node = new DeclaredNode(
                inputs.stream().map(Tensor::edge).toArray(Edge[]::new), backward.andThen(checked));
        return Tensor.recorded(y.value(), new Edge(node, 0));
    }

    private static List<Tensor> check(List<Tensor> inputs, List<Tensor> grads) {
        if (grads.size() != inputs.size()) {
            throw new IllegalArgumentException("a declared backward answered " + grads.size()
                    + " gradients for " + inputs.size() + " inputs");
        }
        for (int i = 0; i < grads.size(); i++) {
            Tensor g = grads.get(i);
            Tensor x = inputs.get(i);
            if (g != null && !g.shape().equals(x.shape())) {
                throw new IllegalArgumentException("declared gradient " + i + " has shape "
                        + g.shape() + ", its input " + x.shape());
            }
            if (g != null && g.dtype() != x.dtype() && g.dtype() != x.dtype().compute()) {
                throw new IllegalArgumentException("declared gradient " + i + " is " + g.dtype()
                        + ", its input " + x.dtype() + "; cast it");
            }
        }
        return grads;
    }

    /** Gradients in the types of the inputs: half precision may be computed in its wider type. */
    private static List<Tensor> stored(List<Tensor> inputs, List<Tensor> grads) {
        check(inputs, grads);
        List<Tensor> stored = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Tensor g = grads.get(i);
            stored.add(g == null ? null : g.cast(inputs.get(i).dtype()));
        }
        return stored;
    }
}
