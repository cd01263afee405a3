package org.fusegrad.codegen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.codegen.compile.BytecodeStats;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.SourceCompiler.Compiled;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The float32 code of every norm is of the form that the JVM makes fast: vectors in each loop over
 * the data, their species a constant of the class, methods that the JVM compiles.
 */
final class NormFormsTest {
    private static final Map<String, Supplier<Explanation>> NORMS = new LinkedHashMap<>();

    static {
        Supplier<Tensor> x = () -> Tensor.zeros(4, 64, 6, 5);
        Supplier<Tensor> rows = () -> Tensor.zeros(6, 40);
        Activation none = Activation.NONE;
        NORMS.put("bn", () -> new BatchNorm2d(64).explain(x.get(), none));
        NORMS.put("bn relu", () -> new BatchNorm2d(64).explain(x.get(), Activation.RELU));
        NORMS.put(
                "bn channels last",
                () -> new BatchNorm2d(6)
                        .explain(Tensor.zeros(4, 5, 3, 6).permute(0, 3, 1, 2), none));
        NORMS.put("in", () -> new InstanceNorm(64).explain(x.get(), none));
        NORMS.put("gn", () -> new GroupNorm(32, 64).explain(x.get(), none));
        NORMS.put("iebn", () -> new IEBN2d(64).explain(x.get(), none));
        NORMS.put("mabn", () -> new MABN2d(64, MABNWindow.of(4, 64)).explain(x.get(), none));
        NORMS.put("ln", () -> new LayerNorm(40).explain(rows.get(), none));
        NORMS.put("rms", () -> new RMSNorm(40).explain(rows.get(), none));
    }

    @BeforeAll
    static void needsVectors() {
        Assumptions.assumeTrue(
                SimdSupport.get().isAvailable(), SimdSupport.get().reason());
    }

    static List<String> norms() {
        return List.copyOf(NORMS.keySet());
    }

    private static List<KernelGraph> kernels(String norm) {
        List<KernelGraph> kernels = Forms.kernels(NORMS.get(norm));
        assertEquals(2, kernels.size(), "one kernel forward, one backward");
        return kernels;
    }

    private static List<Integer> vectorWidths() {
        return Forms.widths().stream().filter(bits -> bits > 0).toList();
    }

    @ParameterizedTest
    @MethodSource("norms")
    void everyLoopOverTheDataIsVectorised(String norm) {
        for (KernelGraph kernel : kernels(norm)) {
            long loops = LoopKernel.of(kernel).steps().stream()
                    .filter(LoopStep::isFull)
                    .count();
            for (int bits : vectorWidths()) {
                Source source = Forms.source(kernel, "Form" + bits, bits);
                assertTrue(source.vectorSteps() >= loops, source::text);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("norms")
    void speciesAreConstantsOfTheClassAndMethodsAreSmall(String norm) {
        for (KernelGraph kernel : kernels(norm)) {
            for (int bits : vectorWidths()) {
                Source source = Forms.source(kernel, "Form" + bits, bits);
                Compiled compiled = new JaninoCompiler().compile(source.className(), source.text());
                List<Field> species = Arrays.stream(compiled.type().getDeclaredFields())
                        .filter(f -> f.getType().getSimpleName().equals("VectorSpecies"))
                        .toList();
                assertFalse(species.isEmpty(), source::text);
                int constant = Modifier.STATIC | Modifier.FINAL;
                for (Field field : species) {
                    assertEquals(constant, field.getModifiers() & constant, source::text);
                }
                int largest = BytecodeStats.largestMethod(compiled.bytecode());
                assertTrue(
                        largest > 0 && largest < BytecodeStats.LIMIT,
                        () -> largest + " bytes in\n" + source.text());
            }
        }
    }
}
