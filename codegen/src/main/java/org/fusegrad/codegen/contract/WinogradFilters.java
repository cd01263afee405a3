package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.codegen.contract.TileForms.Form;
import org.fusegrad.flags.Tuning;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * The filters of Winograd's filtering: {@code U = G g G'} for each pair of channels, packed as
 * [place in the 4x4][panel of results][source][result in the panel].
 */
final class WinogradFilters {
    private static final int GRAIN = Tuning.current().copyGrain();

    /** Sources at a time: what is written for them stays in the nearest cache. */
    private static final int NEAR = Tuning.current().winogradFilters();

    private final boolean forward;
    private final int sources;
    private final int results;

    WinogradFilters(ConvSizes sizes, boolean forward) {
        this.forward = forward;
        this.sources = forward ? sizes.channels() : sizes.filters();
        this.results = forward ? sizes.filters() : sizes.channels();
    }

    int sources() {
        return sources;
    }

    int results() {
        return results;
    }

    /** Elements of all of them. */
    long packedSize(Form form) {
        return 16L * placeStep(form);
    }

    /** From one place of the 4x4 to the next. */
    int placeStep(Form form) {
        return Winograd.apart(sources * form.sizes().wide(results));
    }

    /** Transforms and packs a convolution's weight. */
    void pack(Form form, Value w, Buffer packed, Workers workers) {
        int width = form.sizes().width();
        int panels = form.sizes().wide(results) / width;
        int inPanel = (sources + NEAR - 1) / NEAR;
        int step = placeStep(form);
        int count = panels * inPanel;
        int unit = (int) Math.max(1, GRAIN / (16L * width * NEAR));
        workers.forEach((count + unit - 1) / unit, t -> {
            for (int i = t * unit; i < Math.min(count, (t + 1) * unit); i++) {
                Panel panel = new Panel(w, packed, i / inPanel, width, step);
                int first = i % inPanel * NEAR;
                panel.pack(first, Math.min(NEAR, sources - first));
            }
        });
    }

    /** Some results, side by side for each place and source. */
    private final class Panel {
        private final float[] from;
        private final float[] to;
        private final int fromAt;
        private final int toAt;
        private final int count;
        private final int width;
        private final int placeStep;
        private final int resultStep;
        private final int sourceStep;
        private final int down;
        private final int right;

        Panel(Value w, Buffer packed, int number, int width, int placeStep) {
            int[] s = ConvSizes.strides(w);
            this.from = w.floats();
            this.to = (float[]) packed.array();
            this.width = width;
            this.count = Math.min(width, results - number * width);
            this.placeStep = placeStep;
            this.resultStep = forward ? s[0] : s[1];
            this.sourceStep = forward ? s[1] : s[0];
            // The gradient of the input sees filters from their last tap to the first.
            this.down = forward ? s[3] : -s[3];
            this.right = forward ? s[4] : -s[4];
            int corner = forward ? 0 : 2 * s[3] + 2 * s[4];
            this.fromAt = w.offset() + number * width * resultStep + corner;
            this.toAt = packed.start() + number * sources * width;
        }

        void pack(int first, int n) {
            int q = toAt + first * width;
            for (int j = 0; j < count; j++) {
                int p = fromAt + j * resultStep + first * sourceStep;
                for (int i = 0; i < n; i++) {
                    int at = q + i * width + j;
                    transform(from, p + i * sourceStep, down, right, to, at, placeStep);
                }
            }
            for (int place = 0; place < 16 && count < width; place++) {
                for (int i = 0; i < n; i++) {
                    int at = q + place * placeStep + i * width;
                    Arrays.fill(to, at + count, at + width, 0);
                }
            }
        }
    }

    /** One filter; columns first, then rows, as the interpreter has it. */
    private static void transform(
            float[] g, int p, int down, int right, float[] to, int q, int step) {
        float a0 = g[p];
        float a1 = g[p + right];
        float a2 = g[p + 2 * right];
        float b0 = g[p + down];
        float b1 = g[p + down + right];
        float b2 = g[p + down + 2 * right];
        float c0 = g[p + 2 * down];
        float c1 = g[p + 2 * down + right];
        float c2 = g[p + 2 * down + 2 * right];
        row(a0, a1, a2, to, q, step);
        float o0 = a0 + c0;
        float o1 = a1 + c1;
        float o2 = a2 + c2;
        row((o0 + b0) * 0.5f, (o1 + b1) * 0.5f, (o2 + b2) * 0.5f, to, q + 4 * step, step);
        row((o0 - b0) * 0.5f, (o1 - b1) * 0.5f, (o2 - b2) * 0.5f, to, q + 8 * step, step);
        row(c0, c1, c2, to, q + 12 * step, step);
    }

    private static void row(float a, float b, float c, float[] to, int q, int step) {
        float outer = a + c;
        to[q] = a;
        to[q + step] = (outer + b) * 0.5f;
        to[q + 2 * step] = (outer - b) * 0.5f;
        to[q + 3 * step] = c;
    }
}
