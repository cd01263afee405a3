package org.fusegrad.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.type.DType;

/** The layers with memory, in every way to run them. */
record Stateful(String name, Supplier<Norm> make, Way way) {
    static final int[] SHAPE = {4, 3, 3, 2};

    static Map<String, Supplier<Norm>> layers() {
        // A short warm-up and a bound that is met, so that rings and correction count in the tests.
        MABNWindow window = new MABNWindow(4, 12, 0.9, 3, 1.05, 4);
        Map<String, Supplier<Norm>> all = new LinkedHashMap<>();
        all.put("batch_norm", () -> new BatchNorm2d(3));
        all.put(
                "batch_norm cumulative",
                () -> new BatchNorm2d(3, NormOptions.DEFAULT.cumulativeAverage()));
        all.put("instance_norm", () -> new InstanceNorm(3, NormOptions.DEFAULT));
        // The correction begins after the first step and is bounded ever less.
        RenormSchedule growing = new RenormSchedule(1, 1.5, 8, 0.5, 6);
        all.put(
                "batch_renorm",
                () -> new BatchRenorm2d(3, BatchRenorm2d.DEFAULT.momentum(0.1), growing));
        all.put("ghost_batch_norm", () -> new GhostBatchNorm(2, 3));
        all.put("mabn", () -> new MABN2d(3, window));
        all.put("iebn", () -> new IEBN2d(3));
        return all;
    }

    /** Every layer, every way. */
    static List<Stateful> all() {
        List<Stateful> all = new ArrayList<>();
        for (Way way : Way.all()) {
            layers().forEach((name, make) -> all.add(new Stateful(name, make, way)));
        }
        return all;
    }

    /** A layer that has seen some steps. */
    Norm trained() {
        Norm norm = make.get();
        for (int step = 0; step < 5; step++) {
            forward(norm, step).backward(upstream());
        }
        norm.zeroGrad();
        return norm;
    }

    /** The forward of a step whose input wants a gradient. */
    static Tensor forward(Module norm, int step) {
        return norm.forward(input(step));
    }

    static Tensor input(int step) {
        return Samples.of(100 + step).normal(SHAPE).cast(DType.FLOAT32).requiresGrad(true);
    }

    static Tensor upstream() {
        return Samples.of(7).normal(SHAPE).cast(DType.FLOAT32);
    }

    /** All parameters and states as numbers. */
    static Map<String, List<Double>> values(Module module) {
        Map<String, List<Double>> all = new LinkedHashMap<>();
        module.stateDict().forEach((path, t) -> all.put(path, numbers(t)));
        return all;
    }

    static List<Double> numbers(Tensor t) {
        List<Double> numbers = new ArrayList<>();
        for (double v : t.toDoubles()) {
            numbers.add(v);
        }
        return numbers;
    }

    @Override
    public String toString() {
        return name + ", " + way;
    }
}
