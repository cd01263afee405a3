package org.fusegrad.codegen.contract;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.codegen.contract.Blocks.Left;
import org.fusegrad.codegen.contract.Contractions.Routine;
import org.fusegrad.codegen.contract.TileForms.Form;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * The convolution, and the gradient of its input, which is another sliding window. Filters are the
 * rows of a product, positions its columns; images are laid out in a {@link Lattice}, some at a
 * time, and blocks of filters and positions are computed side by side.
 */
final class Convolution implements Routine {
    /** Elements laid out at a time, if an image is not larger. */
    private static final int LAID_OUT = Tuning.current().laidOut();

    /** Elements worth a task of copying; multiplications worth one, and most in a block. */
    private static final int COPY_GRAIN = Tuning.current().copyGrain();

    private static final long GRAIN = Tuning.current().contractionGrain();
    private static final long BLOCK = Tuning.current().contractionBlock();
    private static final int BLOCK_ROWS = Tuning.current().blockRows();
    private static final int BLOCK_SIZE = Tuning.current().blockResults();

    private final TileForms forms;
    private final Operands operands;
    private final ConvSizes sizes;
    private final Lattice lattice;
    private final boolean forward;
    private final int rows;
    private final int sources;
    private final int columns;
    private final int plane;
    private final List<Phase> phases = new ArrayList<>();

    /**
     * Results that the same taps meet: all of them, or with a stride against the convolution those
     * whose coordinates leave the same remainders.
     *
     * @param taps of the kernel, ascending
     * @param lines where each source and tap stands in what is laid out
     * @param grid the results
     */
    private record Phase(int[] taps, int[] lines, Lattice.Grid grid) {
        /** Terms of each result. */
        int depth() {
            return lines.length;
        }
    }

    Convolution(Node node, TileForms forms, Operands operands) {
        this.forms = forms;
        this.operands = operands;
        this.sizes = ConvSizes.of(node);
        this.forward = node.is(Op.CONV);
        AxisMap[] axes = new AxisMap[3];
        for (int i = 0; i < 3; i++) {
            axes[i] = forward ? AxisMap.along(sizes, i) : AxisMap.against(sizes, i);
        }
        this.lattice = new Lattice(axes);
        this.rows = forward ? sizes.filters() : sizes.channels();
        this.sources = forward ? sizes.channels() : sizes.filters();
        this.columns = lattice.columns();
        this.plane = ConvSizes.volume(forward ? sizes.y() : sizes.x());
        int[] stride = forward ? new int[] {1, 1, 1} : sizes.stride();
        for (int i = 0; i < ConvSizes.volume(stride); i++) {
            int[] start = {i / stride[2] / stride[1], i / stride[2] % stride[1], i % stride[2]};
            int[] taps = IntStream.range(0, sizes.taps())
                    .filter(t -> forward || meets(start, t))
                    .toArray();
            int[] size = forward ? sizes.y() : sizes.x();
            Lattice.Grid grid = new Lattice.Grid(start, stride, size);
            phases.add(new Phase(taps, lattice.lines(sources, taps), grid));
        }
    }

    private boolean meets(int[] start, int tap) {
        int[] kernel = sizes.kernel();
        return start[0] == AxisMap.start(sizes, 0, tap / kernel[2] / kernel[1])
                && start[1] == AxisMap.start(sizes, 1, tap / kernel[2] % kernel[1])
                && start[2] == AxisMap.start(sizes, 2, tap % kernel[2]);
    }

    @Override
    public void run(Value[] in, float[] out, int outAt, Workers workers) {
        int results = sizes.batch() * sizes.groups() * rows * plane;
        int depth = phases.stream().mapToInt(Phase::depth).sum();
        if (phases.stream().anyMatch(p -> p.depth() == 0)) {
            Arrays.fill(out, outAt, outAt + results, 0);
        }
        if (depth == 0) {
            return;
        }
        long work = (long) sizes.batch() * sizes.groups() * rows * columns * depth;
        Form form = forms.current(2 * work);
        int images = Math.multiplyExact(sizes.groups() * sources, lattice.channelSize());
        int atOnce = Math.max(1, Math.min(sizes.batch(), LAID_OUT / images));
        Buffer laidOut = operands.take((long) atOnce * images + form.sizes().width());
        List<Buffer> filters = packFilters(form, in[1], workers);
        for (int i = 0; i < sizes.batch(); i += atOnce) {
            int n = Math.min(atOnce, sizes.batch() - i);
            layOut(in[0], i, n, (float[]) laidOut.array(), workers);
            int at = outAt + i * sizes.groups() * rows * plane;
            for (int p = 0; p < filters.size(); p++) {
                Phase phase = phases.get(p);
                if (phase.depth() > 0) {
                    float[] left = (float[]) filters.get(p).array();
                    new Pass(phase, form, left, (float[]) laidOut.array(), images, out, at)
                            .run(n, workers);
                }
            }
        }
        filters.forEach(operands::give);
        operands.give(laidOut);
    }

    private List<Buffer> packFilters(Form form, Value w, Workers workers) {
        List<Buffer> all = new ArrayList<>();
        for (Phase phase : phases) {
            int size = Blocks.packedSize(form, rows, phase.depth());
            Buffer packed = operands.take((long) sizes.groups() * size);
            if (size > 0) {
                packFilters(phase, form, w, (float[]) packed.array(), workers);
            }
            all.add(packed);
        }
        return all;
    }

