package org.fusegrad.nn.surgery;

import java.util.Locale;
import org.fusegrad.Tensor;

/**
 * The distance of two tensors of one shape, element by element.
 *
 * @param largest of the absolute differences; NaN if either holds one
 * @param mean of the absolute differences
 * @param scale largest absolute value of the reference
 */
public record Difference(double largest, double mean, double scale) {
    /**
     * Compares.
     *
     * @throws IllegalArgumentException if the shapes differ
     */
    public static Difference of(Tensor reference, Tensor other) {
        if (!reference.shape().equals(other.shape())) {
            throw new IllegalArgumentException("cannot compare " + reference.shape() + " with "
                    + other.shape() + ": the shapes differ");
        }
        double[] a = reference.toDoubles();
        double[] b = other.toDoubles();
        double largest = 0;
        double sum = 0;
        double scale = 0;
        for (int i = 0; i < a.length; i++) {
            double apart = Math.abs(a[i] - b[i]);
            largest = Math.max(largest, apart);
            sum += apart;
            scale = Math.max(scale, Math.abs(a[i]));
        }
        return new Difference(largest, sum / Math.max(1, a.length), scale);
    }

    /** The largest difference as a part of the scale. */
    public double relative() {
        return largest == 0 ? 0 : largest / scale;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT, "largest %.2e, mean %.2e, of values up to %.2e", largest, mean, scale);
    }
}
