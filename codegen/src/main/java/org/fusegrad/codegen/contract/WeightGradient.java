package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.codegen.contract.Blocks.Left;
import org.fusegrad.codegen.contract.Contractions.Routine;
import org.fusegrad.codegen.contract.TileForms.Form;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * The gradient of a convolution's weight: filters are the rows of a product, channels and taps its
 * columns, and k runs over the positions of all images. The input is laid out with its channels
 * last, some images at a time; blocks of the result stay in memory of their own until all images
 * are done.
 */
final class WeightGradient implements Routine {
    /** Elements laid out at a time, if an image is not larger. */
    private static final int LAID_OUT = Tuning.current().laidOut();

    /** Elements worth a task of copying, and multiplications worth one of computing. */
    private static final int COPY_GRAIN = Tuning.current().copyGrain();

    private static final long GRAIN = Tuning.current().contractionGrain();
    private static final int BLOCK_ROWS = Tuning.current().blockRows();

    private final TileForms forms;
    private final Operands operands;
    private final ConvSizes sizes;
    private final ChannelsLast layout;
    private final int ySize;
    private final int k;
    private final int[] positions;

    /** Columns that are one run of memory, where each run starts, and each column's place. */
    private final int run;

    private final int[] runs;
    private final int[] places;

    private WeightGradient(ConvSizes sizes, TileForms forms, Operands operands) {
        this.forms = forms;
        this.operands = operands;
        this.sizes = sizes;
        this.layout = new ChannelsLast(sizes, sizes.groups(), sizes.channels());
        this.ySize = ConvSizes.volume(sizes.y());
        this.k = sizes.batch() * ySize;
        this.positions = layout.positions();
        int[] kernel = sizes.kernel();
        int channels = sizes.channels();
        boolean joined = sizes.dilation()[2] == 1 && layout.step == channels;
        int joint = joined ? kernel[2] : 1;
        this.run = joint * channels;
        this.runs = new int[sizes.taps() / joint];
        this.places = new int[sizes.taps() * channels];
        for (int i = 0; i < places.length; i++) {
            places[i] = i % channels * sizes.taps() + i / channels;
        }
        for (int r = 0; r < runs.length; r++) {
            int tap = r * joint;
            runs[r] = layout.tap(
                    tap / kernel[2] / kernel[1], tap / kernel[2] % kernel[1], tap % kernel[2]);
        }
    }

    /** The routine for a node. */
    static Routine of(Node node, TileForms forms, Operands operands) {
        ConvSizes sizes = ConvSizes.of(node);
        return sizes.channels() == 1 && sizes.filters() == 1 && sizes.groups() > 1
                ? new DepthwiseWeightGradient(sizes, forms, operands)
                : new WeightGradient(sizes, forms, operands);
    }

    @Override
    public void run(Value[] in, float[] out, int outAt, Workers workers) {
        int rowSize = places.length;
        int rows = sizes.groups() * sizes.filters();
        if (k == 0) {
            Arrays.fill(out, outAt, outAt + rows * rowSize, 0);
            return;
        }
        Form form = forms.current(2L * k * rows * rowSize);
        Pass pass = new Pass(form, in[0], in[1], workers);
        for (int from = 0; from < k; from += pass.depth) {
            pass.layOut(from, Math.min(k, from + pass.depth));
            pass.multiply(from > 0);
        }
        pass.store(out, outAt);
        pass.close();
    }

    /** One call. */
    private final class Pass {
        private final Form form;
        private final Value x;
        private final Value dy;
        private final Workers workers;
        private final int width;
        private final int tilesInRun;
        private final int tiles;
        private final int rows;
        private final int depth;
        private final Buffer images;
        private final Buffer left;
        private final Buffer sums;
        private final int[] lines;
        private final int[] steps;
        private final int[] xSteps;
        private int now;

        Pass(Form form, Value x, Value dy, Workers workers) {
            this.form = form;
            this.x = x;
            this.dy = dy;
            this.workers = workers;
            this.width = form.sizes().width();
            this.tilesInRun = (run + width - 1) / width;
            this.tiles = runs.length * tilesInRun;
            this.rows = form.sizes().panels(sizes.filters()) * form.sizes().height();
            int perImage = layout.imageSize() + sizes.groups() * rows * ySize;
            long some = Math.max(1, LAID_OUT / perImage) * (long) ySize;
            this.depth = (int) Math.min(k, Math.max(1, some / Blocks.K_BLOCK) * Blocks.K_BLOCK);
            int spanned = Math.min(sizes.batch(), (depth + 2 * ySize - 2) / ySize);
            this.images = operands.take((long) spanned * layout.imageSize() + width);
            this.left = operands.take((long) sizes.groups() * rows * depth);
            this.sums = operands.take((long) sizes.groups() * tiles * rows * width);
            this.xSteps = ConvSizes.strides(x);
            this.lines = operands.takeInts(depth);
            this.steps = operands.takeInts(depth);
        }

