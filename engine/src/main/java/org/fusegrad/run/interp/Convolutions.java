package org.fusegrad.run.interp;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.WinogradRule;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Contractions.Factor;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * Convolution and its two adjoints as contractions: only where the factors stand is said here. One
 * and two spatial axes are three with sizes of 1 before them.
 */
final class Convolutions {
    /** The coordinate that belongs to another one by way of a tap; -1 for none. */
    @FunctionalInterface
    private interface Partner {
        int of(int axis, int coordinate, int tap);
    }

    private final int groups;
    private final int batch;
    private final int channels;
    private final int filters;
    private final int[] x;
    private final int[] y;
    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final int xSize;
    private final int ySize;
    private final int taps;

    private Convolutions(Attrs.Conv c, Shape x, Shape w, Shape y) {
        this.groups = c.groups();
        this.batch = x.dim(0);
        this.channels = x.dim(1) / groups;
        this.filters = w.dim(0) / groups;
        this.x = spatial(x);
        this.y = spatial(y);
        this.kernel = spatial(w);
        this.stride = three(c.stride(), 1);
        this.padding = three(c.padding(), 0);
        this.dilation = three(c.dilation(), 1);
        this.xSize = this.x[0] * this.x[1] * this.x[2];
        this.ySize = this.y[0] * this.y[1] * this.y[2];
        this.taps = kernel[0] * kernel[1] * kernel[2];
    }

    private static int[] spatial(Shape s) {
        int[] dims = s.dims();
        return three(Ints.of(Arrays.copyOfRange(dims, 2, dims.length)), 1);
    }

    /** Three numbers, missing leading ones filled up. */
    static int[] three(Ints values, int fill) {
        int missing = 3 - values.size();
        if (missing < 0) {
            throw new IllegalArgumentException("at most 3 spatial axes, got " + values.size());
        }
        int[] all = {fill, fill, fill};
        for (int i = 0; i < values.size(); i++) {
            all[missing + i] = values.get(i);
        }
        return all;
    }

    /** x by w. */
    static void conv(Node node, Value[] in, Value out, Workers workers) {
        Value x = Convert.contiguous(in[0], out.dtype(), workers);
        Value w = Convert.contiguous(in[1], out.dtype(), workers);
        if (WinogradRule.applies(node)) {
            Winograd.run(node, x, w, out, workers, all -> direct(node, x, w, all, workers));
        } else {
            direct(node, x, w, out, workers);
        }
    }

    private static void direct(Node node, Value x, Value w, Value out, Workers workers) {
        Convolutions c =
                new Convolutions((Attrs.Conv) node.attrs(), x.shape(), w.shape(), out.shape());
        int depth = c.channels * c.taps;
        Factor a = new Factor(w, (b, k, from, to, p) -> {
            int group = b % c.groups * c.filters * depth;
            Contractions.even(w.offset() + group + k, depth, from, to, p);
        });
        Factor b = new Factor(x, (batch, k, from, to, p) -> {
            int plane = batch * c.channels + k / c.taps;
            c.meet(c::input, c.y, c.x, x.offset() + plane * c.xSize, k % c.taps, from, to, p);
        });
        Contractions.contract(c.batch * c.groups, c.filters, c.ySize, depth, a, b, out, workers);
    }

    /** The gradient of x from dy and w. */
    static void convInput(Node node, Value[] in, Value out, Workers workers) {
        Value dy = Convert.contiguous(in[0], out.dtype(), workers);
        Value w = Convert.contiguous(in[1], out.dtype(), workers);
        if (WinogradRule.applies(node)) {
            Winograd.run(node, dy, w, out, workers, all -> directInput(node, dy, w, all, workers));
        } else {
            directInput(node, dy, w, out, workers);
        }
    }

    private static void directInput(Node node, Value dy, Value w, Value out, Workers workers) {
        Convolutions c =
                new Convolutions((Attrs.Conv) node.attrs(), out.shape(), w.shape(), dy.shape());
        for (int d = 0; d < c.stride[0]; d++) {
            for (int h = 0; h < c.stride[1]; h++) {
                for (int q = 0; q < c.stride[2]; q++) {
                    c.phase(new int[] {d, h, q}, dy, w, out, workers);
                }
            }
        }
    }

    /** The gradient of x at every stride-th coordinate from {@code start} on. */
    private void phase(int[] start, Value dy, Value w, Value out, Workers workers) {
        int[] grid = new int[3];
        for (int i = 0; i < 3; i++) {
            grid[i] = Math.max(0, (x[i] - start[i] + stride[i] - 1) / stride[i]);
        }
        int n = grid[0] * grid[1] * grid[2];
        int[] met = IntStream.range(0, taps).filter(t -> meets(start, t)).toArray();
        Factor a = new Factor(w, (b, k, from, to, p) -> {
            int filter = b % groups * filters + k / met.length;
            int at = w.offset() + filter * channels * taps + met[k % met.length];
            Contractions.even(at, taps, from, to, p);
        });
        Partner partner = (axis, i, tap) -> output(axis, start[axis] + i * stride[axis], tap);
        Factor b = new Factor(dy, (image, k, from, to, p) -> {
            int plane = dy.offset() + (image * filters + k / met.length) * ySize;
            meet(partner, grid, y, plane, met[k % met.length], from, to, p);
        });
        boolean whole = n == xSize;
        Value part = whole ? out : Value.zeros(out.dtype(), Shape.of(batch * groups * channels, n));
        int depth = filters * met.length;
        Contractions.contract(batch * groups, channels, n, depth, a, b, part, workers);
        if (!whole) {
            spread(part, start, grid, out);
        }
    }

