package org.fusegrad.plan;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Value;

/** Movement operations that need no kernel: another view of the same buffer. */
final class Views {
    private Views() {}

    static boolean isView(Node node) {
        return switch (node.op()) {
            case RESHAPE, EXPAND, PERMUTE, SLICE -> true;
            default -> false;
        };
    }

    /** The node's value from its operand's; a reshape that strides do not allow copies. */
    static Value apply(Node node, Value x) {
        return switch (node.op()) {
            case RESHAPE -> x.reshape(node.shape());
            case EXPAND -> x.expand(node.shape());
            case PERMUTE -> x.permute(((Attrs.Axes) node.attrs()).axes().toArray());
            case SLICE -> {
                Attrs.Range r = (Attrs.Range) node.attrs();
                yield x.slice(r.start().toArray(), r.step().toArray(), node.shape());
            }
            default -> throw new AssertionError(node);
        };
    }
}
