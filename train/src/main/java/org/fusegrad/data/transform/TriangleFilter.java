package org.fusegrad.data.transform;

/**
 * The one resizing rule along an axis: a triangle filter, which interpolates linearly when
 * enlarging and, widened by the reduction factor, averages when shrinking. Torchvision's bilinear
 * interpolation with {@code antialias=True}.
 *
 * @param first for each output position the first input position it reads
 * @param weights for each output position those from there on, with the sum 1
 */
public record TriangleFilter(int[] first, float[][] weights) {
    /** Returns the filter of an axis from {@code in} positions to {@code out}. */
    public static TriangleFilter of(int in, int out) {
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
        return new TriangleFilter(first, weights);
    }

    private static double triangle(double distance) {
        return Math.max(0, 1 - Math.abs(distance));
    }
}
