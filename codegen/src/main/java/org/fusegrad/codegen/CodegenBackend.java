package org.fusegrad.codegen;

import java.util.Optional;
import java.util.function.Supplier;
import org.fusegrad.codegen.cache.KernelCache;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.contract.Contractions;
import org.fusegrad.codegen.drive.FusedKernel;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.drive.Variant;
import org.fusegrad.codegen.drive.Warmup;
import org.fusegrad.codegen.emit.KernelEmitter;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.emit.Support;
import org.fusegrad.codegen.load.ProgramId;
import org.fusegrad.codegen.load.ProgramLoader;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.codegen.tier.TierUp;
import org.fusegrad.codegen.tier.TieredKernel;
import org.fusegrad.flags.Flags;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.run.Backend;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.interp.Interpreter;

/**
 * Compiles kernel graphs: schedule, loops, source, class; a class exported before is not generated
 * again. What has no generated form (indexing, pooling, copies) runs on the interpreter's own
 * loops, which are ordinary compiled code.
 */
public final class CodegenBackend implements Backend {
    private final String name;
    private final int bits;
    private final ProgramLoader loader;
    private final KernelCache cache = new KernelCache(Flags.CACHE.get());
    private final Interpreter direct = new Interpreter();
    private final TierUp tierUp = new TierUp();
    private final Contractions contractions;

    /**
     * A backend.
     *
     * @param name as shown
     * @param bits of a vector; 0 for scalar code only
     */
    public CodegenBackend(String name, int bits) {
        this(name, bits, ProgramLoader.byFlags());
    }

    /** A backend that compiles everything, with a compiler of the caller's choice. */
    public CodegenBackend(String name, int bits, SourceCompiler compiler) {
        this(name, bits, ProgramLoader.of(compiler));
    }

    /** A backend whose programs come from where the caller says. */
    public CodegenBackend(String name, int bits, ProgramLoader loader) {
        this.name = name;
        this.bits = bits;
        this.loader = loader;
        this.contractions = Contractions.of(bits, loader, tierUp);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String describe() {
        if (bits > 0) {
            return name + ", " + bits + " bits";
        }
        SimdSupport simd = SimdSupport.get();
        return name + (simd.isAvailable() ? "" : ", without vectors: " + simd.reason());
    }

    @Override
    public Kernel compile(KernelGraph graph) {
        if (!graph.fused()) {
            return contractions.covers(graph) ? contractions.compile(graph) : direct.compile(graph);
        }
        LoopKernel loops = LoopKernel.of(graph);
        if (!Support.covers(loops)) {
            return direct.compile(graph);
        }
        TieredKernel<Variant> programs = cache.get(loops.key(), () -> programs(loops));
        return new FusedKernel(loops, programs);
    }

    @Override
    public void trim() {
        cache.clear();
        contractions.trim();
    }

    /** Kernels that have no vector form yet never get one. */
    @Override
    public void close() {
        tierUp.close();
    }

    /** Generated kernels and how often they were found again. */
    public KernelCache cache() {
        return cache;
    }

    /** Of a kernel that was exported, only the forms that were; otherwise generated ones. */
    private TieredKernel<Variant> programs(LoopKernel loops) {
        ProgramId id = ProgramId.of(loops);
        Optional<RowProgram> scalar = loader.exported(RowProgram.class, id.key(0));
        if (scalar.isEmpty()) {
            return loader.generating("kernel " + loops.name(), () -> generate(loops, id));
        }
        Optional<RowProgram> vector =
                bits == 0 ? Optional.empty() : loader.exported(RowProgram.class, id.key(bits));
        Supplier<Variant> form = vector.isEmpty() ? null : () -> exported(vector.get());
        return programs(loops, exported(scalar.get()), form);
    }

    private static Variant exported(RowProgram program) {
        return new Variant(program, "exported as " + program.getClass().getName());
    }

    private TieredKernel<Variant> generate(LoopKernel loops, ProgramId id) {
        Variant scalar = form(loops, KernelEmitter.emit(loops, id.className(0), 0));
        return programs(
                loops, scalar, bits == 0 ? null : () -> vector(loops, id).orElse(scalar));
    }

    /** Emitted when it is wanted: most kernels of a program never do enough work for it. */
    private Optional<Variant> vector(LoopKernel loops, ProgramId id) {
        Source source = KernelEmitter.emit(loops, id.className(bits), bits);
        return source.vectorSteps() == 0 ? Optional.empty() : Optional.of(form(loops, source));
    }

    private TieredKernel<Variant> programs(
            LoopKernel loops, Variant scalar, Supplier<Variant> vector) {
        Supplier<Variant> warmed = () -> {
            Variant form = vector.get();
            return form == scalar || Warmup.run(loops, form.program(), tierUp::checkOpen)
                    ? form
                    : form.separate();
        };
        return new TieredKernel<>(
                "a kernel stays",
                () -> scalar,
                vector == null ? null : warmed,
                Flags.PROMOTE.get(),
                tierUp);
    }

    private Variant form(LoopKernel loops, Source source) {
        String graph = loops.graph() + "\n" + String.join("\n", source.passes()) + "\n";
        RowProgram program =
                loader.compile(RowProgram.class, source.className(), source.text(), graph);
        return new Variant(program, source.text());
    }
}
