package org.fusegrad.conformance.torch;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormEntry;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.NormRequest;
import org.fusegrad.nn.norm.Norms;
import org.fusegrad.type.Shape;

/** Layers with the options and the values of a case. */
final class NormLayers {
    private NormLayers() {}

    /** The layer of a case, in the spelling of cases, which is that of the registry. */
    static Norm build(String layer, boolean afterConv, Setup s) {
        Attributes a = s.attrs();
        NormOptions wanted = options(s);
        NormRequest request = request(layer, a.integer("num_groups", 32), shape(afterConv, s));
        return entry(layer)
                .layer()
                .apply(request.trailing(Math.max(1, trailing(a).length))
                        .dtype(s.dtype())
                        .tuned(o -> a.has("eps") ? wanted : wanted.eps(o.eps())));
    }

    private static int[] trailing(Attributes a) {
        return a.has("normalized_shape") ? a.ints("normalized_shape") : new int[0];
    }

    /** A shape that has the layer's channels, or its trailing axes, where the layer looks. */
    private static Shape shape(boolean afterConv, Setup s) {
        Tensor x = s.value("x");
        int[] trailing = trailing(s.attrs());
        if (trailing.length > 0) {
            return Shape.of(
                    IntStream.concat(IntStream.of(1), IntStream.of(trailing)).toArray());
        }
        int channels = afterConv ? s.value("conv_weight").dim(0) : x.rank() < 2 ? 1 : x.dim(1);
        return x.rank() < 2 ? Shape.of(1, channels) : x.shape().with(1, channels);
    }

    /** What is wanted of a norm of a name whose number, if it has one, is this. */
    static NormRequest request(String name, int number, Shape shape) {
        List<Integer> numbers = entry(name).parameters().isEmpty() ? List.of() : List.of(number);
        return NormRequest.of(numbers, shape);
    }

    static NormEntry entry(String name) {
        return Norms.STANDARD.find(name).orElseThrow(() -> new Unsupported("layer '" + name + "'"));
    }

    /** Batch norm of inputs of a rank. */
    static Norm batchNorm(int rank, int channels, NormOptions options) {
        return entry("bn")
                .layer()
                .apply(NormRequest.of(List.of(), ranked(rank, channels)).tuned(o -> options));
    }

    /** A shape of a rank with so many channels. */
    static Shape ranked(int rank, int channels) {
        int[] dims = new int[Math.max(2, rank)];
        Arrays.fill(dims, 1);
        dims[1] = channels;
        return Shape.of(dims);
    }

    private static NormOptions options(Setup s) {
        if (s.has("bias") && !s.has("weight")) {
            throw new Unsupported("a normalization with a bias but no weight");
        }
        Affine affine = !s.has("weight")
                ? Affine.NONE
                : s.has("bias") ? Affine.WEIGHT_AND_BIAS : Affine.WEIGHT;
        NormOptions options = NormOptions.DEFAULT
                .eps(s.attrs().number("eps", 1e-5))
                .affine(affine)
                .trackRunningStats(s.has("running_mean"))
                .dtype(s.dtype());
        return withMomentum(options, s.attrs());
    }

    /** A momentum that is null means the cumulative average. */
    static NormOptions withMomentum(NormOptions options, Attributes a) {
        boolean cumulative = a.names().contains("momentum") && !a.has("momentum");
        return cumulative
                ? options.cumulativeAverage()
                : options.momentum(a.number("momentum", 0.1));
    }

    static boolean training(Attributes a) {
        return a.flag("training", a.flag("use_input_stats", true));
    }

    /** Parameters and states of a layer take the values of the inputs of their names. */
    static void bind(Norm norm, Setup s) {
        norm.namedParameters().forEach((path, p) -> s.bind(path, p));
        for (State state : norm.buffers()) {
            if (s.has(state.name())) {
                state.set(s.keep(state.name()));
            }
        }
    }
}
