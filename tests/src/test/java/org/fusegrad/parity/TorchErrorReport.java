package org.fusegrad.parity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.LinearMaps;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A report, not a test: errors of float32 results and gradients against a float64 evaluation of the
 * same inputs, beside those of libtorch, over many random shapes and values. The error of a tensor
 * is its largest. libtorch sums in another order on each kind of processor, so its figures are no
 * bound for ours; {@code AccuracyTest} has that. {@code mvn -pl tests -am test -Dgroups=report
 * -DexcludedGroups= -Dtest=TorchErrorReport -Dsurefire.failIfNoSpecifiedTests=false} prints it.
 */
@Tag("report")
final class TorchErrorReport {
    private static final int CASES = 120;

    private static final TensorOptional NONE = new TensorOptional();

    /** Makes a random instance of a problem. */
    @FunctionalInterface
    interface Maker {
        Problem make(Random random, Samples samples);
    }

    /** The same function here and there. */
    @FunctionalInterface
    interface Peer {
        org.bytedeco.pytorch.Tensor apply(List<org.bytedeco.pytorch.Tensor> in);
    }

    /** Operands, our function of them and libtorch's. */
    record Problem(List<Tensor> operands, TensorFunction ours, Peer peer) {}

    private static final Map<String, Maker> PROBLEMS = new TreeMap<>();

    static {
        PROBLEMS.put("batch norm", (r, s) -> {
            int c = 1 + r.nextInt(5);
            Tensor x = data(r, s, 1 + r.nextInt(3), c, 2 + r.nextInt(60));
            return norm(
                    new BatchNorm1d(c),
                    x,
                    s,
                    in -> torch.batch_norm(
                            in.get(0), at(in, 1), at(in, 2), NONE, NONE, true, 0.1, 1e-5, false));
        });
        PROBLEMS.put("batch norm of few values", (r, s) -> {
            int c = 1 + r.nextInt(9);
            Tensor x = data(r, s, 2 + r.nextInt(7), c);
            return norm(
                    new BatchNorm1d(c),
                    x,
                    s,
                    in -> torch.batch_norm(
                            in.get(0), at(in, 1), at(in, 2), NONE, NONE, true, 0.1, 1e-5, false));
        });
        PROBLEMS.put("layer norm", (r, s) -> {
            int n = 2 + r.nextInt(300);
            return norm(
                    new LayerNorm(n),
                    data(r, s, 1 + r.nextInt(8), n),
                    s,
                    in -> torch.layer_norm(
                            in.get(0), new long[] {n}, at(in, 1), at(in, 2), 1e-5, false));
        });
        PROBLEMS.put("rms norm", (r, s) -> {
            int n = 2 + r.nextInt(300);
            return norm(
                    new RMSNorm(n),
                    data(r, s, 1 + r.nextInt(8), n),
                    s,
                    in -> torch.rms_norm(
                            in.get(0), new long[] {n}, at(in, 1), new DoubleOptional((double)
                                    Math.ulp(1f))));
        });
        PROBLEMS.put("group norm", (r, s) -> {
            int groups = 1 + r.nextInt(4);
            int c = groups * (1 + r.nextInt(4));
            return norm(
                    new GroupNorm(groups, c),
                    data(r, s, 1 + r.nextInt(3), c, 3 + r.nextInt(40)),
                    s,
                    in -> torch.group_norm(in.get(0), groups, at(in, 1), at(in, 2), 1e-5, false));
        });
        PROBLEMS.put("instance norm", (r, s) -> {
            int c = 1 + r.nextInt(4);
            return norm(
                    new InstanceNorm(c, InstanceNorm.DEFAULT.affine(Affine.WEIGHT_AND_BIAS)),
                    data(r, s, 1 + r.nextInt(3), c, 3 + r.nextInt(60)),
                    s,
                    in -> torch.instance_norm(
                            in.get(0), at(in, 1), at(in, 2), NONE, NONE, true, 0.1, 1e-5, false));
        });
        PROBLEMS.put("log softmax", (r, s) -> {
            Fused f = Fused.of("log_softmax", x -> Softmax.logSoftmax(x, 1));
            return new Problem(
                    List.of(data(r, s, 1 + r.nextInt(4), 2 + r.nextInt(40))),
                    in -> List.of(f.call(in.get(0))),
                    in -> torch.log_softmax(in.get(0), 1));
        });
        PROBLEMS.put("softmax", (r, s) -> {
            Fused f = Fused.of("softmax", x -> Softmax.softmax(x, 1));
            return new Problem(
                    List.of(data(r, s, 1 + r.nextInt(4), 2 + r.nextInt(40))),
                    in -> List.of(f.call(in.get(0))),
                    in -> torch.softmax(in.get(0), 1));
        });
        PROBLEMS.put("convolution", (r, s) -> {
            int from = 1 + r.nextInt(16);
            int to = 1 + r.nextInt(16);
            int k = 1 + r.nextInt(3);
            Conv.Geometry g = new Conv.Geometry(
                    new int[] {1, 1}, new int[] {k / 2, k / 2}, new int[] {1, 1}, 1);
            return new Problem(
                    List.of(
                            leaf(s.normal(2, from, 4 + r.nextInt(8), 4 + r.nextInt(8))),
                            leaf(s.normal(to, from, k, k)),
                            leaf(s.normal(to))),
                    in -> List.of(Conv.conv(in.get(0), in.get(1), in.get(2), g)),
                    in -> torch.conv2d(
                            in.get(0),
                            in.get(1),
                            at(in, 2),
                            new long[] {1, 1},
                            new long[] {k / 2, k / 2},
                            new long[] {1, 1},
                            1));
        });
        PROBLEMS.put("linear", (r, s) -> {
            int n = 2 + r.nextInt(100);
            return new Problem(
                    List.of(leaf(s.normal(1 + r.nextInt(20), n)), leaf(s.normal(7, n))),
                    in -> List.of(LinearMaps.linear(in.get(0), in.get(1))),
                    in -> torch.matmul(in.get(0), in.get(1).t()));
        });
    }

