package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.fusegrad.Tensor;
import org.fusegrad.run.Value;
import org.fusegrad.type.Shape;

/** The same gradients asked for in other ways: row by row, output by output, of other layouts. */
final class Variations {
    private final LevelCheck check;
    private final String backend;
    private final Function<List<Tensor>, List<Tensor>> function;
    private final List<Tensor> arguments;

    Variations(
            LevelCheck check,
            String backend,
            Function<List<Tensor>, List<Tensor>> function,
            List<Tensor> arguments) {
        this.check = check;
        this.backend = backend;
        this.function = function;
        this.arguments = arguments;
    }

    /** Every row of the Jacobian: the gradient of each element of each result. */
    void jacobian(List<Tensor> outputs, List<Tensor> cotangents) {
        int total = outputs.stream().mapToInt(y -> y.shape().numel()).sum();
        int from = 0;
        for (int i = 0; i < outputs.size(); i++) {
            Shape shape = outputs.get(i).shape();
            for (int k = 0; k < shape.numel() && cotangents.get(i) != null; k++) {
                double[] one = new double[shape.numel()];
                one[k] = 1;
                double[] joined = new double[total];
                joined[from + k] = 1;
                Tensor[] upstream = new Tensor[outputs.size()];
                upstream[i] = Tensor.of(one, shape.dims()).cast(outputs.get(i).dtype());
                List<Tensor> row =
                        check.gradients(function.apply(arguments), Arrays.asList(upstream));
                String of = " of result " + i + Arrays.toString(Kinks.position(shape, k));
                for (int leaf = 0; leaf < row.size(); leaf++) {
                    check.againstDifferences(backend, leaf, row.get(leaf).toDoubles(), joined, of);
                }
            }
            from += shape.numel();
        }
    }

    /** An upstream gradient that is not there counts as zero. */
    void undefined(List<Tensor> outputs, List<Tensor> cotangents) {
        long live = cotangents.stream().filter(java.util.Objects::nonNull).count();
        for (int i = 0; i < outputs.size() && live > 1; i++) {
            if (cotangents.get(i) == null) {
                continue;
            }
            List<Tensor> alone = new ArrayList<>();
            List<Tensor> zeros = new ArrayList<>();
            for (int k = 0; k < outputs.size(); k++) {
                Tensor y = outputs.get(k);
                boolean absent = k != i || cotangents.get(k) == null;
                alone.add(absent ? null : cotangents.get(k));
                zeros.add(
                        cotangents.get(k) == null
                                ? null
                                : absent
                                        ? Tensor.full(y.shape(), 0, y.dtype())
                                        : cotangents.get(k));
            }
            List<Tensor> left = check.gradients(function.apply(arguments), alone);
            List<Tensor> right = check.gradients(function.apply(arguments), zeros);
            for (int leaf = 0; leaf < left.size(); leaf++) {
                same(leaf, left.get(leaf), right.get(leaf), "with result " + i + " alone");
            }
        }
    }

    /** Inputs in another memory order, with gaps, and broadcast. */
    void layouts(List<Tensor> base) {
        int leaf = 0;
        for (int i = 0; i < arguments.size(); i++) {
            Tensor x = arguments.get(i);
            if (!x.dtype().isFloating()) {
                continue;
            }
            int at = leaf++;
            views(x).forEach((name, view) ->
                    same(at, gradient(x, view), base.get(at), "of an input " + name));
            if (x.rank() > 0 && x.shape().numel() > 0) {
                Value first = x.slice(0, 0, 1).expand(x.shape()).value();
                Tensor broadcast = gradient(x, first);
                same(at, broadcast, gradient(x, first.contiguous()), "of a broadcast input");
            }
        }
    }

    private static Map<String, Value> views(Tensor x) {
        Map<String, Value> views = new LinkedHashMap<>();
        int rank = x.rank();
        if (rank > 1) {
            int[] back = new int[rank];
            Arrays.setAll(back, i -> rank - 1 - i);
            views.put(
                    "in reversed memory order",
                    copy(x.permute(back)).permute(back).value());
        }
        if (rank > 0) {
            Tensor pairs = copy(Tensor.stack(rank, List.of(x, x)));
            views.put("with gaps", pairs.select(rank, 0).value());
        }
        return views;
    }

    private static Tensor copy(Tensor t) {
        return Tensor.ofValue(t.value().contiguous());
    }

    /** The gradient by one argument with another value for it. */
    private Tensor gradient(Tensor argument, Value value) {
        Tensor before = Tensor.ofValue(argument.value());
        argument.assign(Tensor.ofValue(value));
        try {
            List<Tensor> out = function.apply(arguments);
            int leaf = check.level().leaves().indexOf(argument);
            return check.gradients(out, check.cotangents()).get(leaf);
        } finally {
            argument.assign(before);
        }
    }

    private void same(int leaf, Tensor a, Tensor b, String what) {
        double[] x = a.toDoubles();
        double[] y = b.toDoubles();
        for (int k = 0; k < x.length; k++) {
            double allowed = check.bound(leaf, k) + 1e-10 * (1 + Math.abs(y[k]));
            if (!(Math.abs(x[k] - y[k]) <= allowed)) {
                check.findings()
                        .problem("gradient of "
                                + check.level().wanted().get(leaf).label() + " " + what
                                + LevelCheck.on(backend) + " is " + x[k] + " at "
                                + Arrays.toString(Kinks.position(a.shape(), k)) + ", not " + y[k]);
                return;
            }
        }
    }
}
