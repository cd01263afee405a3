package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.fusegrad.Tensor;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.drive.Warmup;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.ops.Activation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the warm-up makes of a method that takes rows through all steps. */
final class WarmupTest {
    private static final LoopKernel KERNEL = LoopKernel.of(Forms.kernels(
                    () -> new LayerNorm(7).explain(Tensor.zeros(2, 7), Activation.NONE))
            .get(0));

    /** Steps that compute nothing, and all of them as one that may make an object for each row. */
    private static final class Fake extends RowProgram {
        private static volatile float[] objects;
        private final boolean makesObjects;

        Fake(boolean makesObjects) {
            this.makesObjects = makesObjects;
        }

        @Override
        public void run(int step, Frame frame) {
            if (makesObjects && step == 2 * KERNEL.joined().orElseThrow().number()) {
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
        assertEquals(!makesObjects, Warmup.run(KERNEL, new Fake(makesObjects)));
    }
}
