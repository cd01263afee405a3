package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.DoubleSummaryStatistics;
import java.util.IntSummaryStatistics;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.drive.Warmup;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.ops.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the warm-up makes of a method that takes rows through all steps. */
final class WarmupTest {
    /** Of the widest vectors. */
    private static final int LANES = 16;

    private static final LoopKernel KERNEL = layerNorm(7);

    private static LoopKernel layerNorm(int row) {
        return LoopKernel.of(Forms.kernels(
                        () -> new LayerNorm(row).explain(Tensor.zeros(2, row), Activation.NONE))
                .get(0));
    }

    /** Steps that compute nothing, and all of them as one that may make an object for each row. */
    private static final class Fake extends RowProgram {
        private static volatile float[] objects;
        private final boolean makesObjects;

        Fake(boolean makesObjects) {
            this.makesObjects = makesObjects;
        }

        @Override
        public void run(int method, Frame frame) {
            if (makesObjects
                    && method == RowProgram.rows(KERNEL.joined().orElseThrow().number())) {
                objects = new float[frame.n];
            }
        }

        @Override
        public boolean joins() {
            return true;
        }
    }

    /** If the JVM makes objects of its vectors, the steps are better off one by one. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stepsAreJoinedOnlyIfVectorsStayInRegisters(boolean makesObjects) {
        assertEquals(!makesObjects, Warmup.run(KERNEL, new Fake(makesObjects), () -> {}));
    }

    /** Steps that compute nothing, and note on what rows all of them as one are called. */
    private static final class Notes extends RowProgram {
        private final int joined;
        private final IntSummaryStatistics turns = new IntSummaryStatistics();
        private final DoubleSummaryStatistics means = new DoubleSummaryStatistics();

        Notes(LoopKernel kernel) {
            this.joined = RowProgram.rows(kernel.joined().orElseThrow().number());
        }

        @Override
        public void run(int method, Frame frame) {
            if (method == joined) {
                turns.accept(frame.n / LANES);
                float sum = 0;
                for (int i = 0; i < frame.n; i++) {
                    sum += ((float[]) frame.arrays[0])[i];
                }
                means.accept(sum / frame.n);
            }
        }

        @Override
        public boolean joins() {
            return true;
        }
    }

    private static Notes notes(int row) {
        LoopKernel kernel = layerNorm(row);
        Notes notes = new Notes(kernel);
        assertTrue(Warmup.run(kernel, notes, () -> {}));
        return notes;
    }

    /** Or the JVM compiles one way of a statistic alone, and throws it away at real data. */
    @Test
    void rowsLieFarFromZeroAndAboutIt() {
        DoubleSummaryStatistics means = notes(7).means;
        assertTrue(means.getMin() < 0.2, means::toString);
        assertTrue(means.getMax() > 0.8, means::toString);
    }

    /** A loop that is seen to turn three times is written out several times by JDK 25. */
    @Test
    void loopsOfOneVectorTurnSeldom() {
        IntSummaryStatistics turns = notes(768).turns;
        assertTrue(turns.getMax() >= 2, turns::toString);
        assertTrue(turns.getAverage() < 2, turns::toString);
    }
}
