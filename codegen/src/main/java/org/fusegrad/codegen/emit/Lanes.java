package org.fusegrad.codegen.emit;

import java.util.List;
import org.fusegrad.graph.Node;
import org.fusegrad.type.DType;

/**
 * How one element, or one vector of elements, is computed in source. The only place that differs.
 */
interface Lanes {
    /** Whether these lanes can compute the node. */
    boolean supports(Node node);

    /** Type of a local that holds a value. */
    String type(DType dtype);

    /** The node's operation on operands. */
    String apply(Node node, List<String> operands);
}
