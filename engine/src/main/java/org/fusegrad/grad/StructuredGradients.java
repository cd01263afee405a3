package org.fusegrad.grad;

import static org.fusegrad.grad.GradientRules.a;
import static org.fusegrad.grad.GradientRules.b;
import static org.fusegrad.grad.GradientRules.one;
import static org.fusegrad.grad.GradientRules.x;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Gradient rules of contractions, pooling and indexing. Each family is closed: convolution and its
 * two adjoints are the three faces of one trilinear form, max pooling has scatter and gather at the
 * winning positions, average pooling and gather have one adjoint each.
 */
final class StructuredGradients {
    private StructuredGradients() {}

    static void register(Map<Op, GradientRules.Rule> rules) {
        rules.put(
                Op.MATMUL,
                (y, g) -> List.of(g.matmul(b(y).transpose()), a(y).transpose().matmul(g)));
        rules.put(
                Op.CONV,
                (y, g) -> List.of(convInput(y, g, b(y), a(y)), convWeight(y, a(y), g, b(y))));
        rules.put(Op.CONV_INPUT, (y, g) -> List.of(conv(y, g, b(y)), convWeight(y, g, a(y), b(y))));
        rules.put(Op.CONV_WEIGHT, (y, g) -> List.of(convInput(y, b(y), g, a(y)), conv(y, a(y), g)));
        rules.put(Op.MAX_POOL, (y, g) -> one(Node.of(Op.MAX_POOL_SCATTER, y.attrs(), g, x(y))));
        rules.put(
                Op.MAX_POOL_SCATTER,
                (y, g) -> Arrays.asList(Node.of(Op.MAX_POOL_GATHER, y.attrs(), g, b(y)), null));
        rules.put(
                Op.MAX_POOL_GATHER,
                (y, g) -> Arrays.asList(Node.of(Op.MAX_POOL_SCATTER, y.attrs(), g, b(y)), null));
        rules.put(Op.AVG_POOL, (y, g) -> one(Node.of(Op.AVG_POOL_ADJOINT, y.attrs(), g)));
        rules.put(Op.AVG_POOL_ADJOINT, (y, g) -> one(Node.of(Op.AVG_POOL, y.attrs(), g)));
        rules.put(Op.CUMSUM, (y, g) -> one(Node.of(Op.CUMSUM, reversed(y.attrs()), g)));
        rules.put(Op.GATHER, (y, g) -> {
            int axis = ((Attrs.Axis) y.attrs()).axis();
            Attrs scatter = new Attrs.Scatter(axis, x(y).shape().dim(axis));
            return Arrays.asList(Node.of(Op.SCATTER_ADD, scatter, g, b(y)), null);
        });
        rules.put(Op.SCATTER_ADD, (y, g) -> {
            Attrs along = new Attrs.Axis(((Attrs.Scatter) y.attrs()).axis());
            return Arrays.asList(Node.of(Op.GATHER, along, g, b(y)), null);
        });
    }

    private static Attrs reversed(Attrs attrs) {
        Attrs.Cumulate c = (Attrs.Cumulate) attrs;
        return new Attrs.Cumulate(c.axis(), !c.reverse());
    }

    /** y = conv(x, w). */
    private static Node conv(Node like, Node x, Node w) {
        return Node.of(Op.CONV, ((Attrs.Conv) like.attrs()).target(null), x, w);
    }

    /** The gradient of the input from that of the output. */
    private static Node convInput(Node like, Node dy, Node w, Node x) {
        return Node.of(Op.CONV_INPUT, ((Attrs.Conv) like.attrs()).target(x.shape()), dy, w);
    }

    /** The gradient of the weight from that of the output. */
    private static Node convWeight(Node like, Node x, Node dy, Node w) {
        return Node.of(Op.CONV_WEIGHT, ((Attrs.Conv) like.attrs()).target(w.shape()), x, dy);
    }
}
