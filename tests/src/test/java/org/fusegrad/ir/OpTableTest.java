package org.fusegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Predicate;
import org.fusegrad.grad.GradientRules;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.ShapeRules;
import org.fusegrad.run.interp.Interpreter;
import org.junit.jupiter.api.Test;

/** Each table over the operations is complete; what is missing is named. */
final class OpTableTest {
    private static void assertComplete(String table, Predicate<Op> covers) {
        Set<Op> missing = EnumSet.allOf(Op.class);
        missing.removeIf(covers);
        assertEquals(Set.of(), missing, table + " has no entry for these");
    }

    @Test
    void shapeRules() {
        assertComplete("ShapeRules", ShapeRules::covers);
    }

    @Test
    void gradientRules() {
        assertComplete("GradientRules", GradientRules::covers);
    }

    @Test
    void interpreter() {
        assertComplete("Interpreter", op -> op.kind() == Op.Kind.MARKER || Interpreter.covers(op));
    }

    @Test
    void everyOperationPrintsAsItsName() {
        for (Op op : Op.values()) {
            assertEquals(op.name().toLowerCase(java.util.Locale.ROOT), op.toString());
        }
    }
}
