package org.fusegrad.conformance.torch;

import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;

/** Layers with the options and the values of a case. */
final class NormLayers {
    private NormLayers() {}

    static Norm build(String layer, boolean afterConv, Setup s) {
        Attributes a = s.attrs();
        Tensor x = s.value("x");
        int channels = afterConv ? s.value("conv_weight").dim(0) : x.rank() < 2 ? 1 : x.dim(1);
        NormOptions options = options(s);
        return switch (layer) {
            case "batch_norm", "bn" -> batchNorm(x.rank(), channels, options);
            case "group_norm", "gn" ->
                new GroupNorm(a.integer("num_groups", 32), channels, options);
            case "instance_norm", "in" -> new InstanceNorm(channels, options);
            case "layer_norm", "ln" -> new LayerNorm(options, a.ints("normalized_shape"));
            case "rms_norm", "rms" ->
                new RMSNorm(
                        a.has("eps")
                                ? options
                                : options.eps(RMSNorm.defaults(s.dtype()).eps()),
                        a.ints("normalized_shape"));
            case "iebn" -> new IEBN2d(channels, options);
            default -> throw new Unsupported("layer '" + layer + "'");
        };
    }

    static Norm batchNorm(int rank, int channels, NormOptions options) {
        return switch (rank) {
            case 4 -> new BatchNorm2d(channels, options);
            case 5 -> new BatchNorm3d(channels, options);
            default -> new BatchNorm1d(channels, options);
        };
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
