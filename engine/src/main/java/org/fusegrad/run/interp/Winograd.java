package org.fusegrad.run.interp;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.NumericContract;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.WinogradRule;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * Convolutions of 3x3 windows by Winograd's minimal filtering, and the numeric contract of them.
 * Where {@link WinogradRule} applies, results are computed in tiles of 2x2 from the top left:
 *
 * <pre>
 * U = G g G'      of each filter and channel, 4x4
 * V = B' d B      of the 4x4 of the source that a tile sees, zeros where there is none
 * M = sum of U V  over the source's channels, element for element, in blocks as other contractions
 * Y = A' M A      the tile
 * </pre>
 *
 * <p>All in float, columns first, then rows, each as {@link #filter}, {@link #source} and
 * {@link #result} have it. The gradient of the input is the convolution of dy with the filters
 * turned by half a circle. A tile with a result that is not finite is computed directly instead, as
 * if the rule did not apply to it; so infinities stay where they belong, and what only the
 * transforms overflow does not.
 */
final class Winograd {
    private static final int BLOCK = NumericContract.CONTRACTION_BLOCK;

    /** Computes the same directly. */
    @FunctionalInterface
    interface Direct {
        void into(Value out);
    }

    private final Value x;
    private final Value w;
    private final Value out;
    private final boolean forward;
    private final int sources;
    private final int results;
    private final int padTop;
    private final int padLeft;
    private final int[] from;
    private final int[] to;

    private Winograd(Node node, Value x, Value w, Value out) {
        this.x = x;
        this.w = w;
        this.out = out;
        this.forward = node.is(Op.CONV);
        Attrs.Conv conv = (Attrs.Conv) node.attrs();
        this.sources = x.shape().dim(1);
        this.results = out.shape().dim(1);
        this.padTop = forward ? conv.padding().get(0) : 2 - conv.padding().get(0);
        this.padLeft = forward ? conv.padding().get(1) : 2 - conv.padding().get(1);
        this.from = new int[] {x.shape().dim(2), x.shape().dim(3)};
        this.to = new int[] {out.shape().dim(2), out.shape().dim(3)};
    }

    /** Computes a node to which the rule applies, from contiguous operands. */
    static void run(Node node, Value x, Value w, Value out, Workers workers, Direct direct) {
        Winograd c = new Winograd(node, x, w, out);
        float[] filters = c.filters(workers);
        int high = (c.to[0] + 1) / 2;
        boolean[] odd = new boolean[x.shape().dim(0) * high];
        workers.forEach(odd.length, t -> odd[t] = !c.tiles(filters, t / high, t % high, null));
        for (boolean any : odd) {
            if (any) {
                Value all = Value.zeros(out.dtype(), out.shape());
                direct.into(all);
                workers.forEach(odd.length, t -> c.tiles(filters, t / high, t % high, all));
                return;
            }
        }
    }

    /** U, as [place in the 4x4][source channel][result channel]. */
    private float[] filters(Workers workers) {
        float[] u = new float[16 * sources * results];
        workers.forEach(sources, i -> {
            float[] g = new float[16];
            for (int o = 0; o < results; o++) {
                int at = w.offset() + (forward ? o * sources + i : i * results + o) * 9;
                for (int tap = 0; tap < 9; tap++) {
                    g[tap / 3 * 4 + tap % 3] = w.floats()[forward ? at + tap : at + 8 - tap];
                }
                for (int column = 0; column < 3; column++) {
                    filter(g, column, 4);
                }
                for (int row = 0; row < 4; row++) {
                    filter(g, row * 4, 1);
                }
                for (int p = 0; p < 16; p++) {
                    u[(p * sources + i) * results + o] = g[p];
                }
            }
        });
        return u;
    }

    /** One row of tiles of one image; whether all are finite, or were taken from {@code direct}. */
    private boolean tiles(float[] u, int image, int row, Value direct) {
        float[] v = new float[16 * sources];
        float[] m = new float[16 * results];
        boolean finite = true;
        for (int column = 0; column < (to[1] + 1) / 2; column++) {
            for (int i = 0; i < sources; i++) {
                see(image * sources + i, 2 * row, 2 * column, v, i * 16);
            }
            multiply(u, v, m);
            for (int o = 0; o < results; o++) {
                finite &= store(m, o, image * results + o, 2 * row, 2 * column, direct);
            }
        }
        return finite;
    }

    /** V of one channel. */
    private void see(int plane, int top, int left, float[] v, int at) {
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                int h = top + i - padTop;
                int q = left + j - padLeft;
                boolean inside = h >= 0 && h < from[0] && q >= 0 && q < from[1];
                int p = x.offset() + (plane * from[0] + h) * from[1] + q;
                v[at + i * 4 + j] = inside ? x.floats()[p] : 0;
            }
        }
        for (int column = 0; column < 4; column++) {
            source(v, at + column, 4);
        }
        for (int i = 0; i < 4; i++) {
            source(v, at + i * 4, 1);
        }
    }

    /** M, as [place in the 4x4][result channel]. */
    private void multiply(float[] u, float[] v, float[] m) {
        float[] sum = new float[results];
        for (int p = 0; p < 16; p++) {
            for (int k = 0; k < sources; k += BLOCK) {
                java.util.Arrays.fill(sum, 0);
                for (int i = k; i < Math.min(sources, k + BLOCK); i++) {
                    float a = v[i * 16 + p];
                    int at = (p * sources + i) * results;
                    for (int o = 0; o < results; o++) {
                        sum[o] = Math.fma(a, u[at + o], sum[o]);
                    }
                }
                for (int o = 0; o < results; o++) {
                    m[p * results + o] = k == 0 ? sum[o] : m[p * results + o] + sum[o];
                }
            }
        }
    }

    /** One tile of one channel; whether it is finite. */
    private boolean store(float[] m, int o, int plane, int top, int left, Value direct) {
        float[] y = new float[16];
        for (int p = 0; p < 16; p++) {
            y[p] = m[p * results + o];
        }
        for (int column = 0; column < 4; column++) {
            result(y, column, 4);
        }
        result(y, 0, 1);
        result(y, 4, 1);
        boolean finite = true;
        for (int i = 0; i < Math.min(2, to[0] - top); i++) {
            for (int j = 0; j < Math.min(2, to[1] - left); j++) {
                finite &= Float.isFinite(y[i * 4 + j]);
            }
        }
        for (int i = 0; i < Math.min(2, to[0] - top); i++) {
            for (int j = 0; j < Math.min(2, to[1] - left); j++) {
                int at = (plane * to[0] + top + i) * to[1] + left + j;
                out.floats()[out.offset() + at] = finite || direct == null
                        ? y[i * 4 + j]
                        : direct.floats()[direct.offset() + at];
            }
        }
        return finite;
    }

    /** G times three elements at even steps, which become four. */
    private static void filter(float[] g, int at, int step) {
        float first = g[at];
        float last = g[at + 2 * step];
        float outer = first + last;
        float middle = g[at + step];
        g[at + step] = (outer + middle) * 0.5f;
        g[at + 2 * step] = (outer - middle) * 0.5f;
        g[at + 3 * step] = last;
    }

    /** B' times four elements at even steps. */
    private static void source(float[] d, int at, int step) {
        float a = d[at];
        float b = d[at + step];
        float c = d[at + 2 * step];
        float e = d[at + 3 * step];
        d[at] = a - c;
        d[at + step] = b + c;
        d[at + 2 * step] = c - b;
        d[at + 3 * step] = b - e;
    }

    /** A' times four elements at even steps, which become the first two. */
    private static void result(float[] m, int at, int step) {
        float a = m[at];
        float b = m[at + step];
        float c = m[at + 2 * step];
        m[at] = a + b + c;
        m[at + step] = b - c - m[at + 3 * step];
    }
}
