package org.fusegrad.data;

import java.util.Arrays;

/**
 * The one resizing rule: each plane is stretched to the wanted size with a triangle filter, which
 * interpolates linearly when enlarging and, widened by the reduction factor, averages when
 * shrinking.
 */
final class Resize {
    private Resize() {}

    /* For each output position: the first input position it reads, and the weights from there on,
     * which add up to 1. */
    private record Taps(int[] first, float[][] weights) {
        static Taps of(int in, int out) {
            int[] first = new int[out];
            float[][] weights = new float[out][];
            double step = (double) in / out;
            double reach = Math.max(1, step);
            for (int i = 0; i < out; i++) {
                double centre = (i + 0.5) * step;
                int from = (int) Math.max(0, Math.floor(centre - reach));
                int to = (int) Math.min(in, Math.ceil(centre + reach));
                first[i] = from;
                weights[i] = new float[to - from];
                double sum = 0;
                for (int x = from; x < to; x++) {
                    sum += triangle((x + 0.5 - centre) / reach);
                }
                for (int x = from; x < to; x++) {
                    weights[i][x - from] = (float) (triangle((x + 0.5 - centre) / reach) / sum);
                }
            }
            return new Taps(first, weights);
        }

        private static double triangle(double distance) {
            return Math.max(0, 1 - Math.abs(distance));
        }
    }

    /** Returns C x H x W unsigned bytes of the size {@code to}; both shapes have equal channels. */
    static byte[] planes(byte[] pixels, Dataset.Shape from, Dataset.Shape to) {
        Taps rows = Taps.of(from.height(), to.height());
        Taps columns = Taps.of(from.width(), to.width());
        byte[] out = new byte[to.volume()];
        float[] blended = new float[from.width()];
        for (int c = 0; c < to.channels(); c++) {
            int plane = c * from.height() * from.width();
            for (int y = 0; y < to.height(); y++) {
                blendRows(pixels, plane, rows.first[y], rows.weights[y], blended);
                for (int x = 0; x < to.width(); x++) {
                    float value = 0;
                    float[] weights = columns.weights[x];
                    for (int k = 0; k < weights.length; k++) {
                        value += weights[k] * blended[columns.first[x] + k];
                    }
                    out[(c * to.height() + y) * to.width() + x] =
                            (byte) Math.min(255, Math.round(value));
                }
            }
        }
        return out;
    }

    private static void blendRows(
            byte[] pixels, int plane, int first, float[] weights, float[] blended) {
        Arrays.fill(blended, 0);
        for (int k = 0; k < weights.length; k++) {
            int row = plane + (first + k) * blended.length;
            for (int x = 0; x < blended.length; x++) {
                blended[x] += weights[k] * (pixels[row + x] & 0xff);
            }
        }
    }
}