        void close() {
            operands.give(images);
            operands.give(left);
            operands.give(sums);
            operands.give(lines);
            operands.give(steps);
        }

        /** Lays out what the terms from one k to another need. */
        void layOut(int from, int to) {
            now = to - from;
            int first = from / ySize;
            tables(from, first);
            int lineCount = ((to - 1) / ySize + 1 - first) * layout.lines();
            int panels = form.sizes().panels(sizes.filters());
            int inGroup = panels * Blocks.count(now);
            int lineUnit = Math.max(1, COPY_GRAIN / layout.lineSize());
            int lineTasks = (lineCount + lineUnit - 1) / lineUnit;
            workers.forEach(lineTasks + sizes.groups() * inGroup, t -> {
                if (t < lineTasks) {
                    int end = Math.min(lineCount, (t + 1) * lineUnit);
                    for (int i = t * lineUnit; i < end; i++) {
                        line(first, i);
                    }
                } else {
                    gradient(t - lineTasks, panels, inGroup);
                }
            });
        }

        /** Where each k is in the laid out images and in the gradient of the output. */
        private void tables(int from, int first) {
            int[] s = ConvSizes.strides(dy);
            int[] y = sizes.y();
            for (int i = 0; i < now; i++) {
                int p = (from + i) % ySize;
                int image = (from + i) / ySize;
                lines[i] = (image - first) * layout.imageSize() + positions[p];
                steps[i] = image * s[0]
                        + p / y[2] / y[1] * s[2]
                        + p / y[2] % y[1] * s[3]
                        + p % y[2] * s[4];
            }
        }

        private void line(int first, int number) {
            int image = number / layout.lines();
            layout.pack(
                    x.floats(),
                    x.offset() + (first + image) * x.stride(0),
                    xSteps,
                    number % layout.lines(),
                    (float[]) images.array(),
                    image * layout.imageSize());
        }

        private void gradient(int number, int panels, int inGroup) {
            int group = number / inGroup;
            int channel = group * sizes.filters();
            Left factor = new Left(
                    dy.floats(),
                    dy.offset() + channel * dy.stride(1),
                    dy.stride(1),
                    steps,
                    sizes.filters());
            Blocks.pack(
                    form,
                    factor,
                    now,
                    number % inGroup / panels,
                    number % panels,
                    (float[]) left.array(),
                    group * rows * now);
        }

        /** Adds what was laid out to all blocks of the result. */
        void multiply(boolean add) {
            int blockRows =
                    Blocks.part(sizes.filters(), BLOCK_ROWS, form.sizes().height());
            int down = (sizes.filters() + blockRows - 1) / blockRows;
            int blocks = sizes.groups() * tiles * down;
            int unit = (int) Math.max(1, GRAIN / ((long) blockRows * width * now));
            workers.forEach((blocks + unit - 1) / unit, t -> {
                Blocks.Work work = work();
                for (int i = t * unit; i < Math.min(blocks, (t + 1) * unit); i++) {
                    int row = i % down * blockRows;
                    block(work, i / down, row, Math.min(blockRows, sizes.filters() - row), add);
                }
            });
        }

        private Blocks.Work work() {
            Blocks.Work work = new Blocks.Work(form);
            work.packedRows = sizes.filters();
            work.depth = now;
            work.tile.a = (float[]) left.array();
            work.tile.b = (float[]) images.array();
            work.tile.lines = lines;
            work.tile.c = (float[]) sums.array();
            work.tile.cStep = width;
            return work;
        }

        private void block(Blocks.Work work, int part, int row, int height, boolean add) {
            int group = part / tiles;
            int tile = part % tiles;
            int column = tile % tilesInRun * width;
            work.aAt = group * rows * now;
            work.multiply(
                    row,
                    height,
                    group * layout.groupSize() + runs[tile / tilesInRun] + column,
                    Math.min(width, run - column),
                    (part * rows + row) * width,
                    add);
        }

        /** Puts the sums where they belong. */
        void store(float[] out, int outAt) {
            float[] from = (float[]) sums.array();
            for (int part = 0; part < sizes.groups() * tiles; part++) {
                int column = part % tiles % tilesInRun * width;
                int first = part % tiles / tilesInRun * run + column;
                int count = Math.min(width, run - column);
                for (int i = 0; i < sizes.filters(); i++) {
                    int row = part / tiles * sizes.filters() + i;
                    int to = outAt + row * places.length;
                    int p = (part * rows + i) * width;
                    for (int j = 0; j < count; j++) {
                        out[to + places[first + j]] = from[p + j];
                    }
                }
            }
        }
    }
}
