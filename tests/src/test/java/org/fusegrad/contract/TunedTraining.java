package org.fusegrad.contract;

import org.fusegrad.Engine;

/** What {@link TunedTrainingTest} has a JVM of its own do: train, and print the hashes. */
final class TunedTraining {
    private static final int THREADS = 3;

    private TunedTraining() {}

    /** {@code bits}: of the vectors; 0 for scalar code. */
    public static void main(String[] args) {
        int bits = Integer.parseInt(args[0]);
        for (Training training : Training.values()) {
            try (Engine engine = bits == 0
                    ? Engine.builder()
                            .backend("scalar")
                            .threads(THREADS)
                            .strict(true)
                            .build()
                    : VectorFromTheStart.engine(VectorFromTheStart.backend(bits), THREADS)) {
                System.out.println(training + "=" + training.hash(engine));
            }
        }
    }
}
