package org.fusegrad.layers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.nn.Conv1d;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.Conv3d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.ConvTranspose2d;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.BatchRenorm1d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.BatchRenorm3d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.ImageRMSNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNGroups2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;

/**
 * A layer in a mode, with an input. Made anew for each run, always with the same values.
 *
 * @param moving states that a forward moves
 * @param fixed states that it must not move
 */
record LayerExample(
        TensorFunction function,
        Tensor[] inputs,
        Tensor[] parameters,
        List<State> moving,
        List<State> fixed) {
    /** A name and how to make the example. */
    record Named(String name, Supplier<LayerExample> make) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final NormOptions DOUBLE = NormOptions.DEFAULT.dtype(DType.FLOAT64);

    GradCheck check() {
        return GradCheck.of(function)
                .inputs(inputs)
                .parameters(parameters)
                .states(moving)
                .unmoved(fixed);
    }

    static List<Named> all() {
        List<Named> all = new ArrayList<>();
        batchNorms(all);
        batchVariants(all);
        otherNorms(all);
        movingAverages(all);
        followed(all);
        convolutions(all);
        return all;
    }

    private static void batchNorms(List<Named> all) {
        all.add(new Named(
                "BatchNorm2d training", () -> of(new BatchNorm2d(3, DOUBLE), true, 2, 3, 2, 3)));
        all.add(new Named(
                "BatchNorm2d cumulative",
                () -> of(new BatchNorm2d(2, DOUBLE.cumulativeAverage()), true, 2, 2, 2, 2)));
        all.add(new Named(
                "BatchNorm2d evaluation", () -> of(new BatchNorm2d(3, DOUBLE), false, 2, 3, 2, 2)));
        all.add(new Named("BatchNorm2d frozen", () -> {
            BatchNorm2d norm = new BatchNorm2d(3, DOUBLE);
            norm.freezeStatistics();
            return of(norm, true, true, 2, 3, 2, 2);
        }));
        all.add(new Named(
                "BatchNorm2d without statistics",
                () -> of(new BatchNorm2d(3, DOUBLE.trackRunningStats(false)), false, 2, 3, 2, 2)));
        all.add(new Named(
                "BatchNorm2d weight only",
                () -> of(new BatchNorm2d(3, DOUBLE.affine(Affine.WEIGHT)), true, 2, 3, 2, 2)));
        all.add(new Named("BatchNorm1d", () -> of(new BatchNorm1d(4, DOUBLE), true, 5, 4)));
        all.add(new Named(
                "BatchNorm3d", () -> of(new BatchNorm3d(2, DOUBLE), true, 2, 2, 2, 1, 3)));
    }

    private static void batchVariants(List<Named> all) {
        // Both corrections are at their bounds, where the derivative is that of a constant.
        RenormSchedule bounded = RenormSchedule.constant(1.02, 0.02);
        all.add(new Named(
                "BatchRenorm2d training",
                () -> of(new BatchRenorm2d(3, DOUBLE, bounded), true, 2, 3, 2, 3)));
        all.add(new Named(
                "BatchRenorm1d before its start",
                () -> of(new BatchRenorm1d(4, DOUBLE, RenormSchedule.DEFAULT), true, 5, 4)));
        all.add(new Named(
                "BatchRenorm3d evaluation",
                () -> of(new BatchRenorm3d(2, DOUBLE, bounded), false, 2, 2, 2, 1, 3)));
        all.add(new Named("BatchRenorm2d frozen", () -> {
            BatchRenorm2d norm = new BatchRenorm2d(3, DOUBLE, bounded);
            norm.freezeStatistics();
            return of(norm, true, true, 2, 3, 2, 2);
        }));
        all.add(new Named(
                "GhostBatchNorm training",
                () -> of(new GhostBatchNorm(2, 2, DOUBLE), true, 6, 2, 1, 2)));
        all.add(new Named(
                "GhostBatchNorm cumulative",
                () -> of(new GhostBatchNorm(3, 2, DOUBLE.cumulativeAverage()), true, 6, 2)));
        all.add(new Named(
                "GhostBatchNorm evaluation",
                () -> of(new GhostBatchNorm(2, 2, DOUBLE), false, 3, 2, 2)));
        NormOptions untracked = DOUBLE.trackRunningStats(false);
        all.add(new Named(
                "GhostBatchNorm without statistics",
                () -> of(new GhostBatchNorm(2, 2, untracked), false, 3, 2, 2)));
        all.add(new Named("IEBN2d training", () -> of(new IEBN2d(3, DOUBLE), true, 2, 3, 2, 3)));
        all.add(new Named("IEBN2d evaluation", () -> of(new IEBN2d(3, DOUBLE), false, 2, 3, 2, 2)));
        all.add(new Named("ImageRMSNorm", () -> of(new ImageRMSNorm(3, DOUBLE), true, 2, 3, 2, 2)));
    }

    private static void convolutions(List<Named> all) {
        ConvOptions o = ConvOptions.kernel(2).padding(1).groups(2).dtype(DType.FLOAT64);
        for (WeightTransform transform : WeightTransform.values()) {
            ConvOptions t = o.weights(transform);
            all.add(new Named("Conv1d " + transform, () -> of(new Conv1d(4, 2, t), true, 2, 4, 3)));
            all.add(new Named(
                    "Conv2d " + transform,
                    () -> of(new Conv2d(2, 4, t.stride(1, 2)), true, 2, 2, 3, 3)));
            all.add(new Named(
                    "Conv3d " + transform, () -> of(new Conv3d(2, 2, t), true, 1, 2, 2, 1, 2)));
            all.add(new Named(
                    "ConvTranspose2d " + transform,
                    () -> of(
                            new ConvTranspose2d(4, 2, t.stride(2).outputPadding(0, 1)),
                            true,
                            1,
                            4,
                            2,
                            2)));
        }
    }

    private static void otherNorms(List<Named> all) {
        all.add(new Named("LayerNorm", () -> of(new LayerNorm(DOUBLE, 5), true, 3, 5)));
        all.add(new Named(
                "LayerNorm two axes",
                () -> of(new LayerNorm(DOUBLE.affine(Affine.NONE), 2, 3), true, 3, 2, 3)));
        all.add(new Named("GroupNorm", () -> of(new GroupNorm(2, 4, DOUBLE), true, 2, 4, 2, 3)));
        all.add(new Named(
                "InstanceNorm",
                () -> of(
                        new InstanceNorm(
                                2,
                                InstanceNorm.DEFAULT
                                        .affine(Affine.WEIGHT_AND_BIAS)
                                        .dtype(DType.FLOAT64)),
                        true,
                        2,
                        2,
                        2,
                        3)));
        all.add(new Named(
                "InstanceNorm tracked", () -> of(new InstanceNorm(2, DOUBLE), true, 2, 2, 2, 3)));
        all.add(new Named(
                "InstanceNorm evaluation",
                () -> of(new InstanceNorm(2, DOUBLE), false, 2, 2, 2, 3)));
        all.add(new Named(
                "RMSNorm",
                () -> of(new RMSNorm(RMSNorm.defaults(DType.FLOAT64).eps(1e-6), 5), true, 3, 5)));
    }

    private static void movingAverages(List<Named> all) {
        all.add(new Named(
                "MABN2d evaluation",
                () -> of(new MABN2d(3, MABNWindow.of(2, 4), DOUBLE), false, 2, 3, 2, 2)));
        all.add(new Named(
                "MABNGroups2d evaluation",
                () -> of(new MABNGroups2d(3, MABNWindow.of(2, 4), DOUBLE), false, 3, 3, 2, 2)));
    }

    private static void followed(List<Named> all) {
        for (Activation activation : new Activation[] {
            Activation.SILU, Activation.GELU, Activation.TANH, Activation.SOFTPLUS
        }) {
            all.add(new Named("BatchNorm2d + residual + " + activation, () -> {
                BatchNorm2d norm = new BatchNorm2d(2, DOUBLE);
                return followed(norm, activation, 2, 2, 2, 3);
            }));
        }
        all.add(new Named(
                "LayerNorm + residual + gelu",
                () -> followed(new LayerNorm(DOUBLE, 5), Activation.GELU, 3, 5)));
        RenormSchedule bounded = RenormSchedule.constant(1.02, 0.02);
        all.add(new Named(
                "BatchRenorm2d + residual + silu",
                () -> followed(
                        new BatchRenorm2d(2, DOUBLE, bounded), Activation.SILU, 2, 2, 2, 3)));
        all.add(new Named(
                "GhostBatchNorm + residual + gelu",
                () -> followed(new GhostBatchNorm(2, 2, DOUBLE), Activation.GELU, 4, 2, 3)));
        all.add(new Named(
                "GroupNorm + residual + silu",
                () -> followed(new GroupNorm(2, 4, DOUBLE), Activation.SILU, 2, 4, 3)));
    }

    private static LayerExample followed(Norm norm, Activation activation, int... shape) {
        LayerExample plain = of(norm, true, shape);
        Samples s = Samples.of(31);
        return new LayerExample(
                in -> List.of(norm.forward(in.get(0), in.get(1), activation)),
                new Tensor[] {s.normal(shape), s.normal(shape)},
                plain.parameters(),
                plain.moving(),
                plain.fixed());
    }

    private static LayerExample of(Module module, boolean training, int... shape) {
        return of(module, training, !training, shape);
    }

    private static LayerExample of(Module module, boolean training, boolean fixed, int... shape) {
        Samples s = Samples.of(17);
        fill(module, s);
        module.train(training);
        Tensor[] parameters = module.parameters().toArray(Tensor[]::new);
        List<State> states = module.buffers();
        return new LayerExample(
                in -> List.of(module.forward(in.get(0))),
                new Tensor[] {s.normal(shape)},
                parameters,
                fixed ? List.of() : states,
                fixed ? states : List.of());
    }

    /** Values that are neither zeros nor ones, so that nothing cancels. */
    private static void fill(Module module, Samples s) {
        module.parameters().forEach(p -> p.assign(s.uniform(0.5, 1.5, p.shape().dims())));
        for (State state : module.buffers()) {
            if (state.get().dtype() == DType.FLOAT64) {
                state.set(s.uniform(0.5, 1.5, state.get().shape().dims()));
            }
        }
    }
}
