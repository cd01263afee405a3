package org.fusegrad.trust;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.checkpoint.Safetensors;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.type.DType;

/** What {@link FaultsTest} has a JVM of its own do. */
final class FaultsMain {
    private static final int PAGE = 4096;

    private FaultsMain() {}

    public static void main(String[] args) throws IOException {
        switch (args[0]) {
            case "bits" -> bits();
            case "memory" -> memory();
            case "save" -> save(Path.of(args[1]), Integer.parseInt(args[2]));
            case "full" -> full(Path.of(args[1]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** A training step of a network, and which backend took it. */
    private static void bits() {
        Module network = Workload.network().train();
        System.out.println("bits " + Workload.bits(network, 0).hashCode());
        System.out.println("backend " + Engine.current().backendName());
        System.out.println("fallbacks " + (Engine.current().counters().fallbacks() > 0));
    }

    /** Asks for more than the heap has, says what was answered, and goes on. */
    private static void memory() {
        BatchNorm2d norm = new BatchNorm2d(2);
        Engine engine = Engine.current();
        Tensor small = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 7, 9}, 2, 2, 2, 1);
        norm.forward(small);
        String before = state(norm);
        Tensor large = Tensor.ones(2, 1).expand(2, 1 << 28).reshape(2, 2, 1 << 13, 1 << 14);
        try (Scope step = engine.scope()) {
            Tensor kept = small.exp();
            System.out.println("not reached " + norm.forward(large).add(kept));
        } catch (OutOfMemoryError e) {
            System.out.println("told: " + e.getMessage());
        }
        System.out.println("state kept " + before.equals(state(norm)));
        // Fills the pool with sizes that nobody asks for again, until only it stands in the way.
        for (int i = 0; i < 8; i++) {
            try (Scope step = engine.scope()) {
                Tensor.ones(3_000_000 + 900_000 * i).add(i);
            }
        }
        try (Scope step = engine.scope()) {
            System.out.println(
                    "large enough " + Tensor.ones(9_500_000).add(1).meanAll().item());
        }
        norm.forward(small);
        System.out.println("state moves " + !before.equals(state(norm)));
    }

    private static String state(BatchNorm2d norm) {
        return Arrays.toString(norm.stateDict().get("running_mean").toDoubles());
    }

    private static boolean save(Path file, int width) {
        Linear model = new Linear(width, width);
        model.weight().assign(Tensor.full(model.weight().shape(), width, DType.FLOAT32));
        try {
            Checkpoint.save(model, file);
            System.out.println("saved");
            return true;
        } catch (IOException e) {
            System.out.println("told: " + e.getMessage());
            return false;
        }
    }

    /** Saves to a disk with room for one page more each time, until the file fits. */
    private static void full(Path disk) throws IOException {
        Path file = disk.resolve("model.safetensors");
        save(file, 4);
        byte[] old = Files.readAllBytes(file);
        Path rest = disk.resolve("rest");
        int failed = 0;
        boolean kept = true;
        for (fill(rest, 0); !save(file, 80); fill(rest, failed)) {
            failed++;
            kept &= Arrays.equals(old, Files.readAllBytes(file));
            try (var files = Files.list(disk)) {
                kept &= files.count() == 2;
            }
        }
        System.out.println("old file kept " + kept + " at " + failed + " failures");
        System.out.println(
                "new width " + Safetensors.read(file).tensors().get("bias").dim(0));
    }

    /** Lets a file take all there is but for some pages. */
    private static void fill(Path rest, int pages) throws IOException {
        try (FileChannel out = FileChannel.open(rest, CREATE, WRITE, TRUNCATE_EXISTING)) {
            try {
                while (true) {
                    out.write(ByteBuffer.allocate(PAGE));
                }
            } catch (IOException full) {
                out.truncate(out.size() - (long) pages * PAGE);
            }
        }
    }
}
