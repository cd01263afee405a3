package org.fusegrad.codegen.contract;

import java.util.Random;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class ConvolutionTest {
    private static Attrs.Conv conv(int axes, int stride, int padding, int dilation, int groups) {
        return new Attrs.Conv(
                Ints.fill(axes, stride),
                Ints.fill(axes, padding),
                Ints.fill(axes, dilation),
                groups,
                null);
    }

    /** A convolution and its two adjoints. */
    private static void check(Attrs.Conv c, Value x, Value w, boolean wild) {
        Value y = SameBits.check(Op.CONV, c, x, w);
        int[] dims = y.shape().dims();
        Value dy = wild ? SameBits.wild(3, dims) : SameBits.random(3, dims);
        SameBits.check(Op.CONV_INPUT, c.target(x.shape()), dy, w);
        SameBits.check(Op.CONV_WEIGHT, c.target(w.shape()), x, dy);
        if (dims.length == 4) {
            Value last = SameBits.stored(dy, 0, 2, 3, 1);
            SameBits.check(Op.CONV_INPUT, c.target(x.shape()), last, w);
            SameBits.check(Op.CONV_WEIGHT, c.target(w.shape()), x, last);
        }
    }

    private static void check(Attrs.Conv c, int[] x, int[] w) {
        check(c, SameBits.random(1, x), SameBits.random(2, w), false);
    }

    private static int[] of(int... dims) {
        return dims;
    }

    @Test
    void commonLayers() {
        check(conv(2, 1, 1, 1, 1), of(2, 16, 14, 14), of(24, 16, 3, 3));
        check(conv(2, 1, 1, 1, 1), of(2, 64, 7, 7), of(64, 64, 3, 3));
        check(conv(2, 2, 1, 1, 1), of(2, 16, 15, 15), of(32, 16, 3, 3));
        check(conv(2, 2, 3, 1, 1), of(2, 3, 32, 32), of(16, 3, 7, 7));
        check(conv(2, 1, 0, 1, 1), of(2, 32, 14, 14), of(40, 32, 1, 1));
        check(conv(2, 2, 0, 1, 1), of(2, 32, 14, 14), of(40, 32, 1, 1));
        check(conv(2, 1, 2, 2, 1), of(1, 8, 12, 12), of(8, 8, 3, 3));
    }

    @Test
    void minimalFiltering() {
        check(conv(2, 1, 1, 1, 1), of(2, 32, 8, 8), of(32, 32, 3, 3));
        check(conv(2, 1, 0, 1, 1), of(3, 33, 9, 10), of(45, 33, 3, 3));
        check(conv(2, 1, 2, 1, 1), of(1, 40, 5, 7), of(70, 40, 3, 3));
        check(conv(2, 1, 1, 1, 1), of(1, 400, 6, 6), of(36, 400, 3, 3));
        check(conv(2, 1, 1, 1, 1), of(5, 64, 4, 4), of(64, 64, 3, 3));
        Value x = SameBits.random(1, 2, 32, 9, 10);
        Value w = SameBits.random(2, 48, 32, 3, 3);
        check(conv(2, 1, 1, 1, 1), SameBits.stored(x, 0, 2, 3, 1), w, false);
        check(conv(2, 1, 1, 1, 1), SameBits.spread(x), SameBits.stored(w, 1, 0, 3, 2), false);
        check(conv(2, 1, 1, 1, 1), x.permute(new int[] {0, 1, 3, 2}), SameBits.spread(w), false);
    }

    @Test
    void minimalFilteringOfOddNumbers() {
        for (int seed = 0; seed < 3; seed++) {
            Value x = SameBits.wild(seed, 2, 33, 7, 9);
            check(conv(2, 1, 1, 1, 1), x, SameBits.random(4, 35, 33, 3, 3), true);
            Value w = SameBits.random(seed + 9, 35, 33, 3, 3);
            w.floats()[77] = Float.POSITIVE_INFINITY;
            w.floats()[7777] = 3e38f;
            check(conv(2, 1, 1, 1, 1), SameBits.random(5, 2, 33, 7, 9), w, false);
        }
    }

    @Test
    void groupsAndDepthwise() {
        check(conv(2, 1, 1, 1, 4), of(2, 16, 9, 9), of(16, 4, 3, 3));
        check(conv(2, 2, 1, 1, 8), of(2, 16, 9, 9), of(24, 2, 3, 3));
        check(conv(2, 1, 1, 1, 70), of(3, 70, 13, 13), of(70, 1, 3, 3));
        check(conv(2, 2, 2, 1, 5), of(2, 5, 28, 28), of(5, 1, 5, 5));
        check(conv(2, 1, 1, 1, 5), of(2, 5, 8, 8), of(10, 1, 3, 3));
        check(conv(1, 1, 1, 1, 6), of(2, 6, 500), of(6, 1, 3));
    }

    @Test
    void oneAndThreeAxes() {
        check(conv(1, 1, 2, 1, 1), of(3, 5, 100), of(7, 5, 5));
        check(conv(1, 3, 1, 2, 1), of(3, 5, 50), of(7, 5, 4));
        check(conv(3, 1, 1, 1, 1), of(2, 4, 6, 7, 8), of(5, 4, 3, 3, 3));
        check(conv(3, 2, 1, 1, 1), of(1, 3, 7, 8, 9), of(4, 3, 2, 3, 3));
        check(conv(3, 1, 1, 1, 3), of(1, 3, 4, 5, 6), of(3, 1, 3, 3, 3));
    }

    @Test
    void deepChannels() {
        check(conv(2, 1, 1, 1, 1), of(1, 100, 6, 6), of(200, 100, 3, 3));
        check(conv(2, 1, 0, 1, 1), of(1, 800, 4, 4), of(20, 800, 1, 1));
    }

    @Test
    void moreThanIsLaidOutAtOnce() {
        check(conv(2, 1, 1, 1, 1), of(5, 20, 128, 130), of(4, 20, 3, 3));
    }

    @Test
    void emptyBatch() {
        check(conv(2, 1, 1, 1, 1), of(0, 4, 8, 8), of(4, 4, 3, 3));
        check(conv(2, 1, 1, 1, 4), of(0, 4, 8, 8), of(4, 1, 3, 3));
    }

    @Test
    void storedOtherwise() {
        Value x = SameBits.random(1, 2, 16, 9, 10);
        Value w = SameBits.random(2, 8, 16, 3, 3);
        check(conv(2, 1, 1, 1, 1), SameBits.stored(x, 0, 2, 3, 1), w, false);
        check(conv(2, 2, 1, 1, 1), SameBits.spread(x), SameBits.stored(w, 1, 0, 3, 2), false);
        check(conv(2, 1, 1, 1, 1), x.permute(new int[] {0, 1, 3, 2}), SameBits.spread(w), false);
    }

    @Test
    void oddNumbers() {
        for (int seed = 0; seed < 5; seed++) {
            check(
                    conv(2, 1 + seed % 2, 1, 1, 1),
                    SameBits.wild(seed, 2, 6, 12, 11),
                    SameBits.wild(seed + 9, 7, 6, 3, 3),
                    true);
            check(
                    conv(2, 1, 1, 1, 6),
                    SameBits.wild(seed, 2, 6, 12, 11),
                    SameBits.wild(seed + 9, 6, 1, 3, 3),
                    true);
        }
    }

    @Test
    void randomGeometry() {
        Random r = new Random(15);
        for (int trial = 0; trial < 250; trial++) {
            int axes = 1 + trial % 3;
            int[] stride = new int[axes];
            int[] padding = new int[axes];
            int[] dilation = new int[axes];
            int groups = 1 + r.nextInt(3);
            int[] x = new int[axes + 2];
            int[] w = new int[axes + 2];
            w[1] = 1 + r.nextInt(4);
            w[0] = groups * (1 + r.nextInt(5));
            x[0] = 1 + r.nextInt(3);
            x[1] = groups * w[1];
            for (int i = 0; i < axes; i++) {
                stride[i] = 1 + r.nextInt(4);
                padding[i] = r.nextInt(5);
                dilation[i] = 1 + r.nextInt(3);
                w[i + 2] = 1 + r.nextInt(4);
                int reach = dilation[i] * (w[i + 2] - 1) + 1;
                x[i + 2] = Math.max(1, reach - 2 * padding[i]) + r.nextInt(9);
            }
            check(
                    new Attrs.Conv(
                            Ints.of(stride), Ints.of(padding), Ints.of(dilation), groups, (Shape)
                                    null),
                    x,
                    w);
        }
    }
}
