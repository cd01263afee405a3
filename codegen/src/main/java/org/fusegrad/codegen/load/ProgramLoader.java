package org.fusegrad.codegen.load;

import com.google.common.base.Suppliers;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.fusegrad.codegen.compile.BytecodeStats;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.JavacCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.compile.SourceCompiler.Compiled;
import org.fusegrad.codegen.compile.SourceDump;
import org.fusegrad.flags.Flags;
import org.fusegrad.run.KernelException;

/**
 * The source of generated programs: classes exported ahead of time first, the compiler second.
 * Nothing of JavaPoet or Janino is linked before a program has to be generated, so that both may be
 * absent where all are exported.
 */
public final class ProgramLoader {
    private final List<KernelRegistry> registries;
    private final Supplier<SourceCompiler> compiler;

    /**
     * Loads from registries, and compiles what is in none of them.
     *
     * @param compiler asked when something is compiled for the first time
     * @throws IllegalArgumentException if a registry was written by a version with another format
     */
    public ProgramLoader(List<KernelRegistry> registries, Supplier<SourceCompiler> compiler) {
        registries.forEach(ProgramLoader::check);
        this.registries = List.copyOf(registries);
        this.compiler = Suppliers.memoize(compiler::get);
    }

    /** Compiles everything. */
    public static ProgramLoader of(SourceCompiler compiler) {
        return new ProgramLoader(List.of(), () -> compiler);
    }

    /** Every registry on the class path, and the compiler that the flag names. */
    public static ProgramLoader byFlags() {
        List<KernelRegistry> found = ServiceLoader.load(KernelRegistry.class).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
        String name = Flags.COMPILER.get();
        return new ProgramLoader(found, () -> compiler(name));
    }

    private static SourceCompiler compiler(String name) {
        return switch (name) {
            case "janino" -> new JaninoCompiler();
            case "javac" -> new JavacCompiler();
            default -> throw new IllegalStateException(Flags.COMPILER.property() + " is " + name);
        };
    }

    private static void check(KernelRegistry registry) {
        if (registry.format() != KernelRegistry.FORMAT) {
            throw new IllegalArgumentException(registry.getClass().getName()
                    + " holds kernels of format " + registry.format()
                    + ", this version runs format "
                    + KernelRegistry.FORMAT + ": export them again");
        }
    }

    /** A program that was exported, by its {@link ProgramId#key}. */
    public <T> Optional<T> exported(Class<T> type, String key) {
        for (KernelRegistry registry : registries) {
            try {
                Object program = registry.program(key);
                if (program != null) {
                    return Optional.of(type.cast(program));
                }
            } catch (LinkageError | ClassCastException e) {
                throw new KernelException(
                        "program " + key + " of " + registry.getClass().getName()
                                + " does not load: " + e,
                        e);
            }
        }
        return Optional.empty();
    }

    /**
     * Does work that emits and {@link #compile compiles}.
     *
     * @param what is generated
     * @throws KernelException also if what generates is absent or not allowed
     */
    public <T> T generating(String what, Supplier<T> work) {
        try {
            // The compiler first, so that nothing is emitted in vain.
            Objects.requireNonNull(compiler.get(), "compiler");
            return work.get();
        } catch (NoClassDefFoundError e) {
            throw notExported(what, e.getMessage() + " is not on the class path", e);
        } catch (IllegalStateException e) {
            throw notExported(what, e.getMessage(), e);
        }
    }

    private static KernelException notExported(String what, String why, Throwable cause) {
        return new KernelException(
                what + " was not exported and cannot be generated, since " + why
                        + ": export it with the others, or let Janino and JavaPoet generate it",
                cause);
    }

    /**
     * An instance of a class, compiled from source.
     *
     * @param graph what it computes, for the dump
     * @throws KernelException if it does not compile, does not load, or is too long for the JVM
     */
    public <T> T compile(Class<T> type, String className, String source, String graph) {
        SourceDump.write(className, graph, source);
        Compiled compiled = compiler.get().compile(className, source);
        int largest = BytecodeStats.largestMethod(compiled.bytecode());
        if (largest > BytecodeStats.LIMIT) {
            throw new KernelException(
                    className + " has a method of " + largest + " bytes, above the "
                            + BytecodeStats.LIMIT + " that the JVM compiles",
                    null);
        }
        try {
            return type.cast(compiled.type().getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException | LinkageError e) {
            throw new KernelException(className + " does not load: " + e.getMessage(), e);
        }
    }
}
