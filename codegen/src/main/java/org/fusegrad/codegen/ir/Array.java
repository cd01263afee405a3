package org.fusegrad.codegen.ir;

import org.fusegrad.graph.Node;
import org.fusegrad.type.DType;

/**
 * An array of a kernel, and the locals that say where in it the current row is.
 *
 * @param node the value stored in it, or the reduction whose partial sums it holds
 * @param number of the array in the kernel's frame
 * @param element type of its elements as stored
 */
public record Array(Node node, int number, DType element) {
    /** The Java array. */
    public Expr data() {
        return local(Role.ARRAY);
    }

    /** Where the row starts. */
    public Expr at() {
        return local(Role.AT);
    }

    /** A local of this array. */
    public Expr local(Role role) {
        return new Expr.Read(Local.of(node, role));
    }
}