    private boolean meets(int[] start, int tap) {
        int[] at = {tap / kernel[2] / kernel[1], tap / kernel[2] % kernel[1], tap % kernel[2]};
        boolean all = true;
        for (int i = 0; i < 3; i++) {
            all &= (start[i] + padding[i] - at[i] * dilation[i]) % stride[i] == 0;
        }
        return all;
    }

    /** Puts a phase where it belongs. */
    private void spread(Value part, int[] start, int[] grid, Value out) {
        Object from = part.buffer().array();
        Object to = out.buffer().array();
        int p = part.offset();
        for (int i = 0; p < part.offset() + part.shape().numel(); i++, p += grid[2]) {
            int d = start[0] + i / grid[1] % grid[0] * stride[0];
            int h = start[1] + i % grid[1] * stride[1];
            int line = (i / grid[1] / grid[0] * x[0] + d) * x[1] + h;
            int q = out.offset() + line * x[2] + start[2];
            Convert.move(from, p, 1, to, q, stride[2], grid[2]);
        }
    }

    /** The gradient of w from x and dy. */
    static void convWeight(Node node, Value[] in, Value out, Workers workers) {
        Value x = Convert.contiguous(in[0], out.dtype(), workers);
        Value dy = Convert.contiguous(in[1], out.dtype(), workers);
        Convolutions c =
                new Convolutions((Attrs.Conv) node.attrs(), x.shape(), out.shape(), dy.shape());
        Factor a = new Factor(dy, (group, k, from, to, p) -> {
            int plane = (k / c.ySize * c.groups + group) * c.filters;
            int start = dy.offset() + plane * c.ySize + k % c.ySize;
            Contractions.even(start, c.ySize, from, to, p);
        });
        Factor b = new Factor(x, (group, k, from, to, p) -> {
            int plane = (k / c.ySize * c.groups + group) * c.channels;
            c.taps(x.offset() + plane * c.xSize, k % c.ySize, from, to, p);
        });
        Contractions.contract(
                c.groups, c.filters, c.channels * c.taps, c.batch * c.ySize, a, b, out, workers);
    }

    /** The input coordinate that a tap sees from an output coordinate. */
    private int input(int axis, int output, int tap) {
        int i = output * stride[axis] - padding[axis] + tap * dilation[axis];
        return i < x[axis] ? Math.max(i, -1) : -1;
    }

    /** The output coordinate that sees an input coordinate with a tap. */
    private int output(int axis, int input, int tap) {
        int i = input + padding[axis] - tap * dilation[axis];
        if (i < 0 || i % stride[axis] != 0) {
            return -1;
        }
        int o = i / stride[axis];
        return o < y[axis] ? o : -1;
    }

    /** For positions of one plane, their partners in another plane that starts at {@code base}. */
    private void meet(
            Partner partner,
            int[] walked,
            int[] met,
            int base,
            int tap,
            int from,
            int to,
            int[] position) {
        int tw = tap % kernel[2];
        int th = tap / kernel[2] % kernel[1];
        int td = tap / kernel[2] / kernel[1];
        for (int i = from; i < to; ) {
            int row = i / walked[2];
            int end = Math.min(to, (row + 1) * walked[2]);
            int d = partner.of(0, row / walked[1], td);
            int h = partner.of(1, row % walked[1], th);
            int line = base + (d * met[1] + h) * met[2];
            for (int w = i % walked[2]; i < end; i++, w++) {
                int q = partner.of(2, w, tw);
                position[i - from] = d < 0 || h < 0 || q < 0 ? -1 : line + q;
            }
        }
    }

    /** What all taps of all channels of a group see from one output position. */
    private void taps(int base, int output, int from, int to, int[] position) {
        int ow = output % y[2];
        int oh = output / y[2] % y[1];
        int od = output / y[2] / y[1];
        for (int i = from; i < to; i++) {
            int tap = i % taps;
            int d = input(0, od, tap / kernel[2] / kernel[1]);
            int h = input(1, oh, tap / kernel[2] % kernel[1]);
            int w = input(2, ow, tap % kernel[2]);
            int at = base + i / taps * xSize + (d * x[1] + h) * x[2] + w;
            position[i - from] = d < 0 || h < 0 || w < 0 ? -1 : at;
        }
    }
}
