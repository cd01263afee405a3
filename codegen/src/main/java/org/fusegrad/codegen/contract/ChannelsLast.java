package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.flags.Tuning;

/**
 * The input of a convolution laid out with the channels of a group innermost and the padding around
 * it, so that what a tap sees of all channels is one run of memory.
 */
final class ChannelsLast {
    private static final int CACHE_LINE = Tuning.current().line() / Float.BYTES;

    private final ConvSizes sizes;
    private final int groups;
    private final int channels;
    private final int[] extent = new int[3];

    /** From a position to the next; where that would be an even number of cache lines, one more. */
    final int step;

    ChannelsLast(ConvSizes sizes, int groups, int channels) {
        this.sizes = sizes;
        this.groups = groups;
        this.channels = channels;
        for (int i = 0; i < 3; i++) {
            extent[i] = (sizes.y()[i] - 1) * sizes.stride()[i]
                    + (sizes.kernel()[i] - 1) * sizes.dilation()[i]
                    + 1;
        }
        boolean even = channels % (2 * CACHE_LINE) == 0;
        this.step = even ? channels + CACHE_LINE : channels;
    }

    /** Elements of a group of an image. */
    int groupSize() {
        return ConvSizes.volume(extent) * step;
    }

    /** Elements of an image. */
    int imageSize() {
        return groups * groupSize();
    }

    /** Elements of a line along the last spatial axis. */
    int lineSize() {
        return extent[2] * step;
    }

    /** Lines of an image. */
    int lines() {
        return groups * extent[0] * extent[1];
    }

    /** Where a tap is, from the first one. */
    int tap(int d, int h, int w) {
        int[] by = sizes.dilation();
        return ((d * by[0] * extent[1] + h * by[1]) * extent[2] + w * by[2]) * step;
    }

    /** Where the first tap is at each output position. */
    int[] positions() {
        int[] y = sizes.y();
        int[] by = sizes.stride();
        int[] at = new int[ConvSizes.volume(y)];
        for (int i = 0; i < at.length; i++) {
            int d = i / y[2] / y[1] * by[0];
            int h = i / y[2] % y[1] * by[1];
            at[i] = ((d * extent[1] + h) * extent[2] + i % y[2] * by[2]) * step;
        }
        return at;
    }

    /** Lays out one line of one image. */
    void pack(float[] x, int image, int[] steps, int line, float[] to, int imageAt) {
        int q = imageAt + line * lineSize();
        Arrays.fill(to, q, q + lineSize(), 0);
        int h = line % extent[1] - sizes.padding()[1];
        int d = line / extent[1] % extent[0] - sizes.padding()[0];
        if (d < 0 || d >= sizes.x()[0] || h < 0 || h >= sizes.x()[1]) {
            return;
        }
        int group = line / extent[1] / extent[0];
        int left = sizes.padding()[2];
        int count = Math.min(sizes.x()[2], extent[2] - left);
        int p = image + group * channels * steps[1] + d * steps[2] + h * steps[3];
        transpose(x, p, steps[1], steps[4], channels, count, to, q + left * step, step);
    }

    /**
     * Brings channels together at each of some positions.
     *
     * @param channelStep from channel to channel in {@code x}
     * @param step from position to position in {@code x}
     * @param toStep from position to position in {@code to}
     */
    static void transpose(
            float[] x,
            int p,
            int channelStep,
            int step,
            int channels,
            int count,
            float[] to,
            int q,
            int toStep) {
        int c = 0;
        for (; c + 8 <= channels; c += 8) {
            for (int i = 0; i < count; i++) {
                Blocks.eight(
                        x, p + c * channelStep + i * step, channelStep, to, q + c + i * toStep);
            }
        }
        for (; c < channels; c++) {
            for (int i = 0; i < count; i++) {
                to[q + c + i * toStep] = x[p + c * channelStep + i * step];
            }
        }
    }

    /**
     * Takes channels apart that stand together at each of some positions.
     *
     * @param step from position to position in {@code x}
     * @param channelStep from channel to channel in {@code to}, where positions stand together
     */
    static void untranspose(
            float[] x,
            int p,
            int step,
            int count,
            int channels,
            float[] to,
            int q,
            int channelStep) {
        int c = 0;
        for (; c + 8 <= channels; c += 8) {
            for (int i = 0; i < count; i++) {
                apart(x, p + c + i * step, to, q + c * channelStep + i, channelStep);
            }
        }
        for (; c < channels; c++) {
            for (int i = 0; i < count; i++) {
                to[q + c * channelStep + i] = x[p + c + i * step];
            }
        }
    }

    private static void apart(float[] x, int p, float[] to, int q, int step) {
        to[q] = x[p];
        to[q + step] = x[p + 1];
        to[q + 2 * step] = x[p + 2];
        to[q + 3 * step] = x[p + 3];
        to[q + 4 * step] = x[p + 4];
        to[q + 5 * step] = x[p + 5];
        to[q + 6 * step] = x[p + 6];
        to[q + 7 * step] = x[p + 7];
    }
}
