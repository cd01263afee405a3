package org.fusegrad.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Mean and deviation of each channel over pictures, from a count of each value. */
final class Moments {
    private Moments() {}

    /** Returns them of the chosen pictures, of values divided by the greatest. */
    static Normalization of(Pictures of, int[] chosen, Dataset.Shape shape, int maxValue) {
        long[][] histograms = new long[shape.channels()][256];
        int plane = shape.height() * shape.width();
        for (int index : chosen) {
            Pictures.Planes planes = of.planes(index);
            for (int c = 0; c < shape.channels(); c++) {
                int start = planes.offset() + c * plane;
                for (int p = start; p < start + plane; p++) {
                    histograms[c][planes.bytes()[p] & 0xff]++;
                }
            }
        }
        return of(histograms, (double) chosen.length * plane, maxValue);
    }

    private static Normalization of(long[][] histograms, double n, int maxValue) {
        List<Double> means = new ArrayList<>();
        List<Double> stds = new ArrayList<>();
        for (long[] histogram : histograms) {
            double sum = 0;
            for (int v = 0; v < 256; v++) {
                sum += (double) v * histogram[v];
            }
            double mean = sum / n;
            double squares = 0;
            for (int v = 0; v < 256; v++) {
                squares += (v - mean) * (v - mean) * histogram[v];
            }
            boolean constant =
                    Arrays.stream(histogram).filter(count -> count > 0).count() == 1;
            means.add(mean / maxValue);
            stds.add(constant ? 1.0 : Math.sqrt(squares / n) / maxValue);
        }
        return new Normalization(means, stds);
    }
}
