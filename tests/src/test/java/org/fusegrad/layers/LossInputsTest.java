package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.Losses;
import org.fusegrad.ops.Reduction;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every loss refuses, and that what cannot happen costs nothing. */
final class LossInputsTest {
    private static final double INF = Double.POSITIVE_INFINITY;
    private static final Map<String, Fused.Binary> ELEMENTS = new LinkedHashMap<>();

    static {
        Reduction sum = Reduction.SUM;
        ELEMENTS.put("mse", (x, t) -> Losses.mse(x, t, sum));
        ELEMENTS.put("l1", (x, t) -> Losses.l1(x, t, sum));
        ELEMENTS.put("smoothL1", (x, t) -> Losses.smoothL1(x, t, 0, sum));
        ELEMENTS.put("smoothL1 ", (x, t) -> Losses.smoothL1(x, t, 1, sum));
        ELEMENTS.put("huber", (x, t) -> Losses.huber(x, t, 1, sum));
        ELEMENTS.put("bceWithLogits", (x, t) -> Losses.bceWithLogits(x, t, sum));
        ELEMENTS.put(
                "bceWithLogits ",
                (x, t) -> Losses.bceWithLogits(x, t, Tensor.scalar(2, x.dtype()), sum));
        ELEMENTS.put("klDiv", (x, t) -> Losses.klDiv(x, t, false, sum));
        ELEMENTS.put("klDiv ", (x, t) -> Losses.klDiv(x, t, true, sum));
    }

    static List<Way> ways() {
        return Way.all();
    }

    private static void refused(Runnable call, String... words) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    /** Also inside a formula, where shapes and types are known though values are not. */
    private static void refusedBothWays(
            Fused.Binary loss, Tensor x, Tensor target, String... words) {
        refused(() -> loss.apply(x, target), words);
        refused(() -> Fused.of("loss", loss).call(x, target), words);
    }

    @Test
    void noLossBroadcasts() {
        int[][][] pairs = {
            {{4, 1}, {4}},
            {{4}, {4, 1}},
            {{4}, {1}},
            {{4}, {}},
            {{}, {4}},
            {{2, 3}, {3}},
            {{0, 1}, {0}},
            {{1, 4}, {4, 1}},
            {{3}, {4}}
        };
        ELEMENTS.forEach((name, loss) -> {
            for (int[][] pair : pairs) {
                Tensor x = Tensor.ones(pair[0]);
                Tensor target = Tensor.ones(pair[1]);
                refusedBothWays(
                        loss,
                        x,
                        target,
                        name.strip() + ":",
                        x.shape().toString(),
                        target.shape().toString());
            }
        });
    }

    @Test
    void typesThatDoNotFitAreNamed() {
        Tensor x = Tensor.ones(3);
        ELEMENTS.forEach((name, loss) -> {
            String what = name.strip() + ":";
            refusedBothWays(loss, x.cast(DType.INT64), x, what, "int64", "cast");
            refusedBothWays(loss, x.gt(0), x, what, "bool", "cast");
            refusedBothWays(loss, x, x.cast(DType.FLOAT64), what, "float32", "float64", "cast");
        });
        Tensor two = Tensor.ones(2);
        Reduction mean = Reduction.MEAN;
        refused(() -> Losses.bceWithLogits(x, x, two, mean), "posWeight", "(2)", "(3)");
        refused(() -> Losses.bceWithLogits(x, x, Tensor.ones(2, 3), mean), "posWeight");
        refused(
                () -> Losses.bceWithLogits(x, x, x.cast(DType.FLOAT64), mean),
                "posWeight",
                "float64");
    }

    /** Labels as a data set yields them are numbers. */
    @Test
    void integersAndTruthValuesAreTargets() {
        Tensor x = Tensor.of(new float[] {-1, 0.5f, 2}, 3);
        Tensor labels = Tensor.of(new long[] {0, 1, 1}, 3);
        Fused.Binary kl = ELEMENTS.get("klDiv");
        ELEMENTS.forEach((name, loss) -> {
            double expected = loss.apply(x, labels.cast(DType.FLOAT32)).item();
            assertEquals(expected, loss.apply(x, labels).item(), name);
            assertEquals(expected, Fused.of("loss", loss).call(x, labels).item(), name);
            assertEquals(expected, loss.apply(x, labels.eq(1)).item(), name);
        });
        assertEquals(-2.5, kl.apply(x, labels).item());
    }

