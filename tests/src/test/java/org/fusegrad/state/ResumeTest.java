package org.fusegrad.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.checkpoint.Safetensors;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.optim.Adam;
import org.fusegrad.optim.Optimizer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training goes on from a file as if it had not been interrupted, to the last bit. */
final class ResumeTest {
    private record Training(Module model, Optimizer optimizer) {
        static Training start(Supplier<Norm> norm) {
            Module model = new Sequential(norm.get(), norm.get());
            return new Training(model, new Adam(model.parameters(), 0.05));
        }

        void steps(int from, int to) {
            for (int step = from; step < to; step++) {
                optimizer.zeroGrad();
                Stateful.forward(model, step).backward(Stateful.upstream());
                optimizer.step();
            }
        }
    }

    static Set<Map.Entry<String, Supplier<Norm>>> layers() {
        return Stateful.layers().entrySet();
    }

    @ParameterizedTest
    @MethodSource("layers")
    void tenStepsAreFiveAndFive(Map.Entry<String, Supplier<Norm>> layer, @TempDir Path folder)
            throws IOException {
        Path file = folder.resolve("training.safetensors");
        Training whole = Training.start(layer.getValue());
        whole.steps(0, 5);
        Checkpoint.save(whole.model(), whole.optimizer(), file);
        var half = Stateful.values(whole.model());
        whole.steps(5, 10);
        assertNotEquals(half, Stateful.values(whole.model()));

        Training resumed = Training.start(layer.getValue());
        Checkpoint.load(resumed.model(), resumed.optimizer(), file);
        assertEquals(half, Stateful.values(resumed.model()));
        resumed.steps(5, 10);
        assertEquals(Stateful.values(whole.model()), Stateful.values(resumed.model()));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void aCheckpointOfTrainingServesTheModelAlone(
            Map.Entry<String, Supplier<Norm>> layer, @TempDir Path folder) throws IOException {
        Path file = folder.resolve("training.safetensors");
        Training training = Training.start(layer.getValue());
        training.steps(0, 2);
        Checkpoint.save(training.model(), training.optimizer(), file);
        Training other = Training.start(layer.getValue());
        Checkpoint.load(other.model(), file);
        assertEquals(Stateful.values(training.model()), Stateful.values(other.model()));
        // The other way round there is no memory to go on with.
        Safetensors.write(file, Checkpoint.of(training.model()));
        assertThrows(
                IllegalArgumentException.class,
                () -> Checkpoint.load(other.model(), other.optimizer(), file));
    }
}
