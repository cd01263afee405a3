package org.fusegrad.codegen.ir;

import org.fusegrad.graph.Node;

/** A local of a generated method; the printer gives it a name. */
public sealed interface Local {
    /**
     * A local of a value.
     *
     * @param number which of several; 0 for the one there is
     */
    record Of(Node node, Role role, int number) implements Local {}

    /** An intermediate result in the expansion of a function. */
    record Temporary(int number) implements Local {}

    /** A constant of an expansion, broadcast before the loop. */
    record Hoisted(int number) implements Local {}

    /** A local of a program that is not of a graph. */
    record Named(String name) implements Local {}

    /** What every method may have one of. */
    enum Fixed implements Local {
        /** Position along the row. */
        I,
        /** Elements in a row. */
        N,
        /** Where the last turn of an unrolled loop starts. */
        END,
        /** Number of the row. */
        ROW,
        /** How many rows there are. */
        ROWS,
        /** Where the columns that are left begin. */
        FROM,
        /** Takes what is read for nothing but the reading. */
        PREFETCHED
    }

    /** The one local of a value in a role. */
    static Local of(Node node, Role role) {
        return new Of(node, role, 0);
    }
}
