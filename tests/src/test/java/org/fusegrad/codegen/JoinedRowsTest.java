package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which kernels take each row through all steps at once, and what goes from step to step. */
final class JoinedRowsTest {
    private static final Tensor IMAGES = Tensor.zeros(2, 8, 5, 7);
    private static final String JOINED = "static void joined(Frame f)";

    /** A layer, and whether its forward and its backward join their steps. */
    record Layer(String name, Supplier<Explanation> formula, boolean joins) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Layer> layers() {
        Activation none = Activation.NONE;
        return Stream.of(
                new Layer("ln", () -> new LayerNorm(7).explain(IMAGES, none), true),
                new Layer("rms", () -> new RMSNorm(7).explain(IMAGES, none), true),
                new Layer("in", () -> new InstanceNorm(8).explain(IMAGES, none), true),
                new Layer(
                        "in, relu",
                        () -> new InstanceNorm(8).explain(IMAGES, Activation.RELU),
                        true),
                new Layer(
                        "slabs of two rows",
                        () -> new GroupNorm(4, 8).explain(IMAGES, none),
                        false),
                new Layer("no slabs", () -> new BatchNorm2d(8).explain(IMAGES, none), false),
                new Layer("long", () -> new LayerNorm(7).explain(IMAGES, Activation.GELU), false),
                new Layer(
                        "half",
                        () -> new LayerNorm(7).explain(IMAGES.cast(DType.BFLOAT16), none),
                        false));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void whereSlabsAreRowsAndStepsAreShort(Layer layer) {
        for (KernelGraph kernel : Forms.kernels(layer.formula())) {
            for (int bits : new int[] {128, 256, 512}) {
                Source source = Forms.source(kernel, "Form", bits);
                assertEquals(layer.joins(), source.text().contains(JOINED), source::text);
            }
            assertFalse(Forms.source(kernel, "Form", 0).text().contains(JOINED));
        }
    }

    /** Numbered after the last step; that is how the driver finds it. */
    @Test
    void theMethodHasTheNumberAfterTheLastStep() {
        for (KernelGraph kernel : layerNorm()) {
            LoopKernel loops = LoopKernel.of(kernel);
            int number = loops.joined().orElseThrow().number();
            assertEquals(loops.steps().size(), number);
            String text = Forms.source(kernel, "Form", 512).text();
            assertTrue(
                    Pattern.compile("case " + RowProgram.rows(number) + ":\\s+joined\\(f\\);")
                            .matcher(text)
                            .find(),
                    text);
        }
    }

    /** What no other step needs is in no array, and what the user gets is. */
    @Test
    void statisticsGoFromStepToStepInLocals() {
        KernelGraph forward = layerNorm().get(0);
        String joined = joined(forward);
        assertTrue(joined.contains("pivotKept = pivot;"), joined);
        assertFalse(joined.contains("pivotArray[pivotAt] = pivot;"), joined);
        assertTrue(joined.contains("centreArray[centreAt] = centre;"), joined);
        assertFalse(joined.contains("= centreArray["), joined);
    }

    /** Not even sums across rows, which are taken again if they overflow, keep statistics back. */
    @Test
    void noStatisticsOfTheBackwardAreStored() {
        String joined = joined(layerNorm().get(1));
        List<String> kept = Pattern.compile("(\\w+)Kept = (\\w+);")
                .matcher(joined)
                .results()
                .filter(m -> m.group(1).equals(m.group(2)))
                .map(m -> m.group(1))
                .toList();
        assertEquals(4, kept.size(), kept.toString());
        kept.forEach(name -> assertFalse(joined.contains(name + "Array"), joined));
    }

    private static List<KernelGraph> layerNorm() {
        return Forms.kernels(() -> new LayerNorm(7).explain(IMAGES, Activation.NONE));
    }

    private static String joined(KernelGraph kernel) {
        return method(Forms.source(kernel, "Form", 512).text(), "joined");
    }

    private static String method(String source, String name) {
        int from = source.indexOf("static void " + name + "(Frame f)");
        return source.substring(from, source.indexOf("\n    }\n", from));
    }
}