    private static TensorOptional at(List<org.bytedeco.pytorch.Tensor> in, int i) {
        return in.size() > i ? new TensorOptional(in.get(i)) : NONE;
    }

    /** Of some mean, mostly small against the deviation. */
    private static Tensor data(Random r, Samples s, int... shape) {
        double mean = r.nextInt(3) == 0 ? 3 * r.nextGaussian() : 0;
        return leaf(s.normal(shape).mul(0.5 + r.nextDouble()).add(mean));
    }

    private static Tensor leaf(Tensor t) {
        return t.cast(DType.FLOAT32).detach().requiresGrad(true);
    }

    private static Problem norm(Norm norm, Tensor x, Samples s, Peer peer) {
        norm.parameters().forEach(p -> p.assign(s.normal(p.shape().dims()).cast(DType.FLOAT32)));
        List<Tensor> operands = new ArrayList<>(List.of(x));
        operands.addAll(norm.parameters());
        return new Problem(operands, in -> List.of(norm.forward(in.get(0), Activation.NONE)), peer);
    }

    @BeforeAll
    static void needsLibtorch() {
        Assumptions.assumeTrue(Torch.isPresent(), "libtorch is not on the class path");
    }

    static List<String> problems() {
        return List.copyOf(PROBLEMS.keySet());
    }

    /** Errors of the result and of each gradient, largest first. */
    private static List<double[]> run(Problem p, Tensor dy) {
        Tensor y = p.ours().apply(p.operands()).get(0);
        y.backward(dy);
        List<double[]> all = new ArrayList<>(List.of(y.toDoubles()));
        p.operands().forEach(t -> all.add(t.grad().toDoubles()));
        return all;
    }

    private static List<double[]> runPeer(Problem p, Tensor dy, ScalarType type) {
        List<org.bytedeco.pytorch.Tensor> in = p.operands().stream()
                .map(t -> Torch.of(t).toType(type).detach().requires_grad_(true))
                .toList();
        org.bytedeco.pytorch.Tensor y = p.peer().apply(in);
        y.backward(
                Torch.of(dy).toType(type),
                new org.bytedeco.pytorch.BoolOptional(),
                false,
                new org.bytedeco.pytorch.TensorArrayRefOptional());
        List<double[]> all = new ArrayList<>(List.of(Torch.values(y.toType(ScalarType.Double))));
        in.forEach(t -> all.add(Torch.values(t.grad().toType(ScalarType.Double))));
        return all;
    }

    private static double error(double[] got, double[] truth) {
        double worst = 0;
        for (int i = 0; i < got.length; i++) {
            worst = Math.max(worst, Math.abs(got[i] - truth[i]));
        }
        return worst;
    }

    private static double scale(double[] truth) {
        return Arrays.stream(truth).map(Math::abs).max().orElse(0);
    }

    /** How many of the tensors are at most one rounding of the largest element beyond libtorch. */
    private static int within(List<double[]> truth, List<double[]> ours, List<double[]> theirs) {
        int within = 0;
        for (int k = 0; k < truth.size(); k++) {
            double[] t = truth.get(k);
            double allowed = error(theirs.get(k), t) + Math.ulp((float) scale(t));
            within += error(ours.get(k), t) <= allowed ? 1 : 0;
        }
        return within;
    }

    @ParameterizedTest
    @MethodSource("problems")
    void besideLibtorch(String name) {
        Random random = new Random(5);
        int tensors = 0;
        int within = 0;
        try (Engine engine = Engine.builder().backend("interpreter").threads(1).build()) {
            for (int i = 0; i < CASES; i++) {
                Samples s = Samples.of(random.nextLong());
                Problem p = PROBLEMS.get(name).make(random, s);
                int[] result = p.ours().apply(p.operands()).get(0).shape().dims();
                Tensor dy = s.normal(result).cast(DType.FLOAT32);
                List<double[]> truth = runPeer(p, dy, ScalarType.Double);
                within += within(
                        truth, engine.call(() -> run(p, dy)), runPeer(p, dy, ScalarType.Float));
                tensors += truth.size();
            }
        }
        System.out.printf(
                "%-26s %4d of %4d tensors within a rounding of libtorch's error%n",
                name, within, tensors);
    }
}
