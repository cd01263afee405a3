package org.fusegrad.bench.jmh;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;
import org.fusegrad.models.Block;
import org.fusegrad.models.ResNet;
import org.fusegrad.models.ResNet.Architecture;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.LayerNorm;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The first call, forward and backward, on a batch and image size that the engine has not met yet,
 * of a formula that it has: what it takes to bind a plan to other sizes, and the small work itself.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class NewShapeBench {
    /** Calls before those that count. */
    public static final int KNOWN = 10;

    /** Shapes that count. */
    public static final int SHAPES = 200;

    private static final int CHANNELS = 8;
    private static final int CLASSES = 10;

    /** Image sizes are this at least, and less than twice as large. */
    private static final int SMALLEST = 8;

    /** Prime to the number of images' sizes, so that neighbours differ in height and width. */
    private static final int STEP = 37;

    @Param("bn")
    public String work;

    private Engine engine;
    private Consumer<Tensor> step;
    private Tensor x;
    private int calls;

    @Setup
    public void prepare() {
        engine = Engine.builder().threads(1).strict(true).build();
        step = engine.call(this::step);
    }

    private Consumer<Tensor> step() {
        switch (work) {
            case "bn" -> {
                BatchNorm2d layer = new BatchNorm2d(CHANNELS);
                return input -> layer.forward(input).sumAll().backward();
            }
            case "ln" -> {
                LayerNorm layer = new LayerNorm(CHANNELS);
                return input ->
                        layer.forward(input.permute(0, 2, 3, 1)).sumAll().backward();
            }
            case "eager" -> {
                return input -> input.mul(2)
                        .tanh()
                        .sub(input.mean(1))
                        .mul(input.exp())
                        .sumAll()
                        .backward();
            }
            case "block" -> {
                return network(List.of(1));
            }
            case "cnn" -> {
                return network(List.of(2, 2, 2));
            }
            default -> throw new IllegalArgumentException(work);
        }
    }

    /** A step of a network: a stem of one convolution, and blocks of two in stages. */
    private static Consumer<Tensor> network(List<Integer> blocks) {
        Architecture plan = new Architecture(Block.Kind.BASIC, false, CHANNELS / 2, blocks);
        Module net = new ResNet(
                plan, CHANNELS, CLASSES, channels -> new BatchNorm2d(channels), RandomSource.of(1));
        CrossEntropyLoss loss = new CrossEntropyLoss();
        return input -> {
            long[] labels = new long[input.dim(0)];
            Tensor y = net.forward(input);
            loss.call(y, Tensor.of(labels, labels.length)).backward();
            net.zeroGrad();
        };
    }

    /** Sizes that have not been before: an image of 64, in batches that grow after each round. */
    @Setup(Level.Invocation)
    public void next() {
        int image = calls * STEP % (SMALLEST * SMALLEST);
        int batch = 2 + calls / (SMALLEST * SMALLEST);
        calls++;
        x = engine.call(() -> Tensor.ones(
                        batch, CHANNELS, SMALLEST + image / SMALLEST, SMALLEST + image % SMALLEST)
                .requiresGrad(true));
    }

    @Benchmark
    public void call() {
        engine.call(() -> {
            step.accept(x);
            return null;
        });
    }

    @TearDown
    public void close() {
        engine.close();
    }
}
