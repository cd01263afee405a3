package org.fusegrad.graph;

import java.util.List;
import org.fusegrad.graph.ShapeRules.Meta;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/** Shape rules of contractions and pooling. */
final class StructuredShapes {
    private StructuredShapes() {}

    /** Rows of this replica; what else there is, is only waited for. */
    static Meta collect(Op op, Attrs attrs, List<Node> in) {
        Attrs.Rows rows = (Attrs.Rows) attrs;
        Node own = in.get(0);
        if (own.shape().dim(0) != rows.share().rows()) {
            throw ShapeRules.error(
                    op, "a share of " + rows.share().rows() + " rows is not " + own.shape());
        }
        return new Meta(own.dtype(), own.shape().with(0, rows.to() - rows.from()));
    }

    /** (…, m, k) by (…, k, n), with equal leading axes. */
    static Meta matmul(Op op, Attrs attrs, List<Node> in) {
        Shape a = in.get(0).shape();
        Shape b = in.get(1).shape();
        int r = a.rank();
        boolean fits = r >= 2 && b.rank() == r && a.dim(r - 1) == b.dim(r - 2);
        for (int i = 0; fits && i < r - 2; i++) {
            fits = a.dim(i) == b.dim(i);
        }
        if (!fits) {
            throw ShapeRules.error(op, "cannot multiply " + a + " by " + b);
        }
        return new Meta(arithmetic(op, in), a.with(r - 1, b.dim(r - 1)));
    }

    private static org.fusegrad.type.DType arithmetic(Op op, List<Node> in) {
        ShapeRules.floating(op, in.get(0));
        return ShapeRules.promote(op, in.get(0).dtype(), in.get(1).dtype());
    }

    /** x (N, C, spatial…) by w (O, C / groups, kernel…). */
    static Meta conv(Op op, Attrs attrs, List<Node> in) {
        Attrs.Conv c = (Attrs.Conv) attrs;
        Shape x = in.get(0).shape();
        Shape w = in.get(1).shape();
        int spatial = c.stride().size();
        if (c.padding().size() != spatial || c.dilation().size() != spatial) {
            throw ShapeRules.error(
                    op, "stride, padding and dilation need one number for each spatial axis");
        }
        if (x.rank() != spatial + 2 || w.rank() != spatial + 2) {
            throw ShapeRules.error(
                    op,
                    "needs input and weight of rank " + (spatial + 2) + ", got " + x + " and " + w);
        }
        int groups = c.groups();
        if (groups < 1
                || x.dim(1) % groups != 0
                || w.dim(0) % groups != 0
                || w.dim(1) != x.dim(1) / groups) {
            throw ShapeRules.error(
                    op,
                    "input " + x + " does not fit weight " + w + " in " + groups
                            + " group(s): the weight wants " + (long) w.dim(1) * Math.max(1, groups)
                            + " channels");
        }
        int[] dims = new int[spatial + 2];
        dims[0] = x.dim(0);
        dims[1] = w.dim(0);
        for (int i = 0; i < spatial; i++) {
            dims[i + 2] = windows(op, x, i, w.dim(i + 2), c.stride(), c.padding(), c.dilation());
        }
        return new Meta(arithmetic(op, in), Shape.of(dims));
    }

    private static int windows(
            Op op, Shape x, int i, int kernel, Ints stride, Ints padding, Ints dilation) {
        long reach = dilation.get(i) * (kernel - 1L) + 1;
        // Every position in the padded axis is an int.
        long room = Shape.size(op.toString(), x.dim(i + 2) + 2L * padding.get(i)) - reach;
        if (room < 0
                || stride.get(i) < 1
                || dilation.get(i) < 1
                || padding.get(i) < 0
                || kernel < 1) {
            throw ShapeRules.error(
                    op,
                    "kernel " + kernel + " (stride " + stride.get(i) + ", padding "
                            + padding.get(i) + ", dilation " + dilation.get(i)
                            + ") does not fit axis "
                            + (i + 2) + " of " + x);
        }
        return (int) (room / stride.get(i) + 1);
    }

    static Meta convAdjoint(Op op, Attrs attrs, List<Node> in) {
        return new Meta(arithmetic(op, in), ((Attrs.Conv) attrs).target());
    }

    /** The pooled shape: leading axes kept, trailing ones replaced by the output sizes. */
    static Meta pool(Op op, Attrs attrs, List<Node> in) {
        Attrs.Window w = (Attrs.Window) attrs;
        ShapeRules.floating(op, in.get(0));
        int lead = w.input().rank() - w.output().size();
        int[] dims = w.input().dims();
        for (int i = 0; i < w.output().size(); i++) {
            dims[lead + i] = w.output().get(i);
        }
        return new Meta(in.get(0).dtype().compute(), Shape.of(dims));
    }

    /** The shape pooled over. */
    static Meta unpool(Op op, Attrs attrs, List<Node> in) {
        return new Meta(in.get(0).dtype().compute(), ((Attrs.Window) attrs).input());
    }
}
