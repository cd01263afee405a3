package org.fusegrad.contract;

import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicInteger;
import org.fusegrad.Engine;
import org.fusegrad.codegen.CodegenBackend;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.load.KernelRegistry;
import org.fusegrad.codegen.load.ProgramLoader;

/** Trains on exported kernels in a JVM that can generate none, and prints the hashes. */
final class ExportedTraining {
    /** Gives out vector forms where scalar ones are asked for, so that they run from the start. */
    private record VectorsFirst(KernelRegistry exported, int bits, AtomicInteger vectors)
            implements KernelRegistry {
        @Override
        public int format() {
            return exported.format();
        }

        @Override
        public Object program(String key) {
            Object vector = exported.program(key.replaceAll("_s$", "_v" + bits));
            boolean found = vector instanceof RowProgram;
            vectors.addAndGet(found ? 1 : 0);
            return found ? vector : exported.program(key);
        }
    }

    private ExportedTraining() {}

    /**
     * Trains everything.
     *
     * @param args bits of the vectors; 0 for scalar code
     */
    public static void main(String[] args) {
        absent("org.codehaus.janino.SimpleCompiler");
        absent("com.palantir.javapoet.JavaFile");
        int bits = Integer.parseInt(args[0]);
        AtomicInteger vectors = new AtomicInteger();
        for (Training training : Training.values()) {
            try (Engine engine =
                    (bits == 0 ? scalar() : vector(bits, vectors)).strict(true).build()) {
                System.out.println(training + "=" + training.hash(engine));
            }
        }
        if (bits > 0 && vectors.get() == 0) {
            throw new AssertionError("no vector form was found");
        }
    }

    private static void absent(String name) {
        try {
            throw new AssertionError(Class.forName(name) + " is on the class path");
        } catch (ClassNotFoundException e) {
            // As it should be.
        }
    }

    private static Engine.Builder scalar() {
        return Engine.builder().backend("scalar");
    }

    private static Engine.Builder vector(int bits, AtomicInteger vectors) {
        KernelRegistry exported =
                ServiceLoader.load(KernelRegistry.class).findFirst().orElseThrow();
        ProgramLoader loader =
                new ProgramLoader(List.of(new VectorsFirst(exported, bits, vectors)), () -> {
                    throw new IllegalStateException("all is exported");
                });
        return Engine.builder().backend(new CodegenBackend("vector", bits, loader));
    }
}
