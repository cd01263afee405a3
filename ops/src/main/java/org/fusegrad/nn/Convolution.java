package org.fusegrad.nn;

import java.util.Optional;
import java.util.stream.IntStream;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.ops.Conv;
import org.fusegrad.type.DType;

/**
 * A convolution or a transposed one, over 1 to 3 spatial axes, with PyTorch's parameters: weight
 * (out, in / groups, kernel...), or (in, out / groups, kernel...) if transposed, and bias (out).
 */
public abstract class Convolution extends Module implements Foldable {
    /** How many spatial axes, which way, and how another one of the class is made. */
    record Form(int axes, boolean transposed, Make make) {
        int[] weight(int in, int out, ConvOptions o) {
            int[] channels = transposed
                    ? new int[] {in, out / o.groups()}
                    : new int[] {out, in / o.groups()};
            return IntStream.concat(
                            IntStream.of(channels), IntStream.of(o.kernel().toArray()))
                    .toArray();
        }

        @Override
        public String toString() {
            return (transposed ? "conv_transpose" : "conv") + axes + "d";
        }
    }

    /** A constructor. */
    @FunctionalInterface
    interface Make {
        Convolution of(int in, int out, ConvOptions options, RandomSource random);
    }

    /** Initial values of a weight. */
    @FunctionalInterface
    interface Start {
        Tensor weight(RandomSource random, DType dtype, int... shape);
    }

    private final Form form;
    private final ConvOptions options;
    private final int in;
    private final int out;
    private final Tensor weight;
    private final Optional<Tensor> bias;
    private final Fused formula;

    Convolution(Form form, int in, int out, ConvOptions given, Start start, RandomSource random) {
        this.form = form;
        this.in = in;
        this.out = out;
        options = given.spread(form.axes());
        check();
        weight = parameter(
                "weight", start.weight(random, options.dtype(), form.weight(in, out, options)));
        double bound = Init.bound(weight.shape());
        bias = options.bias()
                ? Optional.of(parameter("bias", Init.uniform(bound, random, options.dtype(), out)))
                : Optional.empty();
        formula = Fused.of(form.toString(), x -> {
            Tensor y = convolve(x, usedWeight());
            return bias.map(b -> y.add(Conv.perChannel(b, y))).orElse(y);
        });
    }

    private void check() {
        int groups = options.groups();
        if (groups < 1 || in < 1 || out < 1 || in % groups != 0 || out % groups != 0) {
            throw new IllegalArgumentException(this + ": " + in + " and " + out
                    + " channels are not divisible by " + groups + " groups");
        }
        int filter =
                in / groups * IntStream.of(options.kernel().toArray()).reduce(1, (a, b) -> a * b);
        if (options.weights() != WeightTransform.NONE && filter == 1) {
            throw new IllegalArgumentException(this + ": a filter of one value is nothing but its"
                    + " mean; leave its weight as it is, with WeightTransform.NONE");
        }
    }

    private Tensor convolve(Tensor x, Tensor w) {
        return form.transposed()
                ? Conv.convTranspose(
                        x, w, options.geometry(), options.outputPadding().toArray())
                : Conv.conv(x, w, options.geometry());
    }

    /**
     * (N, in, spatial...) to (N, out, spatial...).
     *
     * @throws IllegalArgumentException if rank, channels or type do not fit, or the window is
     *     larger than the padded input
     */
    @Override
    public final Tensor forward(Tensor x) {
        return watched(x, () -> {
            check(x);
            return formula.call(x);
        });
    }

    private void check(Tensor x) {
        checkType(x, options.dtype());
        int rank = form.axes() + 2;
        if (x.rank() != rank) {
            throw refusal(
                    x,
                    "it has rank " + x.rank() + ", not " + rank,
                    "batch and channels come before " + form.axes() + " spatial axes");
        }
        if (x.dim(1) != in) {
            throw refusal(
                    x,
                    "it has " + x.dim(1) + " channels, not " + in,
                    "channels are axis 1, and a channels-last tensor needs permuting");
        }
        boolean pixels = IntStream.range(2, rank).allMatch(i -> x.dim(i) > 0);
        if (form.transposed() && !pixels) {
            throw refusal(x, "it has a spatial axis of size 0", "only the batch may be empty");
        }
    }

    /** The parameter. */
    public final Tensor weight() {
        return weight;
    }

    /** The weight as it is used: transformed, if the options say so. */
    public final Tensor usedWeight() {
        return transformed(weight);
    }

    @Override
    public final Tensor appliedWeight() {
        return transformed(weight.detach().cast(DType.FLOAT64));
    }

    private Tensor transformed(Tensor w) {
        if (!form.transposed()) {
            return options.weights().apply(w, IntStream.range(1, w.rank()).toArray());
        }
        // A filter is spread over the input channels of its group.
        int groups = options.groups();
        int[] grouped = IntStream.concat(
                        IntStream.of(groups, in / groups),
                        IntStream.of(w.shape().dims()).skip(1))
                .toArray();
        int[] filter = IntStream.range(1, grouped.length).filter(i -> i != 2).toArray();
        return options.weights()
                .apply(w.reshape(grouped), filter)
                .reshape(w.shape().dims());
    }

    @Override
    public final Convolution withValues(Tensor newWeight, Tensor newBias) {
        return copy(
                options.bias(true).weights(WeightTransform.NONE), newWeight, Optional.of(newBias));
    }

    /**
     * A convolution with the values and the mode of this one that does this to its weight.
     * Parameters that collect no gradients here collect none there.
     */
    public final Convolution withWeights(WeightTransform transform) {
        Convolution copy = copy(options.weights(transform), weight, bias);
        copy.weight.requiresGrad(weight.requiresGrad());
        copy.bias.ifPresent(b -> b.requiresGrad(bias.orElseThrow().requiresGrad()));
        copy.train(isTraining());
        return copy;
    }

    private Convolution copy(ConvOptions settings, Tensor newWeight, Optional<Tensor> newBias) {
        Convolution copy = form.make().of(in, out, settings, RandomSource.of(0));
        copy.weight.assign(newWeight.cast(options.dtype()));
        newBias.ifPresent(b -> copy.bias.orElseThrow().assign(b.cast(options.dtype())));
        return copy;
    }

    @Override
    public final Optional<Tensor> bias() {
        return bias;
    }

    @Override
    public final int groups() {
        return options.groups();
    }

    /** As given, with one value for each axis in the settings per axis. */
    public final ConvOptions options() {
        return options;
    }

    @Override
    public final boolean isTransposed() {
        return form.transposed();
    }

    @Override
    public final String toString() {
        String transform = options.weights() == WeightTransform.NONE
                ? ""
                : ", " + options.weights().name().toLowerCase(java.util.Locale.ROOT);
        return super.toString() + "(" + in + ", " + out + ", kernel " + options.kernel() + transform
                + ")";
    }
}
