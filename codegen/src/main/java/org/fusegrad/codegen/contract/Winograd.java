package org.fusegrad.codegen.contract;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.fusegrad.codegen.contract.Contractions.Routine;
import org.fusegrad.codegen.contract.TileForms.Form;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * Winograd's minimal filtering of 3x3 windows, and of the gradient of their input. Some rows of
 * tiles at a time, of one or several images, go through all of it while they are in cache: the
 * source is laid out with channels last and transformed; for each of the 16 places of a tile the
 * tiles are the rows of a product and the filters its columns; the results are transformed back.
 */
final class Winograd implements Routine {
    private static final int BLOCK = TileSizes.CHANNEL_BLOCK;

    /** Elements of transformed sources and results at a time. */
    private static final int TOGETHER = Tuning.current().winograd();

    /** Tiles at a time however many channels there are, so that filters are not read too often. */
    private static final int LEAST_TILES = Tuning.current().winogradTiles();

    private final TileForms forms;
    private final Operands operands;
    private final Routine direct;
    private final WinogradFilters filters;
    private final int batch;
    private final int sources;
    private final int results;
    private final int padTop;
    private final int padLeft;
    private final int[] from;
    private final int[] to;
    private final int high;
    private final int across;
    private final int blocks;

    Winograd(Node node, TileForms forms, Operands operands) {
        this.forms = forms;
        this.operands = operands;
        this.direct = new Convolution(node, forms, operands);
        ConvSizes sizes = ConvSizes.of(node);
        boolean forward = node.is(Op.CONV);
        this.filters = new WinogradFilters(sizes, forward);
        this.batch = sizes.batch();
        this.sources = filters.sources();
        this.results = filters.results();
        this.padTop = forward ? sizes.padding()[1] : 2 - sizes.padding()[1];
        this.padLeft = forward ? sizes.padding()[2] : 2 - sizes.padding()[2];
        this.from = forward ? sizes.x() : sizes.y();
        this.to = forward ? sizes.y() : sizes.x();
        this.high = (to[1] + 1) / 2;
        this.across = (to[2] + 1) / 2;
        this.blocks = (sources + BLOCK - 1) / BLOCK;
    }

    /** A distance of at least so many elements at which lines of a cache do not collide. */
    static int apart(int elements) {
        return ((elements + BLOCK - 1) / BLOCK | 1) * BLOCK;
    }

    @Override
    public void run(Value[] in, float[] out, int outAt, Workers workers) {
        Form form = forms.current(2L * batch * high * across * 16 * sources * results);
        int wide = form.sizes().wide(results);
        Buffer packed = operands.take(filters.packedSize(form));
        filters.pack(form, in[1], packed, workers);
        int lines = batch * high;
        int tiles = Math.max(LEAST_TILES, TOGETHER / (16 * (blocks * BLOCK + wide)));
        int most = Math.max(1, Math.min(tiles / across, lines / Math.max(1, workers.size())));
        int tasks = (lines + most - 1) / most;
        int each = (lines + Math.max(1, tasks) - 1) / Math.max(1, tasks);
        AtomicBoolean odd = new AtomicBoolean();
        workers.forEach(tasks, t -> {
            int first = t * each;
            int count = Math.min(each, lines - first);
            if (count > 0 && !new Lines(form, in[0], packed, each, out, outAt).run(first, count)) {
                odd.set(true);
            }
        });
        operands.give(packed);
        if (odd.get()) {
            replace(in, out, outAt, workers);
        }
    }

    /** Puts what the direct form computes where a tile is not finite. */
    private void replace(Value[] in, float[] out, int outAt, Workers workers) {
        int plane = to[1] * to[2];
        float[] all = new float[batch * results * plane];
        direct.run(in, all, 0, workers);
        workers.forEach(batch * results, t -> {
            for (int i = 0; i < high * across; i++) {
                int top = i / across * 2;
                int left = i % across * 2;
                int width = Math.min(2, to[2] - left);
                int height = Math.min(2, to[1] - top);
                int at = t * plane + top * to[2] + left;
                if (!isFinite(out, outAt + at, height, width)) {
                    for (int line = 0; line < height; line++, at += to[2]) {
                        System.arraycopy(all, at, out, outAt + at, width);
                    }
                }
            }
        });
    }