    @Test
    void settingsOutOfRangeAreNamed() {
        Tensor x = Tensor.ones(3);
        for (double bad : new double[] {-1, Double.NaN, INF}) {
            refused(() -> Losses.smoothL1(x, x, bad, Reduction.SUM), "beta");
            refused(() -> Losses.huber(x, x, bad, Reduction.SUM), "delta");
        }
        refused(() -> Losses.huber(x, x, 0, Reduction.SUM), "delta");
        Tensor scalar = Tensor.scalar(1);
        refused(() -> Losses.mse(scalar, scalar, Reduction.BATCH_MEAN), "batch axis", "MEAN");
        for (double bad : new double[] {-0.1, 1.1, Double.NaN}) {
            refused(() -> CrossEntropy.DEFAULT.labelSmoothing(bad), "smoothing");
        }
    }

    @Test
    void classesThatDoNotFitAreNamed() {
        Tensor logits = Tensor.zeros(2, 3);
        Tensor target = Tensor.of(new long[] {0, 2}, 2);
        CrossEntropy loss = CrossEntropy.DEFAULT;
        for (int[] shape : new int[][] {{2}, {4}, {1}, {1, 3}, {}, {3, 1}}) {
            Tensor weight = Tensor.ones(shape);
            String[] words = {"class weights", weight.shape().toString(), "3 classes", "(3)"};
            refused(() -> loss.loss(logits, target, weight), words);
            refused(() -> loss.nll(logits, target, weight), words);
            refused(() -> new CrossEntropyLoss(loss, weight).call(logits, target), words);
            refusedBothWays((x, t) -> loss.nll(x, t, weight), logits, target, words);
        }
        Tensor wide = Tensor.ones(3).cast(DType.FLOAT64);
        refused(() -> loss.loss(logits, target, wide), "class weights", "float64", "cast");
        refused(() -> loss.loss(logits.cast(DType.INT64), target), "cross_entropy", "int64");
        refused(() -> loss.nll(logits, target.cast(DType.FLOAT32)), "nll", "int64 class indices");
        refused(() -> loss.loss(logits, target.unsqueeze(1)), "cross_entropy", "without axis 1");
        refused(() -> loss.loss(Tensor.zeros(3), Tensor.scalar(0, DType.INT64)), "logits (3)");
        for (long label : new long[] {-1, 3, 1L << 33}) {
            Tensor bad = Tensor.of(new long[] {0, label}, 2);
            refused(() -> loss.loss(logits, bad), "cross_entropy: target " + label);
            refused(() -> loss.nll(logits, bad), "nll: target " + label);
        }
    }

    /** A case of 0 · ∞: losses of elements and their slopes by x. */
    private record Impossible(
            String name, Fused.Binary loss, double[] x, double[] target, double[] y, double[] dx) {}

    private static List<Impossible> impossible() {
        Reduction none = Reduction.NONE;
        Tensor unseen = Tensor.of(new double[] {0, 1}, 2);
        return List.of(
                new Impossible(
                        "klDiv",
                        (x, t) -> Losses.klDiv(x, t, false, none),
                        new double[] {-INF, -INF, -1, 0},
                        new double[] {0, 1, 0, 1},
                        new double[] {0, INF, 0, 0},
                        new double[] {0, -1, 0, -1}),
                new Impossible(
                        "klDiv of logarithms",
                        (x, t) -> Losses.klDiv(x, t, true, none),
                        new double[] {-INF, -1, -INF, -INF, 0},
                        new double[] {-INF, -INF, -1e4, 0, 0},
                        new double[] {0, 0, 0, INF, 0},
                        new double[] {0, 0, 0, -1, -1}),
                new Impossible(
                        "bceWithLogits",
                        (x, t) -> Losses.bceWithLogits(x, t, none),
                        new double[] {-INF, INF, INF, -INF, INF},
                        new double[] {0, 1, 0, 1, 0.25},
                        new double[] {0, 0, INF, INF, INF},
                        new double[] {0, 0, 1, -1, 0.75}),
                new Impossible(
                        "bceWithLogits with weights of 0",
                        (x, t) -> Losses.bceWithLogits(x, t, unseen, none),
                        new double[] {-INF, -INF},
                        new double[] {1, 1},
                        new double[] {0, INF},
                        new double[] {0, -1}));
    }

