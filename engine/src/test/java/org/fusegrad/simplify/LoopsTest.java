package org.fusegrad.simplify;

import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** Which loops a value varies along, and what its float64 form is. */
final class LoopsTest {
    private final Node data = leaf(0, "x", DType.FLOAT32, 4, 6);
    private final Node row = leaf(1, "s", DType.FLOAT32, 4, 1);
    private final Node column = leaf(2, "w", DType.FLOAT32, 1, 6);
    private final Node one = leaf(3, "one", DType.FLOAT32, 1, 1);
    private final Node number = Node.constant(3, DType.FLOAT32);
    private final Node flat = leaf(4, "flat", DType.FLOAT32, 24);
    private final Node wide = leaf(5, "ss", DType.FLOAT64, 4, 1);

    @Test
    void wider() {
        assertTrue(Loops.wider(data, row));
        assertTrue(Loops.wider(data, column));
        assertTrue(Loops.wider(data, one));
        assertTrue(Loops.wider(data, number));
        assertTrue(Loops.wider(row, one));
        assertTrue(Loops.wider(row, number));
        assertFalse(Loops.wider(row, data));
        assertFalse(Loops.wider(data, data));
        assertFalse(Loops.wider(row, column));
        assertFalse(Loops.wider(column, row));
        assertFalse(Loops.wider(one, number));
        assertFalse(Loops.wider(number, number));
        assertFalse(Loops.wider(number, row));
        assertFalse(Loops.wider(flat, row), "of another domain");
        assertFalse(Loops.wider(flat, one), "of another domain");
    }

    @Test
    void small() {
        assertTrue(Loops.isSmall(row));
        assertTrue(Loops.isSmall(column));
        assertTrue(Loops.isSmall(number));
        assertFalse(Loops.isSmall(data));
        assertFalse(Loops.isSmall(flat));
    }

    @Test
    void constantAlong() {
        assertTrue(Loops.constantAlong(row, 1));
        assertFalse(Loops.constantAlong(row, 0));
        assertTrue(Loops.constantAlong(number, 5));
    }

    @Test
    void roundedStatistics() {
        assertTrue(Loops.isRoundedStatistic(wide.cast(DType.FLOAT32)));
        assertFalse(Loops.isRoundedStatistic(wide));
        assertFalse(Loops.isRoundedStatistic(wide.cast(DType.BFLOAT16)));
        assertFalse(Loops.isRoundedStatistic(row.cast(DType.FLOAT64)));
        assertFalse(Loops.isRoundedStatistic(leaf(0, "k", DType.INT64, 4, 1).cast(DType.FLOAT32)));
        assertFalse(Loops.isRoundedStatistic(wide.neg()));
    }

    @Test
    void theFloat64Form() {
        assertSame(wide, Loops.wide(wide));
        assertSame(wide, Loops.wide(wide.cast(DType.FLOAT32)));
        assertEquals("float64(s)", text(Loops.wide(row)));
        assertEquals("3", text(Loops.wide(number)));
        assertEquals(DType.FLOAT64, Loops.wide(number).dtype());
    }

    @Test
    void arithmeticIsWidenedDownToWhatItStartsFrom() {
        Node variance = row.mul(row).add(wide.cast(DType.FLOAT32)).add(0.5);
        assertEquals(
                "sqrt((((float64(s) * float64(s)) + ss) + 0.5))",
                text(Loops.widened(variance.unary(Op.SQRT))));
        assertEquals(
                "(float64(exp(s)) + float64(s))",
                text(Loops.widened(row.unary(Op.EXP).add(row))));
        Node doubled = wide.mul(wide);
        assertSame(doubled, Loops.widened(doubled));
    }
}
