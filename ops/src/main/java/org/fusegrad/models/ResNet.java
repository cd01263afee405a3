package org.fusegrad.models;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.Slot;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;

/**
 * Residual networks (He et al. 2016) of images (N, channels, H, W): a stem, stages of blocks that
 * halve the image and double the width, the mean over the image, and a linear classifier. Shortcuts
 * that change the shape are 1x1 convolutions with a norm.
 */
public final class ResNet extends Module {
    /**
     * What the network is made of.
     *
     * @param imageNet a 7x7 stem of stride 2 and a pooling of stride 2, instead of a 3x3 stem
     * @param width channels after the stem
     * @param blocks number of blocks in each stage
     */
    public record Architecture(Block.Kind kind, boolean imageNet, int width, List<Integer> blocks) {
        public static final Architecture RESNET18 =
                new Architecture(Block.Kind.BASIC, true, 64, List.of(2, 2, 2, 2));
        public static final Architecture RESNET34 =
                new Architecture(Block.Kind.BASIC, true, 64, List.of(3, 4, 6, 3));
        public static final Architecture RESNET50 =
                new Architecture(Block.Kind.BOTTLENECK, true, 64, List.of(3, 4, 6, 3));

        /**
         * The networks for images of 32x32: three stages from 16 channels on.
         *
         * @param depth 6n + 2 with basic blocks (20, 56, 110), 9n + 2 with bottlenecks (56, 110,
         *     164)
         */
        public static Architecture cifar(int depth, Block.Kind kind) {
            int layers = kind == Block.Kind.BASIC ? 6 : 9;
            if (depth <= 2 || (depth - 2) % layers != 0) {
                throw new IllegalArgumentException("ResNet: depth " + depth + " is not " + layers
                        + "n + 2, as " + kind + " blocks need");
            }
            int n = (depth - 2) / layers;
            return new Architecture(kind, false, 16, List.of(n, n, n));
        }
    }

    private final Slot<Module> stem;
    private final Slot<Norm> stemNorm;
    private final Layer pool;
    private final List<Sequential> stages = new ArrayList<>();
    private final Layer mean = Layer.of("global_avg_pool", ResNet::mean);
    private final Slot<Module> classifier;

    /**
     * A network.
     *
     * @param channels of the images
     * @param classes number of logits
     * @param norms makes each norm, and says what convolutions do to their weights
     */
    public ResNet(
            Architecture plan, int channels, int classes, NormFactory norms, RandomSource random) {
        int width = plan.width();
        boolean large = plan.imageNet();
        Conv2d first = Block.conv(channels, width, large ? 7 : 3, large ? 2 : 1, norms, random);
        stem = slot("conv1", Module.class, first);
        stemNorm = slot("norm1", Norm.class, norms.make(width));
        pool = large ? Layer.maxPool2d(3, 2, 1) : Layer.identity();
        int in = width;
        for (int s = 0; s < plan.blocks().size(); s++) {
            List<Block> blocks = new ArrayList<>();
            for (int b = 0; b < plan.blocks().get(s); b++) {
                int stride = s > 0 && b == 0 ? 2 : 1;
                blocks.add(new Block(plan.kind(), in, width << s, stride, norms, random));
                in = (width << s) * plan.kind().expansion;
            }
            stages.add(child("layer" + (s + 1), new Sequential(blocks)));
        }
        Linear last = new Linear(in, classes, true, DType.FLOAT32, random);
        classifier = slot("fc", Module.class, last);
    }

    private static Tensor mean(Tensor x) {
        return x.mean(-2, -1).reshape(x.dim(0), x.dim(1));
    }

    /** Images (N, channels, H, W) to logits (N, classes). */
    @Override
    public Tensor forward(Tensor x) {
        Tensor y = stemNorm.get().forward(forwardOf(stem.get(), x), Activation.RELU);
        y = pool.forward(y);
        for (Sequential stage : stages) {
            y = forwardOf(stage, y);
        }
        return forwardOf(classifier.get(), mean.forward(y));
    }

    /** ResNet-18 of RGB images, as for ImageNet. */
    public static ResNet resNet18(int classes, NormFactory norms, RandomSource random) {
        return new ResNet(Architecture.RESNET18, 3, classes, norms, random);
    }

    /** ResNet-20, 56 or 110 of basic blocks for RGB images of 32x32. */
    public static ResNet cifar(int depth, int classes, NormFactory norms, RandomSource random) {
        return new ResNet(Architecture.cifar(depth, Block.Kind.BASIC), 3, classes, norms, random);
    }

    /**
     * A small network for images of 8x8 to 28x28: a 3x3 stem and three stages of one basic block.
     *
     * @param width channels after the stem, for instance 16
     */
    public static ResNet small(
            int channels, int classes, int width, NormFactory norms, RandomSource random) {
        Architecture plan = new Architecture(Block.Kind.BASIC, false, width, List.of(1, 1, 1));
        return new ResNet(plan, channels, classes, norms, random);
    }
}
