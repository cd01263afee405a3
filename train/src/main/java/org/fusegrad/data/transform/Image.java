package org.fusegrad.data.transform;

import java.util.Locale;

/**
 * A picture of float32 values, C x H x W row-major; within 0..1 unless it was normalised. Nobody
 * writes to the array of another's image.
 *
 * @param channels planes, 3 for red, green and blue, 1 for grey
 * @param height rows
 * @param width columns
 * @param values channels x height x width
 */
public record Image(int channels, int height, int width, float[] values) {
    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if one is below 1 or there are not as many values
     */
    public Image {
        boolean positive = channels >= 1 && height >= 1 && width >= 1;
        if (!positive || (long) channels * height != values.length / (double) width) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "an image of %dx%dx%d (channels x height x width) with %d values",
                    channels,
                    height,
                    width,
                    values.length));
        }
    }

    /** A zeroed image of these channels in another size. */
    Image sized(int newHeight, int newWidth) {
        long length = (long) channels * newHeight * newWidth;
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%dx%dx%d (channels x height x width) does not fit one array",
                    channels,
                    newHeight,
                    newWidth));
        }
        return new Image(channels, newHeight, newWidth, new float[(int) length]);
    }

    /** A part, of which what lies outside is 0. */
    Image crop(int top, int left, int rows, int columns) {
        if (top == 0 && left == 0 && rows == height && columns == width) {
            return this;
        }
        Image part = sized(rows, columns);
        int from = Math.max(0, left);
        int to = Math.min(width, left + columns);
        for (int c = 0; c < channels; c++) {
            for (int y = Math.max(0, -top); y < Math.min(rows, height - top) && from < to; y++) {
                int source = (c * height + top + y) * width + from;
                int target = (c * rows + y) * columns + from - left;
                System.arraycopy(values, source, part.values, target, to - from);
            }
        }
        return part;
    }

    /** Rows and columns, for messages. */
    String size() {
        return height + "x" + width;
    }
}
