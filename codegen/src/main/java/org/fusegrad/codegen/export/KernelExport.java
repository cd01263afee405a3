package org.fusegrad.codegen.export;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.lang.model.SourceVersion;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.BytecodeStats;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.contract.Contractions;
import org.fusegrad.codegen.emit.KernelEmitter;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.emit.Support;
import org.fusegrad.codegen.load.KernelRegistry;
import org.fusegrad.codegen.load.ProgramId;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.run.Backend;
import org.fusegrad.run.Kernel;

/**
 * Writes the kernels of a program as Java sources. As the backend of an engine it runs whatever the
 * engine is given and remembers the kernels; run everything once that will be run later: training
 * and evaluation, with the types, ranks and kinds of batches they will have.
 *
 * <pre>{@code
 * KernelExport export = new KernelExport("com.example.kernels");
 * try (Engine engine = Engine.builder().backend(export).build()) {
 *     engine.run(() -> trainAndEvaluate(model));
 * }
 * export.write(Path.of("build/kernels"));
 * }</pre>
 *
 * <p>Compiled and on the class path, the classes are found by themselves and run instead of newly
 * generated ones, with the same bits.
 */
public final class KernelExport implements Backend {
    private static final String MARK = "// Exported by Fusegrad; each export replaces this file.\n";

    private final String packageName;
    private final List<Integer> widths;
    private final SourceCompiler compiler = new JaninoCompiler();
    private final Backend runner = new CodegenBackend("scalar", 0, compiler);
    private final SortedMap<String, LoopKernel> kernels = new TreeMap<>();

    /**
     * An export in every form that this JVM can compile: scalar, and with the Vector API in vectors
     * of 128, 256 and 512 bits.
     *
     * @param packageName of the classes to write
     */
    public KernelExport(String packageName) {
        this(packageName, Forms.widths());
    }

    /**
     * An export in forms of the caller's choice. Scalar forms are always written.
     *
     * @param packageName of the classes to write
     * @param widths in bits of vectors; 0 stands for scalar code
     * @throws IllegalArgumentException if the package has no plain Java name, or a width is none
     *     that this JVM can compile
     */
    public KernelExport(String packageName, List<Integer> widths) {
        if (!packageName.matches("[\\w.]+") || !SourceVersion.isName(packageName)) {
            throw new IllegalArgumentException("package '" + packageName
                    + "': give names of letters and digits, with dots between them");
        }
        if (packageName.matches("java(\\..*)?")) {
            throw new IllegalArgumentException("package '" + packageName
                    + "': the JVM loads packages of java from the JDK alone; give another name");
        }
        for (int width : widths) {
            if (!Forms.widths().contains(width)) {
                throw new IllegalArgumentException("vectors of " + width + " bits: this JVM has "
                        + Forms.widths() + "; vectors need --add-modules " + SimdSupport.MODULE);
            }
        }
        this.packageName = packageName;
        this.widths = widths.stream().filter(width -> width > 0).sorted().toList();
    }

    @Override
    public String name() {
        return "export";
    }

    @Override
    public Kernel compile(KernelGraph graph) {
        if (graph.fused()) {
            remember(LoopKernel.of(graph));
        }
        return runner.compile(graph);
    }

    private synchronized void remember(LoopKernel loops) {
        if (Support.covers(loops)) {
            kernels.putIfAbsent(loops.key(), loops);
        }
    }

    /** Distinct generated kernels seen so far. */
    public synchronized int kernels() {
        return kernels.size();
    }

    /**
     * Writes a class for each form of each kernel, the tiles of matrix products and convolutions,
     * a {@link KernelRegistry} called {@code ExportedKernels} and its service file. Files of an
     * export before are replaced; the same kernels give the same files.
     *
     * @param folder the root of packages; made if it is not there
     * @return the files
     * @throws IOException if they cannot be written
     */
    public synchronized List<Path> write(Path folder) throws IOException {
        SortedMap<String, Source> programs = programs();
        Path packageFolder = folder.resolve(packageName.replace('.', '/'));
        Files.createDirectories(packageFolder);
        clear(packageFolder);
        List<Path> files = new ArrayList<>();
        List<Source> classes = new ArrayList<>(programs.values());
        classes.add(new RegistryEmitter(packageName).emit(programs));
        for (Source source : classes) {
            Path file = packageFolder.resolve(simpleName(source) + ".java");
            files.add(Files.writeString(file, MARK + source.text()));
        }
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        files.add(Files.writeString(
                services.resolve(KernelRegistry.class.getName()),
                packageName + "." + RegistryEmitter.NAME + "\n"));
        return files;
    }

    static String simpleName(Source source) {
        return source.className().substring(source.className().lastIndexOf('.') + 1);
    }

    /** Deletes what an export before has written, so that no class of it is left over. */
    private static void clear(Path packageFolder) throws IOException {
        try (DirectoryStream<Path> sources = Files.newDirectoryStream(packageFolder, "*.java")) {
            for (Path source : sources) {
                if (Files.readString(source).startsWith(MARK)) {
                    Files.delete(source);
                }
            }
        }
    }

    /** Sources by key of the registry. */
    private SortedMap<String, Source> programs() {
        SortedMap<String, Source> programs = new TreeMap<>();
        for (LoopKernel loops : kernels.values()) {
            ProgramId id = ProgramId.of(loops);
            programs.put(id.key(0), source(loops, id, 0));
            for (int bits : widths) {
                Source source = source(loops, id, bits);
                if (source.vectorSteps() > 0 && fits(source)) {
                    programs.put(id.key(bits), source);
                }
            }
        }
        programs.put(Contractions.tiles(0).key(0), Contractions.source(packageName, 0));
        for (int bits : widths) {
            programs.put(
                    Contractions.tiles(bits).key(bits), Contractions.source(packageName, bits));
        }
        return programs;
    }

    private Source source(LoopKernel loops, ProgramId id, int bits) {
        return KernelEmitter.export(loops, packageName, id.className(bits), bits);
    }

    /** Whether the JVM will compile all methods; if not, scalar code is the faster. */
    private boolean fits(Source source) {
        byte[] bytecode = compiler.compile(source.className(), source.text()).bytecode();
        return BytecodeStats.largestMethod(bytecode) <= BytecodeStats.LIMIT;
    }
}
