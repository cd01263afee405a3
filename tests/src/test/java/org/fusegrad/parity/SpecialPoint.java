package org.fusegrad.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.type.DType;

/**
 * A function at a point: value, gradients and the Hessian by differentiating each element of each
 * gradient. The result is weighted with 1, 2, 3, …
 *
 * @param inputs elements of the operands, each of rank 1
 */
record SpecialPoint(SpecialFunction function, double[]... inputs) {
    /** Value, gradients and Hessian, one number after the other. */
    record Derivatives(double[] value, double[] gradient, double[] hessian) {
        @Override
        public String toString() {
            return text(value) + " | " + text(gradient) + " | " + text(hessian);
        }

        static Derivatives parse(String line) {
            String[] parts = line.split("\\|", -1);
            return new Derivatives(numbers(parts[0]), numbers(parts[1]), numbers(parts[2]));
        }

        private static double[] numbers(String list) {
            return Arrays.stream(list.trim().split(" "))
                    .filter(s -> !s.isEmpty())
                    .mapToDouble(Double::parseDouble)
                    .toArray();
        }

        boolean hasHessian() {
            return hessian.length > 0;
        }

        /** With the Hessian of another. */
        Derivatives with(Derivatives other) {
            return new Derivatives(value, gradient, other.hessian);
        }

        /** Whether all are the same but for rounding; zeros have no sign. */
        boolean agrees(Derivatives other, double tolerance) {
            return agreesInValue(other, tolerance)
                    && close(gradient, other.gradient, tolerance)
                    && close(hessian, other.hessian, tolerance);
        }

        boolean agreesInValue(Derivatives other, double tolerance) {
            return close(value, other.value, tolerance);
        }

        private static boolean close(double[] a, double[] b, double tolerance) {
            boolean close = a.length == b.length;
            for (int i = 0; close && i < a.length; i++) {
                double size = Math.max(1, Math.max(Math.abs(a[i]), Math.abs(b[i])));
                close = Double.isFinite(a[i])
                        ? Math.abs(a[i] - b[i]) <= tolerance * size
                        : Double.compare(a[i], b[i]) == 0;
            }
            return close;
        }
    }

    private static String text(double[] values) {
        return Arrays.stream(values)
                .mapToObj(v -> v == (long) v && Math.abs(v) < 1e6
                        ? Long.toString((long) v)
                        : Double.toString(v))
                .collect(Collectors.joining(" "));
    }

    @Override
    public String toString() {
        return function.name()
                + Arrays.stream(inputs)
                        .map(SpecialPoint::text)
                        .collect(Collectors.joining("; ", " at ", ""));
    }

    /** What {@code f}, this function run in some way, yields here. */
    Derivatives of(TensorFunction f, DType dtype) {
        List<Tensor> in = new ArrayList<>();
        for (double[] x : inputs) {
            in.add(Tensor.of(x, x.length).cast(dtype).requiresGrad(true));
        }
        Tensor y = f.apply(in).get(0);
        Tensor weights = Tensor.of(weights(y.shape().numel()), y.shape().dims());
        List<Tensor> grads = Tensor.grad(List.of(y), in, List.of(weights.cast(y.dtype())), true);
        List<double[]> gradient = new ArrayList<>();
        List<double[]> hessian = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            Tensor g = grads.get(i);
            gradient.add(elements(g, inputs[i].length));
            for (int k = 0; k < inputs[i].length; k++) {
                List<Tensor> row = g == null || !g.requiresGrad()
                        ? Arrays.asList(new Tensor[in.size()])
                        : Tensor.grad(
                                List.of(g),
                                in,
                                List.of(Tensor.of(unit(k, inputs[i].length), inputs[i].length)
                                        .cast(dtype)),
                                true);
                for (int j = 0; j < in.size(); j++) {
                    hessian.add(elements(row.get(j), inputs[j].length));
                }
            }
        }
        return new Derivatives(y.toDoubles(), joined(gradient), joined(hessian));
    }

    private static double[] elements(Tensor t, int count) {
        return t == null ? new double[count] : t.toDoubles();
    }

    /** What libtorch yields here. */
    Derivatives ofPeer() {
        try {
            return ofPeer(true);
        } catch (RuntimeException e) {
            if (!e.getMessage().contains("is not implemented")) {
                throw e;
            }
            return ofPeer(false);
        }
    }

    private Derivatives ofPeer(boolean second) {
        List<org.bytedeco.pytorch.Tensor> in = new ArrayList<>();
        for (double[] x : inputs) {
            in.add(Torch.leaf(Tensor.of(x, x.length)));
        }
        org.bytedeco.pytorch.Tensor y = function.peer().apply(in);
        Tensor weights = Tensor.of(weights((int) y.numel()), (int) y.numel());
        List<org.bytedeco.pytorch.Tensor> grads =
                peerGrad(y.reshape(-1).mul(Torch.of(weights)).sum(), in);
        List<double[]> gradient = new ArrayList<>();
        List<double[]> hessian = new ArrayList<>();
        for (int i = 0; i < in.size(); i++) {
            org.bytedeco.pytorch.Tensor g = grads.get(i);
            gradient.add(elements(g, inputs[i].length));
            for (int k = 0; k < inputs[i].length && second; k++) {
                boolean flat = !g.defined() || !g.requires_grad();
                List<org.bytedeco.pytorch.Tensor> row = flat ? null : peerGrad(g.select(0, k), in);
                for (int j = 0; j < in.size(); j++) {
                    int n = inputs[j].length;
                    hessian.add(flat ? new double[n] : elements(row.get(j), n));
                }
            }
        }
        return new Derivatives(Torch.values(y), joined(gradient), joined(hessian));
    }

    private static List<org.bytedeco.pytorch.Tensor> peerGrad(
            org.bytedeco.pytorch.Tensor y, List<org.bytedeco.pytorch.Tensor> in) {
        TensorVector to = new TensorVector(in.toArray(org.bytedeco.pytorch.Tensor[]::new));
        TensorVector all = torch.grad(
                new TensorVector(y), to, new TensorVector(), new BoolOptional(true), true, true);
        return List.of(all.get());
    }

    private static double[] elements(org.bytedeco.pytorch.Tensor t, int count) {
        // Some gradients of 0 have no memory; a sum has.
        return t.defined() ? Torch.values(t.add(new Scalar(0))) : new double[count];
    }

    private static double[] joined(List<double[]> parts) {
        return parts.stream().flatMapToDouble(Arrays::stream).toArray();
    }

    private static double[] weights(int n) {
        double[] w = new double[n];
        Arrays.setAll(w, i -> i + 1);
        return w;
    }

    private static double[] unit(int k, int n) {
        double[] unit = new double[n];
        unit[k] = 1;
        return unit;
    }

    /** Whether operands and results have the range of float32. */
    boolean isFloat32(Derivatives results) {
        return Stream.concat(
                        Arrays.stream(inputs),
                        Stream.of(results.value(), results.gradient(), results.hessian()))
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .allMatch(v -> !(v > 1e30 && v < Double.POSITIVE_INFINITY) && !(v > 0 && v < 1e-9));
    }
}
