package org.fusegrad.codegen.emit;

import java.util.List;
import org.fusegrad.graph.Node;
import org.fusegrad.type.DType;

/**
 * The source of one element, or of one vector of elements: the only place where the two differ.
 */
interface Lanes {
    /** Whether these lanes can compute the node. */
    boolean supports(Node node);

    /** Type of a local that holds a value. */
    String type(DType dtype);

    /** The node's operation on operands. */
    String apply(Node node, List<String> operands);
}
