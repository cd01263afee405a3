package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Node;

/** The function whose differences are taken, as numbers: its results, flattened and joined. */
interface Forward {
    /** The results with some leaves moved; absent leaves stay. */
    double[] at(Map<Tensor, double[]> moved);

    /** The largest rounding error that each of the results may carry. */
    double[] errors();

    /** By the float64 shadow of the function. */
    static Forward of(Shadow shadow) {
        return new Forward() {
            @Override
            public double[] at(Map<Tensor, double[]> moved) {
                Evaluation e = shadow.at(moved);
                return joined(shadow.outputs().stream().map(e::doubles).toList());
            }

            @Override
            public double[] errors() {
                return bounds(shadow, Math.ulp(1.0) / 2);
            }
        };
    }

    /** By calling a function that cannot be traced, with its leaves assigned for the while. */
    static Forward of(Supplier<List<Tensor>> call) {
        return new Forward() {
            @Override
            public double[] at(Map<Tensor, double[]> moved) {
                Map<Tensor, Tensor> before = new java.util.IdentityHashMap<>();
                moved.keySet().forEach(t -> before.put(t, Tensor.ofValue(t.value())));
                try {
                    moved.forEach((t, v) -> t.assign(Tensor.of(v, t.shape().dims())));
                    return joined(call.get().stream().map(Tensor::toDoubles).toList());
                } finally {
                    before.forEach(Tensor::assign);
                }
            }

            /** Of 16 roundings, since what the function does is not known. */
            @Override
            public double[] errors() {
                return Arrays.stream(at(Map.of()))
                        .map(y -> 8 * Math.ulp(1.0) * Math.abs(y))
                        .toArray();
            }
        };
    }

    /** Running error bounds of the results of a shadow, flattened and joined. */
    static double[] bounds(Shadow shadow, double unit) {
        Evaluation e = shadow.at(Map.of());
        RunningBound bound = shadow.roundings(unit);
        List<double[]> all = new ArrayList<>();
        for (Node out : shadow.outputs()) {
            Node error = bound.of(out);
            all.add(error == null ? new double[out.shape().numel()] : e.doubles(error));
        }
        return joined(all);
    }

    static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    /** Cotangents joined like results, zero for results that have none. */
    static double[] joined(List<Tensor> results, List<Tensor> cotangents) {
        List<double[]> all = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Tensor v = cotangents.get(i);
            all.add(v == null ? new double[results.get(i).shape().numel()] : v.toDoubles());
        }
        return joined(all);
    }
}
