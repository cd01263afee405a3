package org.fusegrad.contract;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Map;
import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.data.Batch;
import org.fusegrad.data.DataLoader;
import org.fusegrad.data.Dataset;
import org.fusegrad.data.Digits;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.optim.SGD;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Fifty steps of a small residual network on the digits, and the hash of what it has learned. Its
 * tensors are large enough to be cut into several tasks, and its 12 channels fill no vector evenly.
 */
enum Training {
    BN(BatchNorm2d::new),
    /**
     * After convolutions of centralized weights; a window of 4 batches that is in use from step 10
     * on, with the correction from step 20 on.
     */
    MABN(NormFactory.movingAverage(new MABNWindow(Sizes.BATCH, 4 * Sizes.BATCH, 0.98, 10, 5, 20))),
    IEBN(IEBN2d::new);

    /** Apart, since the constants above are made before the fields of this class. */
    private static final class Sizes {
        static final int BATCH = 32;
    }

    private static final int STEPS = 50;
    private static final int WIDTH = 12;
    private static final long SEED = 4;
    private static final Dataset DIGITS = Digits.train();

    private final NormFactory norms;

    Training(NormFactory norms) {
        this.norms = norms;
    }

    /** SHA-256 of all parameters and states after the last step. */
    String hash(Engine engine) {
        ResNet net = ResNet.small(1, DIGITS.classes(), WIDTH, norms, RandomSource.of(SEED));
        SGD.Options options = SGD.Options.DEFAULT.momentum(0.9).weightDecay(5e-4);
        SGD optimizer = new SGD(net.parameters(), 0.05, options);
        CrossEntropyLoss loss = new CrossEntropyLoss();
        DataLoader loader = DataLoader.builder(DIGITS, Sizes.BATCH)
                .normalize(DIGITS.normalization())
                .shuffle()
                .seed(SEED)
                .dropLast()
                .build();
        Iterator<Batch> batches = loader.epoch(0).iterator();
        int epoch = 0;
        for (int step = 0; step < STEPS; step++) {
            if (!batches.hasNext()) {
                batches = loader.epoch(++epoch).iterator();
            }
            Batch batch = batches.next();
            engine.run(() -> step(engine, net, loss, optimizer, batch));
        }
        return sha256(net);
    }

    @SuppressWarnings("try")
    private static void step(
            Engine engine, Module net, CrossEntropyLoss loss, SGD optimizer, Batch b) {
        Shape shape = Shape.of(b.count(), b.channels(), b.height(), b.width());
        try (Scope scope = engine.scope()) {
            Tensor images = Tensor.ofValue(Value.wrap(DType.FLOAT32, b.images(), shape));
            Tensor labels = Tensor.of(b.labels(), b.count());
            loss.call(net.forward(images), labels).backward();
            optimizer.step();
            optimizer.zeroGrad();
        }
    }

    private static String sha256(Module net) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Map.Entry<String, Tensor> entry : net.stateDict().entrySet()) {
                digest.update(entry.getKey().getBytes(StandardCharsets.UTF_8));
                double[] values = entry.getValue().toDoubles();
                ByteBuffer bits = ByteBuffer.allocate(values.length * Double.BYTES);
                bits.asDoubleBuffer().put(values);
                digest.update(bits);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JVM has SHA-256", e);
        }
    }
}