    private void packFilters(Phase phase, Form form, Value w, float[] to, Workers workers) {
        int[] s = ConvSizes.strides(w);
        int depth = phase.depth();
        int[] at = new int[depth];
        int[] kernel = sizes.kernel();
        int sourceStep = forward ? s[1] : s[0];
        for (int k = 0; k < depth; k++) {
            int tap = phase.taps()[k % phase.taps().length];
            at[k] = k / phase.taps().length * sourceStep
                    + tap % kernel[2] * s[4]
                    + tap / kernel[2] % kernel[1] * s[3]
                    + tap / kernel[2] / kernel[1] * s[2];
        }
        int panels = form.sizes().panels(rows);
        int inGroup = panels * Blocks.count(depth);
        int size = Blocks.packedSize(form, rows, depth);
        int unit = Math.max(1, COPY_GRAIN / (size / inGroup + 1));
        int count = sizes.groups() * inGroup;
        workers.forEach((count + unit - 1) / unit, t -> {
            for (int i = t * unit; i < Math.min(count, (t + 1) * unit); i++) {
                int group = i / inGroup;
                Left left = new Left(
                        w.floats(),
                        w.offset() + group * sizes.filters() * s[0],
                        forward ? s[0] : s[1],
                        at,
                        rows);
                Blocks.pack(form, left, depth, i % inGroup / panels, i % panels, to, group * size);
            }
        });
    }

    private void layOut(Value x, int image, int images, float[] to, Workers workers) {
        int[] s = ConvSizes.strides(x);
        int channels = sizes.groups() * sources;
        int unit = Math.max(1, COPY_GRAIN / lattice.channelSize());
        int count = images * channels;
        float[] from = x.floats();
        workers.forEach((count + unit - 1) / unit, t -> {
            for (int i = t * unit; i < Math.min(count, (t + 1) * unit); i++) {
                int at = x.offset() + (image + i / channels) * s[0] + i % channels * s[1];
                lattice.pack(from, at, s, to, i * lattice.channelSize());
            }
        });
    }

    /** Some images: every block of filters and positions of every group. */
    private final class Pass {
        private final Phase phase;
        private final int depth;
        private final Form form;
        private final float[] filters;
        private final float[] images;
        private final int imageSize;
        private final float[] out;
        private final int outAt;
        private final int blockRows;
        private final int blockColumns;
        private final int down;
        private final int across;

        Pass(
                Phase phase,
                Form form,
                float[] filters,
                float[] images,
                int imageSize,
                float[] out,
                int outAt) {
            this.phase = phase;
            this.depth = phase.depth();
            this.form = form;
            this.filters = filters;
            this.images = images;
            this.imageSize = imageSize;
            this.out = out;
            this.outAt = outAt;
            this.blockRows = Blocks.part(rows, BLOCK_ROWS, form.sizes().height());
            int width = form.sizes().width();
            long most = Math.max(2 * width, BLOCK / ((long) blockRows * depth));
            most = Math.max(width, Math.min(most, BLOCK_SIZE / blockRows));
            this.blockColumns = Blocks.part(columns, (int) most, width);
            this.down = (rows + blockRows - 1) / blockRows;
            this.across = (columns + blockColumns - 1) / blockColumns;
        }

        void run(int count, Workers workers) {
            int blocks = count * sizes.groups() * down * across;
            long each = (long) Math.min(blockRows, rows) * Math.min(blockColumns, columns) * depth;
            int unit = (int) Math.max(1, GRAIN / each);
            workers.forEach((blocks + unit - 1) / unit, t -> {
                Buffer memory = operands.take((long) blockRows * blockColumns);
                Blocks.Work work = work((float[]) memory.array());
                for (int i = t * unit; i < Math.min(blocks, (t + 1) * unit); i++) {
                    block(
                            work,
                            i / (down * across),
                            i / across % down * blockRows,
                            i % across * blockColumns);
                }
                operands.give(memory);
            });
        }

        private Blocks.Work work(float[] memory) {
            Blocks.Work work = new Blocks.Work(form);
            work.packedRows = rows;
            work.depth = depth;
            work.bStep = form.sizes().width();
            work.tile.a = filters;
            work.tile.b = images;
            work.tile.lines = phase.lines();
            work.tile.c = memory;
            work.tile.cStep = blockColumns;
            return work;
        }

        /** A block of filters by positions in one group of one image. */
        private void block(Blocks.Work work, int part, int row, int column) {
            int group = part % sizes.groups();
            int image = part / sizes.groups();
            int height = Math.min(blockRows, rows - row);
            int count = Math.min(blockColumns, columns - column);
            work.aAt = group * Blocks.packedSize(form, rows, depth);
            int source = image * imageSize + group * sources * lattice.channelSize();
            work.multiply(row, height, source + column, count, 0, false);
            for (int i = 0; i < height; i++) {
                int at = outAt + (part * rows + row + i) * plane;
                lattice.unpack(work.tile.c, i * blockColumns, column, count, out, at, phase.grid());
            }
        }
    }
}
