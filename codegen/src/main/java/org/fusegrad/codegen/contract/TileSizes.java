package org.fusegrad.codegen.contract;

/**
 * The sizes of a program's tiles. A full tile is {@code height} rows by {@code vectors * lanes}
 * columns; there are methods for fewer rows and for a single vector as well.
 *
 * @param lanes of a vector; 1 for scalar code
 * @param height rows of a panel
 * @param vectors side by side
 */
record TileSizes(int lanes, int height, int vectors) {
    /** Channels that stand side by side at a position; those of the next block stand apart. */
    static final int CHANNEL_BLOCK = 16;

    /**
     * The sizes for vectors of so many bits; 0 for scalar code. Sums and factors fit the registers.
     */
    static TileSizes of(int bits) {
        return switch (bits) {
            case 0 -> new TileSizes(1, 4, 4);
            case 128 -> new TileSizes(4, 4, 2);
            case 256 -> new TileSizes(8, 6, 2);
            default -> new TileSizes(bits / 32, 8, 2);
        };
    }

    /** Columns of a panel. */
    int width() {
        return lanes * vectors;
    }

    /** Heights that have a method, ascending. */
    int[] heights() {
        return height == 4 ? new int[] {1, 2, 4} : new int[] {1, 2, 4, height};
    }

    /** The least height with a method that holds these rows. */
    int height(int rows) {
        return rows > 4 ? height : rows > 2 ? Math.min(4, height) : rows;
    }

    /** Vectors of the method for these columns. */
    int vectors(int columns) {
        return columns <= lanes ? 1 : vectors;
    }

    /** The number of a method. */
    static int method(int height, int vectors) {
        return height * 16 + vectors;
    }

    /** The number of the method that sums products of channels for so many taps. */
    static int channelMethod(int taps) {
        return 1024 + taps;
    }

    /** The number of the method for positions that stand apart, of a height and vectors. */
    static int positionsMethod(int height, int vectors) {
        return 2048 + method(height, vectors);
    }

    /** The number of the first of two methods that transform Winograd's source. */
    static final int WINOGRAD_SOURCE = 4096;

    /** The number of the first of two methods that transform the results back. */
    static final int WINOGRAD_RESULT = 4098;

    /** Taps for which there is a method that sums products of channels, ascending. */
    static int[] taps() {
        return new int[] {1, 3};
    }

    /** Panels that these rows fill. */
    int panels(int rows) {
        return (rows + height - 1) / height;
    }

    /** Columns rounded up to whole panels. */
    int wide(int columns) {
        return (columns + width() - 1) / width() * width();
    }
}
