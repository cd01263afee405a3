package org.fusegrad.codegen;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Supplier;
import org.fusegrad.codegen.cache.KernelCache;
import org.fusegrad.codegen.compile.BytecodeStats;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.JavacCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.compile.SourceCompiler.Compiled;
import org.fusegrad.codegen.compile.SourceDump;
import org.fusegrad.codegen.contract.Contractions;
import org.fusegrad.codegen.drive.FusedKernel;
import org.fusegrad.codegen.drive.Programs;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.drive.Warmup;
import org.fusegrad.codegen.emit.KernelEmitter;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.emit.Support;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.flags.Flags;
import org.fusegrad.plan.KernelGraph;
import org.fusegrad.run.Backend;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.interp.Interpreter;

/**
 * Compiles kernel graphs: schedule, loops, source, class. What has no generated form (indexing,
 * pooling, copies) runs on the interpreter's own loops, which are ordinary compiled code.
 */
public final class CodegenBackend implements Backend {
    private final String name;
    private final int bits;
    private final SourceCompiler compiler;
    private final KernelCache cache = new KernelCache(Flags.CACHE.get());
    private final Interpreter direct = new Interpreter();
    private final Contractions contractions;

    /**
     * A backend.
     *
     * @param name as shown
     * @param bits of a vector; 0 for scalar code only
     */
    public CodegenBackend(String name, int bits) {
        this(
                name,
                bits,
                Flags.COMPILER.get().equals("javac") ? new JavacCompiler() : new JaninoCompiler());
    }

    /** A backend with a compiler of the caller's choice. */
    public CodegenBackend(String name, int bits, SourceCompiler compiler) {
        this.name = name;
        this.bits = bits;
        this.compiler = compiler;
        this.contractions = new Contractions(bits, compiler);
    }

    @Override
    public String name() {
        return name;
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
        Programs programs = cache.get(loops.key(), () -> generate(loops));
        return new FusedKernel(loops, programs);
    }

    /** Generated kernels and how often they were found again. */
    public KernelCache cache() {
        return cache;
    }

    private Programs generate(LoopKernel loops) {
        String id = Hashing.murmur3_128()
                .hashString(loops.key(), StandardCharsets.UTF_8)
                .toString()
                .substring(0, 8);
        String base = className(loops.name()) + "_" + id;
        Programs.Form scalar = form(loops, KernelEmitter.emit(loops, base + "_s", 0));
        if (bits == 0) {
            return new Programs(scalar, null, 0);
        }
        Source vector = KernelEmitter.emit(loops, base + "_v" + bits, bits);
        Supplier<Programs.Form> maker = vector.vectorSteps() == 0
                ? null
                : () -> {
                    Programs.Form form = form(loops, vector);
                    Warmup.run(loops, form.program());
                    return form;
                };
        return new Programs(scalar, maker, Flags.PROMOTE.get());
    }

    private Programs.Form form(LoopKernel loops, Source source) {
        SourceDump.write(source.className(), loops.graph().toString(), source.text());
        Compiled compiled = compiler.compile(source.className(), source.text());
        int largest = BytecodeStats.largestMethod(compiled.bytecode());
        if (largest > BytecodeStats.LIMIT) {
            throw new KernelException(
                    "kernel " + loops.name() + " has a method of " + largest + " bytes, above the "
                            + BytecodeStats.LIMIT + " that the JVM compiles",
                    null);
        }
        try {
            RowProgram program =
                    (RowProgram) compiled.type().getDeclaredConstructor().newInstance();
            return new Programs.Form(program, source.text());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new KernelException(
                    "kernel " + loops.name() + " does not load: " + e.getMessage(), e);
        }
    }

    /** A class name from a kernel's name: letters, digits and underscores, capital first. */
    private static String className(String kernel) {
        String plain = kernel.replaceAll("[^A-Za-z0-9_]", "_");
        plain = plain.substring(0, Math.min(40, plain.length()));
        return "K_" + plain.toLowerCase(Locale.ROOT);
    }
}
