package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.codegen.contract.Contractions.Routine;
import org.fusegrad.codegen.contract.TileForms.Form;
import org.fusegrad.flags.Tuning;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * The gradient of the weight of a convolution with one filter for each channel. There is no product
 * of matrices in it, only a sum for each channel and tap; channels are innermost here and are the
 * lanes.
 */
final class DepthwiseWeightGradient implements Routine {
    /** Channels in a task. */
    private static final int CHANNELS = Tuning.current().depthwise();

    private final TileForms forms;
    private final Operands operands;
    private final ConvSizes sizes;
    private final int ySize;

    DepthwiseWeightGradient(ConvSizes sizes, TileForms forms, Operands operands) {
        this.forms = forms;
        this.operands = operands;
        this.sizes = sizes;
        this.ySize = ConvSizes.volume(sizes.y());
    }

    @Override
    public void run(Value[] in, float[] out, int outAt, Workers workers) {
        int taps = sizes.taps();
        if (sizes.batch() == 0) {
            Arrays.fill(out, outAt, outAt + sizes.groups() * taps, 0);
            return;
        }
        Form form = forms.current(2L * sizes.batch() * ySize * sizes.groups() * taps);
        workers.forEach((sizes.groups() + CHANNELS - 1) / CHANNELS, t -> {
            int first = t * CHANNELS;
            int count = Math.min(CHANNELS, sizes.groups() - first);
            Channels channels = new Channels(form, in[0], in[1], first, count);
            channels.sum();
            for (int c = 0; c < count; c++) {
                for (int tap = 0; tap < taps; tap++) {
                    out[outAt + (first + c) * taps + tap] = channels.total(tap, c);
                }
            }
        });
    }

    /** Some channels of all images. */
    private final class Channels {
        private final Form form;
        private final Value x;
        private final Value dy;
        private final int first;
        private final int count;
        private final int wide;
        private final ChannelsLast layout;
        private final float[] total;
        private final float[] block;
        private final Tile tile = new Tile();

        Channels(Form form, Value x, Value dy, int first, int count) {
            this.form = form;
            this.x = x;
            this.dy = dy;
            this.first = first;
            this.count = count;
            this.wide = form.sizes().wide(count);
            this.layout = new ChannelsLast(sizes, 1, count);
            this.total = new float[sizes.taps() * wide];
            this.block = new float[sizes.taps() * wide];
        }

        float total(int tap, int channel) {
            return total[tap * wide + channel];
        }

        /** Goes through k image by image; a block of it may reach over several. */
        void sum() {
            Buffer image = operands.take(layout.imageSize() + wide);
            Buffer gradient = operands.take((long) ySize * count + wide);
            tile.a = (float[]) gradient.array();
            tile.aStep = count;
            tile.b = (float[]) image.array();
            tile.bStep = layout.tap(0, 0, 1);
            tile.lines = layout.positions();
            tile.c = block;
            tile.cStep = wide;
            int end = sizes.batch() * ySize;
            for (int k = 0, n; k < end; k += n) {
                if (k % ySize == 0) {
                    layOut(k / ySize, tile.b, tile.a);
                }
                n = Math.min(ySize - k % ySize, Blocks.K_BLOCK - k % Blocks.K_BLOCK);
                add(k % ySize, n);
                if ((k + n) % Blocks.K_BLOCK == 0 || k + n == end) {
                    close(k < Blocks.K_BLOCK);
                }
            }
            operands.give(image);
            operands.give(gradient);
        }

        private void layOut(int image, float[] to, float[] gradient) {
            int[] s = ConvSizes.strides(x);
            int from = x.offset() + image * s[0] + first * s[1];
            for (int i = 0; i < layout.lines(); i++) {
                layout.pack(x.floats(), from, s, i, to, 0);
            }
            int[] g = ConvSizes.strides(dy);
            int[] y = sizes.y();
            int at = dy.offset() + image * g[0] + first * g[1];
            for (int line = 0; line < y[0] * y[1]; line++) {
                ChannelsLast.transpose(
                        dy.floats(),
                        at + line / y[1] * g[2] + line % y[1] * g[3],
                        g[1],
                        g[4],
                        count,
                        y[2],
                        gradient,
                        line * y[2] * count,
                        count);
            }
        }

        /** Terms from one position on, for all taps. */
        private void add(int position, int n) {
            tile.first = position;
            tile.depth = n;
            tile.aAt = position * count;
            int[] kernel = sizes.kernel();
            for (int tap = 0, taps; tap < sizes.taps(); tap += taps) {
                int w = tap % kernel[2];
                taps = kernel[2] - w >= 3 ? 3 : 1;
                tile.bAt = layout.tap(tap / kernel[2] / kernel[1], tap / kernel[2] % kernel[1], w);
                tile.cAt = tap * wide;
                lanes(TileSizes.channelMethod(taps));
            }
        }

        private void lanes(int method) {
            int width = form.sizes().width();
            int aAt = tile.aAt;
            for (int c = 0; c < count; c += width) {
                form.program().run(method, tile);
                tile.aAt += width;
                tile.bAt += width;
                tile.cAt += width;
            }
            tile.aAt = aAt;
        }

        /** Adds the sums of a block of k to the totals. */
        private void close(boolean isFirst) {
            for (int i = 0; i < total.length; i++) {
                total[i] = isFirst ? block[i] : total[i] + block[i];
            }
            Arrays.fill(block, 0);
        }
    }
}