    private static Tensor leaf(double... values) {
        return Tensor.of(values, values.length).requiresGrad(true);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void whatCannotHappenCostsNothing(Way way) {
        way.call(() -> {
            for (Impossible c : impossible()) {
                for (Fused.Binary f : List.of(c.loss(), Fused.of("loss", c.loss())::call)) {
                    Tensor x = leaf(c.x());
                    Tensor y = f.apply(x, Tensor.of(c.target(), c.target().length));
                    assertArrayEquals(c.y(), y.toDoubles(), c.name());
                    Tensor ones = Tensor.full(y.shape(), 1, DType.FLOAT64);
                    Tensor dx = Tensor.grad(List.of(y), List.of(x), List.of(ones), true)
                            .get(0);
                    assertArrayEquals(c.dx(), plus0(dx.toDoubles()), c.name());
                    if (dx.requiresGrad()) {
                        Tensor again = Tensor.grad(List.of(dx), List.of(x), List.of(ones), false)
                                .get(0);
                        double[] zeros = new double[c.x().length];
                        assertArrayEquals(zeros, plus0(again.toDoubles()), c.name());
                    }
                }
            }
            return null;
        });
    }

    /** Zeros without their signs. */
    private static double[] plus0(double[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] += 0.0;
        }
        return values;
    }

    /** A class ruled out by its logit, and of weight 0, has no share in loss or gradient. */
    @ParameterizedTest
    @MethodSource("ways")
    void classesRuledOutCostNothing(Way way) {
        way.call(() -> {
            Tensor weight = Tensor.of(new double[] {1, 1, 0}, 3);
            Tensor target = Tensor.of(new long[] {0, 2, -100}, 3);
            double[] values = {0, 0, -INF, 0, 0, -INF, -INF, 0, 0};
            for (double smooth : new double[] {0, 0.3, 1}) {
                CrossEntropy options =
                        CrossEntropy.DEFAULT.reduction(Reduction.SUM).labelSmoothing(smooth);
                Tensor x = Tensor.of(values, 3, 3).requiresGrad(true);
                Tensor loss = new CrossEntropyLoss(options, weight).call(x, target);
                loss.backward();
                double spread = smooth / 3 * 2 * Math.log(2);
                assertEquals(
                        (1 - smooth) * Math.log(2) + 2 * spread, loss.item(), 1e-15, "" + smooth);
                double hit = (1 - smooth) * 0.5;
                double[] dx = {-hit, hit, 0, 0, 0, 0, 0, 0, 0};
                assertArrayEquals(dx, x.grad().toDoubles(), 1e-15, "" + smooth);
            }
            Tensor logp = Tensor.of(values, 3, 3).requiresGrad(true);
            Tensor nll = CrossEntropy.DEFAULT.nll(logp, target, weight);
            nll.backward();
            assertEquals(0, nll.item());
            assertArrayEquals(
                    new double[] {-1, 0, 0, 0, 0, 0, 0, 0, 0}, plus0(logp.grad().toDoubles()));
            return null;
        });
    }

    /** As PyTorch: the mean over no target is NaN, its gradient zero. */
    @ParameterizedTest
    @MethodSource("ways")
    void everyTargetIgnored(Way way) {
        way.call(() -> {
            Tensor x = Tensor.ones(2, 3).requiresGrad(true);
            Tensor target = Tensor.of(new long[] {-100, -100}, 2);
            Tensor loss = new CrossEntropyLoss().call(x, target);
            loss.backward();
            assertTrue(Double.isNaN(loss.item()));
            assertArrayEquals(new double[6], plus0(x.grad().toDoubles()));
            return null;
        });
    }
}
