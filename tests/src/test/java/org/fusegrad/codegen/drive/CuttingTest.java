package org.fusegrad.codegen.drive;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.Function;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which rows go through all steps at once. */
final class CuttingTest {
    private static boolean[] joins(String layer, int row) {
        Function<Tensor, Explanation> formula = switch (layer) {
            case "ln" -> x -> new LayerNorm(row).explain(x, Activation.NONE);
            case "rms" -> x -> new RMSNorm(row).explain(x, Activation.NONE);
            default -> x -> new InstanceNorm(2).explain(x.reshape(1, 2, 1, row), Activation.NONE);
        };
        List<LoopKernel> kernels = Forms.kernels(() -> formula.apply(Tensor.zeros(2, row))).stream()
                .map(LoopKernel::of)
                .toList();
        assertEquals(2, kernels.size());
        boolean[] joins = new boolean[2];
        for (int i = 0; i < 2; i++) {
            joins[i] = new Cutting(Extents.of(kernels.get(i))).joins();
        }
        return joins;
    }

    /** By the values of 4 bytes that a row runs along, as many as fit 32 KB. */
    @ParameterizedTest
    @CsvSource({
        // x, weight, bias, y; and dy, x, weight, dx, sums for two gradients
        "ln, 1365, true, true",
        "ln, 1366, true, false",
        "ln, 2048, true, false",
        "ln, 2049, false, false",
        // x, weight, y; and dy, x, weight, dx, sums for one gradient
        "rms, 1638, true, true",
        "rms, 1639, true, false",
        "rms, 2731, false, false",
        // All is the row's own, which no other needs.
        "in, 4096, true, true",
        "in, 4097, false, false"
    })
    void rowsThatShareValuesJoinIfTheseStayInTheNearestCache(
            String layer, int row, boolean forward, boolean backward) {
        boolean[] joins = joins(layer, row);
        assertEquals(forward, joins[0], "forward");
        assertEquals(backward, joins[1], "backward");
    }
}
