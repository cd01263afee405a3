package org.fusegrad.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.codegen.cache.KernelCache;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.compile.SourceCompiler.Compiled;
import org.fusegrad.codegen.drive.FusedKernel;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.drive.Variant;
import org.fusegrad.codegen.emit.KernelEmitter;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.lower.Lowering;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.codegen.tier.TieredKernel;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;

/**
 * Kernels in a generated form of the caller's choice: lane width and compiler, from the first call
 * on. A form is compiled once for all sizes.
 */
public final class Forms {
    private final SourceCompiler compiler;
    private final KernelCache compiled = new KernelCache(2000);

    /** Forms by a compiler. */
    public Forms(SourceCompiler compiler) {
        this.compiler = compiler;
    }

    /** 0 for scalar code, then every vector width there is a species for. */
    public static List<Integer> widths() {
        return SimdSupport.get().isAvailable() ? List.of(0, 128, 256, 512) : List.of(0);
    }

    /** Fused kernels of a formula, forward and backward. */
    public static List<KernelGraph> kernels(Supplier<Explanation> formula) {
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            return kernels(engine.call(formula));
        }
    }

    /** Fused kernels of what became of a formula, forward and backward. */
    public static List<KernelGraph> kernels(Explanation e) {
        return Stream.concat(e.forward().kernels().stream(), e.backward().kernels().stream())
                .filter(KernelGraph::fused)
                .toList();
    }

    /** Source of a kernel. */
    public static Source source(KernelGraph graph, String className, int bits) {
        return KernelEmitter.emit(LoopKernel.of(graph), className, bits);
    }

    /** The kernel in one form. */
    public Kernel kernel(KernelGraph graph, int bits) {
        return kernel(graph, bits, false);
    }

    /** The kernel in one form that takes rows of any length through all steps, where it can. */
    public Kernel joined(KernelGraph graph, int bits) {
        return kernel(graph, bits, true);
    }

    private Kernel kernel(KernelGraph graph, int bits, boolean joined) {
        LoopKernel loops = LoopKernel.of(graph);
        int width = Lowering.suitsVectors(loops) ? bits : 0;
        TieredKernel<Variant> programs = compiled.get(
                width + " " + joined + loops.key(),
                () -> programs(KernelEmitter.emit(loops, "Form", width), joined));
        return new FusedKernel(loops, programs);
    }

    private TieredKernel<Variant> programs(Source source, boolean joined) {
        Compiled c = compiler.compile(source.className(), source.text());
        try {
            Object program = c.type().getDeclaredConstructor().newInstance();
            Variant form = new Variant((RowProgram) program, source.text());
            boolean anyRow = joined && form.joinsFrom() != Variant.NEVER;
            return TieredKernel.of(anyRow ? new Variant(form.program(), form.source(), 1) : form);
        } catch (ReflectiveOperationException e) {
            throw new KernelException("generated class does not load:\n" + source.text(), e);
        }
    }

    /** All sources of a formula's kernels, in every form. */
    public static List<Source> sources(Supplier<Explanation> formula) {
        List<Source> all = new ArrayList<>();
        for (KernelGraph kernel : kernels(formula)) {
            for (int bits : widths()) {
                all.add(source(kernel, "Form" + bits, bits));
            }
        }
        return all;
    }
}
