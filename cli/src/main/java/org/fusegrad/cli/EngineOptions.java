package org.fusegrad.cli;

import java.util.Optional;
import org.fusegrad.Engine;
import org.fusegrad.flags.Flags;
import picocli.CommandLine.Option;

/** The options that choose what computes; without them, the flags of the environment do. */
final class EngineOptions {
    private static final int MAX_THREADS = 1024;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description =
                    "auto, vector, scalar or interpreter; auto takes vectors where the JVM has"
                            + " them.")
    private Optional<String> backend = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute; by default one for each processor.")
    private Optional<Integer> threads = Optional.empty();

    @Option(names = "--unfused", description = "Run every operation by itself.")
    private boolean unfused;

    /**
     * An engine as asked for.
     *
     * @throws IllegalArgumentException if there is none such here
     */
    Engine engine(long seed) {
        int count = threads.orElseGet(Flags.THREADS::get);
        if (count < 1 || count > MAX_THREADS) {
            throw new IllegalArgumentException(
                    "--threads must be within 1.." + MAX_THREADS + ", got " + count);
        }
        String name =
                backend.map(b -> Flags.BACKEND.parse(b, "--backend")).orElseGet(Flags.BACKEND::get);
        return Engine.builder()
                .backend(name)
                .threads(count)
                .fuse(!unfused && Flags.FUSE.get())
                .seed(seed)
                .build();
    }
}
