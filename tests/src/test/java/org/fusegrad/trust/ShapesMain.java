package org.fusegrad.trust;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;

/**
 * What {@link ShapesTest} has a JVM of its own do: train on images of which none has the shape of
 * another, and say from time to time how much of the heap is in use.
 */
final class ShapesMain {
    private static final int CHANNELS = 3;
    private static final int SIZES = 32;
    private static final int SHAPES = 10 * SIZES * SIZES;

    /** Without a factor in common with the number of shapes. */
    private static final long STRIDE = 3_167;

    private static final int BLOCKS = 4;
    private static final int WIDTH = 4;

    private ShapesMain() {}

    /** {@code (norm|network) shapes every}: what to train, on how many, and when to report. */
    public static void main(String[] args) {
        Module model = args[0].equals("norm") ? new BatchNorm2d(CHANNELS) : network();
        int shapes = Integer.parseInt(args[1]);
        int every = Integer.parseInt(args[2]);
        long start = System.nanoTime();
        for (int i = 0; i < shapes; i++) {
            step(model, images(i));
            if ((i + 1) % every == 0) {
                System.out.printf(
                        "after %d: %d KiB, %d s%n",
                        i + 1, used() >> 10, (System.nanoTime() - start) / 1_000_000_000L);
            }
        }
        System.out.println("done " + shapes);
    }

    /** Thirteen layers. */
    private static Module network() {
        ConvOptions same = ConvOptions.kernel(3).padding(1);
        List<Module> layers = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            layers.add(new Conv2d(i == 0 ? CHANNELS : WIDTH, WIDTH, same));
            layers.add(new BatchNorm2d(WIDTH));
            layers.add(Layer.relu());
        }
        layers.add(new Conv2d(WIDTH, 2, same));
        return new Sequential(layers);
    }

    /** Shapes in no order, so that sizes at the end are as those at the beginning. */
    private static Tensor images(int index) {
        int number = (int) (index * STRIDE % SHAPES);
        int batch = 1 + number / (SIZES * SIZES);
        return Tensor.ones(batch, CHANNELS, 4 + number % SIZES, 4 + number / SIZES % SIZES);
    }

    private static void step(Module model, Tensor images) {
        try (Scope step = Engine.current().scope()) {
            model.zeroGrad();
            model.forward(images.requiresGrad(true)).square().meanAll().backward();
        }
    }

    /** Bytes of the heap that are reachable: what a collection leaves. */
    private static long used() {
        System.gc();
        System.gc();
        Runtime jvm = Runtime.getRuntime();
        return jvm.totalMemory() - jvm.freeMemory();
    }
}
