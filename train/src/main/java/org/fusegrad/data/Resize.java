package org.fusegrad.data;

import java.util.Arrays;
import org.fusegrad.data.transform.TriangleFilter;

/**
 * Resizing of bytes: each plane is stretched to the wanted size by a {@link TriangleFilter}, rows
 * first.
 */
final class Resize {
    private Resize() {}

    /** Returns C x H x W unsigned bytes of the size {@code to}; both shapes have equal channels. */
    static byte[] planes(byte[] pixels, Dataset.Shape from, Dataset.Shape to) {
        TriangleFilter rows = TriangleFilter.of(from.height(), to.height());
        TriangleFilter columns = TriangleFilter.of(from.width(), to.width());
        byte[] out = new byte[to.volume()];
        float[] blended = new float[from.width()];
        for (int c = 0; c < to.channels(); c++) {
            int plane = c * from.height() * from.width();
            for (int y = 0; y < to.height(); y++) {
                blendRows(pixels, plane, rows.first()[y], rows.weights()[y], blended);
                for (int x = 0; x < to.width(); x++) {
                    float value = 0;
                    float[] weights = columns.weights()[x];
                    for (int k = 0; k < weights.length; k++) {
                        value += weights[k] * blended[columns.first()[x] + k];
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
