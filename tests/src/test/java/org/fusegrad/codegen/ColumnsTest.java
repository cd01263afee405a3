package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which steps run down columns. */
final class ColumnsTest {
    private static final Tensor CHANNELS_LAST =
            Tensor.of(new float[2 * 5 * 7 * 8], 2, 5, 7, 8).permute(0, 3, 1, 2);

    /** A layer, the longest rows that its scans run down, and whether in a method of their own. */
    record Layer(String name, Supplier<Explanation> formula, int widest, boolean own) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Layer> layers() {
        Tensor half = CHANNELS_LAST.cast(DType.BFLOAT16);
        Tensor rows = Tensor.of(new float[40], 5, 8);
        Tensor images = Tensor.of(new float[560], 2, 8, 5, 7);
        Activation none = Activation.NONE;
        return Stream.of(
                new Layer("nhwc", () -> bn().explain(CHANNELS_LAST, Activation.RELU), 64, true),
                new Layer("nhwc, half", () -> bn().explain(half, none), 64, true),
                new Layer("nchw", () -> bn().explain(images, none), 0, false),
                new Layer("ln", () -> new LayerNorm(8).explain(rows, none), 0, false));
    }

    private static BatchNorm2d bn() {
        return new BatchNorm2d(8);
    }

    @ParameterizedTest
    @MethodSource("layers")
    void whereRowsShareWhatAColumnHolds(Layer layer) {
        for (KernelGraph kernel : Forms.kernels(layer.formula())) {
            List<LoopStep> scans = LoopKernel.of(kernel).steps().stream()
                    .filter(LoopStep::isFull)
                    .toList();
            scans.forEach(s -> assertEquals(layer.widest(), s.columns(), () -> s.toString()));
            for (int bits : new int[] {128, 256, 512}) {
                Source source = Forms.source(kernel, "Form", bits);
                assertEquals(layer.own(), source.text().contains("Columns(Frame f)"), source::text);
                String last = "i = Math.min(from, n - " + bits / 32 + ");";
                assertEquals(layer.own(), source.text().contains(last), source::text);
            }
            assertFalse(Forms.source(kernel, "Form", 0).text().contains("Columns(Frame f)"));
        }
    }

    /** Functions take so many operations that JDK 17 would make objects of the vectors. */
    @ParameterizedTest
    @MethodSource("functions")
    void notThroughFunctions(Activation function) {
        KernelGraph forward =
                Forms.kernels(() -> bn().explain(CHANNELS_LAST, function)).get(0);
        List<LoopStep> scans =
                LoopKernel.of(forward).steps().stream().filter(LoopStep::isFull).toList();
        String text = Forms.source(forward, "Form", 512).text();
        List<Boolean> own = IntStream.range(0, scans.size())
                .mapToObj(i -> text.contains("step" + scans.get(i).number() + "Columns(Frame f)"))
                .toList();
        assertEquals(List.of(true, false), own, text);
    }

    static Stream<Activation> functions() {
        return Stream.of(Activation.SILU, Activation.GELU, Activation.TANH);
    }
}
