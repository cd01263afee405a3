package org.fusegrad.codegen.contract;

import org.fusegrad.codegen.contract.TileForms.Form;
import org.fusegrad.graph.NumericContract;

/**
 * Loops around tiles. Rows of the left factor are packed into panels as high as a tile, cut into
 * blocks of k: all panels of the first block, then all of the second, each with the factors of one
 * k side by side. A block of results is computed tile by tile into memory of its own, made of whole
 * tiles, so that no tile needs a special end; what lies beyond the real rows and columns is never
 * copied out.
 */
final class Blocks {
    /** Terms added up before they join the total; part of the numeric contract. */
    static final int K_BLOCK = NumericContract.CONTRACTION_BLOCK;

    private Blocks() {}

    /** Blocks that a depth is cut into. */
    static int count(int depth) {
        return (depth + K_BLOCK - 1) / K_BLOCK;
    }

    /** Elements of all panels together. */
    static int packedSize(Form form, int rows, int depth) {
        return form.sizes().panels(rows) * form.sizes().height() * depth;
    }

    /**
     * The left factor of a product.
     *
     * @param x where its elements are
     * @param base the first
     * @param rowStep from row to row
     * @param at where each k stands, from {@code base}
     * @param rows how many
     */
    record Left(float[] x, int base, int rowStep, int[] at, int rows) {}

    /** Packs one panel of one block of k. */
    static void pack(Form form, Left left, int depth, int block, int panel, float[] to, int start) {
        int height = form.sizes().height();
        int k0 = block * K_BLOCK;
        int n = Math.min(K_BLOCK, depth - k0);
        int row = panel * height;
        int p = left.base + row * left.rowStep;
        int rows = Math.min(height, left.rows - row);
        int q = start + panel(form, left.rows, depth, block, panel);
        if (rows < height) {
            java.util.Arrays.fill(to, q, q + n * height, 0);
        }
        if (left.rowStep == 1 && rows == height) {
            for (int k = 0; k < n; k++) {
                System.arraycopy(left.x, p + left.at[k0 + k], to, q + k * height, height);
            }
        } else if (rows == 8) {
            packEight(left.x, p, left.rowStep, left.at, k0, n, to, q);
        } else {
            for (int i = 0; i < rows; i++) {
                packRow(left.x, p + i * left.rowStep, left.at, k0, n, to, q + i, height);
            }
        }
    }

    private static void packRow(
            float[] x, int p, int[] at, int k0, int n, float[] to, int q, int step) {
        for (int k = 0; k < n; k++) {
            to[q + k * step] = x[p + at[k0 + k]];
        }
    }

    private static void packEight(
            float[] x, int p, int step, int[] at, int k0, int n, float[] to, int q) {
        for (int k = 0; k < n; k++) {
            eight(x, p + at[k0 + k], step, to, q + k * 8);
        }
    }

    /** Brings eight elements at even steps together. */
    static void eight(float[] x, int p, int step, float[] to, int q) {
        to[q] = x[p];
        to[q + 1] = x[p + step];
        to[q + 2] = x[p + 2 * step];
        to[q + 3] = x[p + 3 * step];
        to[q + 4] = x[p + 4 * step];
        to[q + 5] = x[p + 5 * step];
        to[q + 6] = x[p + 6 * step];
        to[q + 7] = x[p + 7 * step];
    }

    private static int panel(Form form, int rows, int depth, int block, int panel) {
        int height = form.sizes().height();
        int k0 = block * K_BLOCK;
        return k0 * form.sizes().panels(rows) * height
                + panel * height * Math.min(K_BLOCK, depth - k0);
    }

    /** A product of packed rows with columns, and where it goes. */
    static final class Work {
        final Form form;
        final Tile tile = new Tile();

        /** Rows that were packed together, and the terms of each. */
        int packedRows;

        int depth;

        /** Where the packed rows start. */
        int aAt;

        /** From the first column of one tile to that of the next, in {@link Tile#b}. */
        int bStep;

        Work(Form form) {
            this.form = form;
        }

        /**
         * Computes some rows and columns.
         *
         * @param row the first, the start of a panel
         * @param bAt where the first column stands
         * @param add whether to add to what {@link Tile#c} holds
         */
        void multiply(int row, int rows, int bAt, int columns, int cAt, boolean add) {
            TileSizes sizes = form.sizes();
            for (int block = 0; block < count(depth); block++) {
                tile.first = block * K_BLOCK;
                tile.depth = Math.min(K_BLOCK, depth - tile.first);
                tile.add = add || block > 0;
                int from = aAt + panel(form, packedRows, depth, block, row / sizes.height());
                for (int j = 0; j < columns; j += sizes.width()) {
                    tile.bAt = bAt + j / sizes.width() * bStep;
                    column(from, rows, sizes.vectors(columns - j), cAt + j);
                }
            }
        }

        /** The tiles of one panel of columns. */
        private void column(int from, int rows, int vectors, int cAt) {
            TileSizes sizes = form.sizes();
            tile.aAt = from;
            tile.cAt = cAt;
            for (int i = 0; i < rows; i += sizes.height()) {
                int height = sizes.height(Math.min(sizes.height(), rows - i));
                form.program().run(TileSizes.method(height, vectors), tile);
                tile.aAt += tile.depth * sizes.height();
                tile.cAt += tile.cStep * sizes.height();
            }
        }
    }

    /** The size of even parts of {@code n}, none above {@code limit}, in multiples of a unit. */
    static int part(int n, int limit, int unit) {
        int parts = (n + limit - 1) / limit;
        int even = (n + parts - 1) / parts;
        return (even + unit - 1) / unit * unit;
    }
}