    private boolean isFinite(float[] out, int at, int height, int width) {
        boolean finite = true;
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                finite &= Float.isFinite(out[at + i * to[2] + j]);
            }
        }
        return finite;
    }

    /** Some rows of tiles, which may be of several images. */
    private final class Lines {
        private final Form form;
        private final TileSizes sizes;
        private final Value x;
        private final int[] strides;
        private final Buffer u;
        private final float[] out;
        private final int outAt;
        private final int tiles;
        private final int wide;
        private final int sourceStep;
        private final int resultStep;
        private final int positions = 2 * across + 2;
        private final Tile tile = new Tile();

        Lines(Form form, Value x, Buffer u, int most, float[] out, int outAt) {
            this.form = form;
            this.sizes = form.sizes();
            this.x = x;
            this.strides = ConvSizes.strides(x);
            this.u = u;
            this.out = out;
            this.outAt = outAt;
            this.tiles = (most * across + sizes.height() - 1) / sizes.height() * sizes.height();
            this.wide = sizes.wide(results);
            this.sourceStep = apart(blocks * tiles * BLOCK);
            this.resultStep = apart(tiles * wide);
        }

        /** Computes them; whether every result is finite. */
        boolean run(int first, int count) {
            Buffer v = operands.take(16L * sourceStep);
            Buffer m = operands.take(16L * resultStep);
            int laidOut = (2 * Math.min(count, high) + 2) * positions * blocks * BLOCK;
            Buffer scratch = operands.take(Math.max(laidOut, 4 * across * wide));
            transform(v, scratch, first, count);
            multiply(v, m, count * across);
            boolean finite = restore(m, scratch, first, count);
            operands.give(v);
            operands.give(m);
            operands.give(scratch);
            return finite;
        }

        private void transform(Buffer v, Buffer laidOut, int first, int count) {
            int step = blocks * BLOCK;
            boolean byTile = across >= blocks;
            tile.a = (float[]) laidOut.array();
            tile.c = (float[]) v.array();
            tile.aStep = positions * step;
            tile.bStep = step;
            tile.cStep = sourceStep;
            tile.depth = byTile ? across : blocks;
            tile.aOver = byTile ? 2 * step : BLOCK;
            tile.cOver = byTile ? BLOCK : tiles * BLOCK;
            int n;
            for (int line = first; line < first + count; line += n) {
                n = Math.min(first + count - line, high - line % high);
                layOut(laidOut, line / high, line % high, n);
                for (int i = 0; i < n; i++) {
                    int aAt = laidOut.start() + 2 * i * positions * step;
                    int cAt = v.start() + (line - first + i) * across * BLOCK;
                    for (int j = 0; j < (byTile ? blocks : across); j++) {
                        tile.aAt = aAt + j * (byTile ? BLOCK : 2 * step);
                        tile.cAt = cAt + j * (byTile ? tiles * BLOCK : BLOCK);
                        transform(TileSizes.WINOGRAD_SOURCE, BLOCK);
                    }
                }
            }
        }

        /** Runs a transform for so many channels side by side, a vector at a time. */
        private void transform(int method, int channels) {
            for (int i = 0; i < channels; i += sizes.lanes()) {
                form.program().run(method, tile);
                form.program().run(method + 1, tile);
                tile.aAt += sizes.lanes();
                tile.cAt += sizes.lanes();
            }
        }

        /** What some rows of tiles of one image see, channels last, with zeros around it. */
        private void layOut(Buffer memory, int image, int line, int count) {
            float[] to = (float[]) memory.array();
            int step = blocks * BLOCK;
            int size = positions * step;
            int width = Math.min(from[2], positions - padLeft);
            for (int i = 0; i < 2 * count + 2; i++) {
                int h = 2 * line + i - padTop;
                int q = memory.start() + i * size;
                if (h < 0 || h >= from[1] || sources < step) {
                    Arrays.fill(to, q, q + size, 0);
                }
                if (h >= 0 && h < from[1]) {
                    Arrays.fill(to, q, q + padLeft * step, 0);
                    Arrays.fill(to, q + (padLeft + width) * step, q + size, 0);
                    ChannelsLast.transpose(
                            x.floats(),
                            x.offset() + image * strides[0] + h * strides[3],
                            strides[1],
                            strides[4],
                            sources,
                            width,
                            to,
                            q + padLeft * step,
                            step);
                }
            }
        }

        private void multiply(Buffer v, Buffer m, int count) {
            int[] channels = new int[sources];
            for (int i = 0; i < sources; i++) {
                channels[i] = i / BLOCK * tiles * BLOCK + i % BLOCK;
            }
            tile.a = (float[]) v.array();
            tile.b = (float[]) u.array();
            tile.c = (float[]) m.array();
            tile.lines = channels;
            tile.cStep = wide;
            int panels = wide / sizes.width();
            int filterStep = filters.placeStep(form);
            for (int place = 0; place < 16; place++) {
                for (int panel = 0; panel < panels; panel++) {
                    int column = panel * sizes.width();
                    int vectors = sizes.vectors(results - column);
                    for (int k = 0; k < sources; k += Blocks.K_BLOCK) {
                        tile.first = k;
                        tile.depth = Math.min(Blocks.K_BLOCK, sources - k);
                        tile.add = k > 0;
                        tile.bAt = u.start()
                                + place * filterStep
                                + (panel * sources + k) * sizes.width();
                        tile.aAt = v.start() + place * sourceStep;
                        tile.cAt = m.start() + place * resultStep + column;
                        rows(count, vectors);
                    }
                }
            }
        }

        private void rows(int count, int vectors) {
            for (int i = 0; i < count; i += sizes.height()) {
                int height = sizes.height(Math.min(sizes.height(), count - i));
                form.program().run(TileSizes.positionsMethod(height, vectors), tile);
                tile.aAt += sizes.height() * BLOCK;
                tile.cAt += sizes.height() * wide;
            }
        }

        private boolean restore(Buffer m, Buffer scratch, int first, int count) {
            float[] y = (float[]) scratch.array();
            float[] odd = new float[sizes.lanes()];
            tile.a = (float[]) m.array();
            tile.c = y;
            tile.b = odd;
            tile.bAt = 0;
            tile.aStep = resultStep;
            tile.bStep = wide;
            tile.cStep = 2 * across * wide;
            tile.depth = across;
            tile.aOver = wide;
            tile.cOver = 2 * wide;
            for (int i = 0; i < count; i++) {
                tile.aAt = m.start() + i * across * wide;
                tile.cAt = scratch.start();
                transform(TileSizes.WINOGRAD_RESULT, wide);
                store(y, scratch.start(), (first + i) / high, (first + i) % high * 2);
            }
            return isFinite(odd, 0, 1, odd.length);
        }

        /** Copies two lines of the results of an image, channels last, to where they belong. */
        private void store(float[] y, int start, int image, int line) {
            int plane = to[1] * to[2];
            int at = outAt + image * results * plane + line * to[2];
            for (int i = 0; i < Math.min(2, to[1] - line); i++) {
                int p = start + i * 2 * across * wide;
                ChannelsLast.untranspose(y, p, wide, to[2], results, out, at + i * to[2], plane);
            }
        }
    }
}
