package org.fusegrad.codegen.contract;

import java.util.function.IntConsumer;
import org.fusegrad.codegen.contract.Blocks.Left;
import org.fusegrad.codegen.contract.TileForms.Form;
import org.fusegrad.flags.Tuning;
import org.fusegrad.run.Buffer;

/**
 * The product of two strided matrices. Large ones are cut into pieces whose packed form fits a
 * bounded amount of memory; both factors of a piece are packed side by side on all threads, then
 * its blocks are computed side by side.
 */
final class MatrixProduct {
    /** Runs numbered tasks, on several threads or on this one. */
    @FunctionalInterface
    interface Tasks {
        void forEach(int count, IntConsumer task);
    }

    /** A strided matrix. */
    record Matrix(float[] x, int at, int rowStep, int columnStep) {
        Matrix transposed() {
            return new Matrix(x, at, columnStep, rowStep);
        }

        Matrix from(int row, int column) {
            return new Matrix(x, at + row * rowStep + column * columnStep, rowStep, columnStep);
        }
    }

    private static final int PIECE = Tuning.current().piece();
    private static final int PACKED = Tuning.current().packed();
    private static final int BLOCK_ROWS = Tuning.current().blockRows();
    private static final int BLOCK_COLUMNS = Tuning.current().blockColumns();

    private final Form form;
    private final Operands operands;
    private final int m;
    private final int n;
    private final int k;
    private final boolean swapped;

    /** Products of these sizes. */
    MatrixProduct(Form form, Operands operands, int m, int n, int k) {
        this.form = form;
        this.operands = operands;
        // Lanes are columns: better many of them than few.
        this.swapped = n < form.sizes().width() && n < m;
        this.m = swapped ? n : m;
        this.n = swapped ? m : n;
        this.k = k;
    }

    /** Writes the product, row-major, to {@code out}. */
    void run(Matrix a, Matrix b, float[] out, int outAt, Tasks tasks) {
        Matrix c = new Matrix(out, outAt, swapped ? 1 : n, swapped ? m : 1);
        Matrix left = swapped ? b.transposed() : a;
        Matrix right = swapped ? a.transposed() : b;
        int rows = Math.min(m, PIECE);
        int columns = Math.min(n, PIECE);
        int depth = Math.max(1, PACKED / (rows + columns) / Blocks.K_BLOCK) * Blocks.K_BLOCK;
        depth = Math.min(k, depth);
        Buffer packed = operands.take((long) Blocks.packedSize(form, rows, depth)
                + (long) form.sizes().wide(columns) * depth);
        for (int i = 0; i < m; i += PIECE) {
            for (int j = 0; j < n; j += PIECE) {
                for (int p = 0; p < k; p += depth) {
                    new Piece(
                                    left.from(i, p),
                                    right.from(p, j),
                                    c.from(i, j),
                                    packed,
                                    Math.min(PIECE, m - i),
                                    Math.min(PIECE, n - j),
                                    Math.min(depth, k - p),
                                    p > 0)
                            .run(tasks);
                }
            }
        }
        operands.give(packed);
    }

    /** Part of the product. */
    private final class Piece {
        private final Matrix b;
        private final Matrix c;
        private final float[] packed;
        private final int rows;
        private final int columns;
        private final int depth;
        private final boolean add;
        private final int bAt;
        private final int[] lines;
        private final Left left;

        Piece(
                Matrix a,
                Matrix b,
                Matrix c,
                Buffer packed,
                int rows,
                int columns,
                int depth,
                boolean add) {
            this.b = b;
            this.c = c;
            this.packed = (float[]) packed.array();
            this.rows = rows;
            this.columns = columns;
            this.depth = depth;
            this.add = add;
            this.bAt = Blocks.packedSize(form, rows, depth);
            this.lines = multiples(form.sizes().width());
            this.left = new Left(a.x, a.at, a.rowStep, multiples(a.columnStep), rows);
        }

        private int[] multiples(int step) {
            int[] all = new int[depth];
            for (int i = 0; i < depth; i++) {
                all[i] = i * step;
            }
            return all;
        }

        void run(Tasks tasks) {
            TileSizes sizes = form.sizes();
            int high = sizes.panels(rows);
            int packs = high * Blocks.count(depth);
            int wide = sizes.wide(columns) / sizes.width();
            tasks.forEach(packs + wide, t -> {
                if (t < packs) {
                    Blocks.pack(form, left, depth, t / high, t % high, packed, 0);
                } else {
                    packColumns(t - packs);
                }
            });
            int blockRows = Blocks.part(rows, BLOCK_ROWS, sizes.height());
            int blockColumns = Blocks.part(columns, BLOCK_COLUMNS, sizes.width());
            int down = (rows + blockRows - 1) / blockRows;
            int across = (columns + blockColumns - 1) / blockColumns;
            tasks.forEach(
                    down * across,
                    t -> block(
                            t / across * blockRows,
                            blockRows,
                            t % across * blockColumns,
                            blockColumns));
        }

        /** One panel of the right factor. */
        private void packColumns(int panel) {
            int width = form.sizes().width();
            int from = panel * width;
            int count = Math.min(width, columns - from);
            int p = b.at + from * b.columnStep;
            int q = bAt + from * depth;
            if (b.columnStep == 1) {
                for (int i = 0; i < depth; i++) {
                    System.arraycopy(b.x, p + i * b.rowStep, packed, q + i * width, count);
                }
                return;
            }
            for (int j = 0; j < count; j += 8) {
                packEight(b, p + j * b.columnStep, Math.min(8, count - j), q + j, width);
            }
        }

        /** Up to eight columns that are not side by side. */
        private void packEight(Matrix b, int p, int count, int q, int width) {
            if (count == 8) {
                for (int i = 0; i < depth; i++) {
                    Blocks.eight(b.x, p + i * b.rowStep, b.columnStep, packed, q + i * width);
                }
                return;
            }
            for (int i = 0; i < depth; i++) {
                Operands.stridedCopy(
                        b.x, p + i * b.rowStep, b.columnStep, count, packed, q + i * width, 1);
            }
        }

        /** One block of the result. */
        private void block(int row, int maxRows, int column, int maxColumns) {
            int width = form.sizes().width();
            int height = Math.min(maxRows, rows - row);
            int count = Math.min(maxColumns, columns - column);
            Buffer memory = operands.take((long) maxRows * maxColumns);
            Blocks.Work work = new Blocks.Work(form);
            work.packedRows = rows;
            work.depth = depth;
            work.bStep = width * depth;
            work.tile.a = packed;
            work.tile.b = packed;
            work.tile.lines = lines;
            work.tile.c = (float[]) memory.array();
            work.tile.cStep = maxColumns;
            Matrix to = c.from(row, column);
            if (add) {
                copy(to, work.tile.c, maxColumns, height, count, false);
            }
            work.multiply(row, height, bAt + column * depth, count, 0, add);
            copy(to, work.tile.c, maxColumns, height, count, true);
            operands.give(memory);
        }
    }

    /** Copies between the result and a block. */
    private static void copy(
            Matrix c, float[] block, int step, int rows, int columns, boolean out) {
        for (int i = 0; i < rows; i++) {
            int p = c.at + i * c.rowStep;
            if (out && c.columnStep == 1) {
                System.arraycopy(block, i * step, c.x, p, columns);
            } else if (out) {
                Operands.stridedCopy(block, i * step, 1, columns, c.x, p, c.columnStep);
            } else {
                Operands.stridedCopy(c.x, p, c.columnStep, columns, block, i * step, 1);
            }
        }
    }
}
