package org.fusegrad.codegen.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.lower.Lowering;
import org.fusegrad.graph.Op;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a pass may write the printer has a line for. */
final class TablesTest {
    @ParameterizedTest
    @EnumSource(Callee.class)
    void everyCallHasAFormat(Callee callee) {
        assertNotNull(CallTable.format(callee));
    }

    /** Vectors have no operation but those that passes make of steps, and all of these. */
    @ParameterizedTest
    @EnumSource(Op.class)
    void vectorsHaveJustTheOperationsThatPassesWrite(Op op) {
        assertEquals(Lowering.vectorOps().contains(op), VectorTable.format(op) != null);
        if (Lowering.vectorOps().contains(op)) {
            assertNotNull(
                    ScalarTable.sign(op, Type.FLOAT) != null
                            ? ScalarTable.sign(op, Type.FLOAT)
                            : ScalarTable.format(op, Type.FLOAT));
        }
    }
}
