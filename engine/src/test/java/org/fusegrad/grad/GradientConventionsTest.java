package org.fusegrad.grad;

import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fusegrad.dist.Collective;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.interp.Run;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.junit.jupiter.api.Test;

/** Gradients at kinks and corners, where none flows, of which type, and through markers. */
final class GradientConventionsTest {
    private final Node x = leaf(0, "x", DType.FLOAT64, 4);
    private final Node y = leaf(1, "y", DType.FLOAT64, 4);
    private final Node g = leaf(2, "g", DType.FLOAT64, 4);

    private static Node gradient(Node of, Node upstream, Node wrt) {
        return Differentiate.gradients(List.of(of), Arrays.asList(upstream), List.of(wrt))
                .get(0);
    }

    /** The gradient of the operation's sum with respect to x or y, at the values given. */
    private double[] at(Node of, Node wrt, double[] xs, double... ys) {
        Node ones = of.like(1).expand(of.shape());
        Value[] in = {
            Value.wrap(DType.FLOAT64, xs, x.shape()), Value.wrap(DType.FLOAT64, ys, y.shape())
        };
        return Run.graph(List.of(x, y), List.of(gradient(of, ones, wrt)), 1, in)[0].toDoubles();
    }

    private static double[] v(double... values) {
        return values;
    }

    @Test
    void kinks() {
        Node all = x.reduce(Op.MAX, Ints.of(0));
        assertArrayEquals(v(-1, 0, 0, 1), at(x.unary(Op.ABS), x, v(-2, 0, 0, 3), v()));
        double[] ties = v(1, 2, 3, 3);
        Node larger = Node.of(Op.MAXIMUM, Attrs.NONE, x, y);
        assertArrayEquals(v(0, 0.5, 1, 0.5), at(larger, x, ties, 2, 2, 2, 3));
        assertArrayEquals(v(1, 0.5, 0, 0.5), at(larger, y, ties, 2, 2, 2, 3));
        Node smaller = Node.of(Op.MINIMUM, Attrs.NONE, x, y);
        assertArrayEquals(v(1, 0.5, 0, 0.5), at(smaller, x, ties, 2, 2, 2, 3));
        assertArrayEquals(v(0, 0.5, 1, 0.5), at(smaller, y, ties, 2, 2, 2, 3));
        assertArrayEquals(v(0, 0, 0.5, 0.5), at(all, x, ties, v()));
        assertArrayEquals(v(1, 0, 0, 0), at(x.reduce(Op.MIN, Ints.of(0)), x, ties, v()));
    }

    @Test
    void powersAtZero() {
        Node power = x.pow(y);
        assertArrayEquals(v(0, 1, 0, 0), at(power, x, v(0, 0, 0, 5), 0, 1, 2, 0));
        assertArrayEquals(v(0, 0, 0, Math.log(5)), at(power, y, v(0, 0, 0, 5), 0, 1, 2, 0));
        double[] below = at(power, y, v(0, 2, 2, 2), -1, 0, 0, 0);
        assertEquals(Double.NEGATIVE_INFINITY, below[0], "0 to a negative power");
    }

    @Test
    void productsWithZeros() {
        Node product = x.reduce(Op.PROD, Ints.of(0));
        assertArrayEquals(v(60, 40, 30, 24), at(product, x, v(2, 3, 4, 5), v()), 1e-12);
        assertArrayEquals(v(0, 40, 0, 0), at(product, x, v(2, 0, 4, 5), v()));
        assertArrayEquals(v(0, 0, 0, 0), at(product, x, v(2, 0, 4, 0), v()));
    }

    @Test
    void emptySlices() {
        Attrs none = new Attrs.Range(Ints.of(3), Ints.of(3), Ints.of(2));
        assertArrayEquals(v(0, 0, 0, 0), at(Node.of(Op.SLICE, none, x), x, v(1, 2, 3, 4), v()));
    }

    @Test
    void noGradientFlows() {
        assertNull(gradient(x.lt(y).where(y, y), g, x), "to a condition");
        assertNull(gradient(x.unary(Op.FLOOR), g, x), "of a step function");
        assertNull(gradient(Node.of(Op.DETACH, Attrs.NONE, x), g, x), "through a detached value");
        assertNull(gradient(y.neg(), g, x), "to a leaf that is not read");
        assertNull(gradient(x.neg(), null, x), "without an upstream gradient");
        Node k = leaf(3, "k", DType.INT64, 4);
        Node cast = k.cast(DType.FLOAT64);
        assertNull(gradient(cast.mul(x), g, k), "to integers");
        assertEquals("(g * float64(k))", text(gradient(cast.mul(x), g, x)));
        assertNull(gradient(x.cast(DType.INT64).cast(DType.FLOAT64), g, x), "through integers");
    }

    @Test
    void outputsAddUpAndALeafIsItsOwnOutput() {
        List<Node> both = Differentiate.gradients(
                List.of(x.mul(y), x), List.of(g, g), List.of(x, y, leaf(3, "z", DType.FLOAT64)));
        assertEquals("(g + (g * y))", text(both.get(0)));
        assertEquals("(g * x)", text(both.get(1)));
        assertNull(both.get(2));
        assertSame(g, gradient(x, g, x));
    }

    @Test
    void anUpstreamGradientOfFewerLoopsIsExpanded() {
        Node one = leaf(2, "one", DType.FLOAT64, 1);
        assertEquals("(expand[4](one) * y)", text(gradient(x.mul(y), one, x)));
    }

    @Test
    void onlyWhatALeafReachesIsDifferentiated() {
        Node never = Node.of(
                Op.CUSTOM,
                new Attrs.Custom(dy -> {
                    throw new AssertionError("differentiated for nothing");
                }),
                y,
                y);
        assertEquals("(g * custom(y, y))", text(gradient(x.mul(never), g, x)));
    }

    @Test
    void typesAreThoseOfTheOperands() {
        Node half = leaf(0, "h", DType.BFLOAT16, 4);
        Node single = leaf(1, "f", DType.FLOAT32, 4);
        Node up = leaf(2, "g", DType.FLOAT32, 4);
        assertEquals("bfloat16((g * f))", text(gradient(half.mul(single), up, half)));
        assertEquals("(g * h)", text(gradient(half.mul(single), up, single)));
        Node cast = single.cast(DType.FLOAT64);
        Node upWide = leaf(2, "g", DType.FLOAT64, 4);
        assertEquals("float32(g)", text(gradient(cast, upWide, single)));
        Node wide = Node.of(Op.SUM, new Attrs.Axes(Ints.of(0), true), half);
        Node upSum = leaf(2, "g", DType.FLOAT64, 1);
        assertEquals("bfloat16(float32(expand[4](g)))", text(gradient(wide, upSum, half)));
    }

    @Test
    void contributionsInHalfPrecisionAreAddedBeforeTheyAreRounded() {
        Node half = leaf(0, "h", DType.FLOAT16, 4);
        Node single = leaf(1, "f", DType.FLOAT32, 4);
        Node up = leaf(2, "g", DType.FLOAT32, 4);
        Node twice = half.mul(single).add(half.unary(Op.EXP));
        assertEquals("float16(((g * exp(h)) + (g * f)))", text(gradient(twice, up, half)));
        Node roundTrip = leaf(1, "d", DType.FLOAT64, 4).cast(DType.FLOAT16);
        Node upHalf = leaf(2, "u", DType.FLOAT16, 4);
        assertEquals("float64(u)", text(gradient(roundTrip, upHalf, roundTrip.input(0))));
    }

    @Test
    void aDeclaredBackwardIsAsked() {
        Node declared = Node.of(
                Op.CUSTOM, new Attrs.Custom(dy -> Arrays.asList(dy.mul(7), null)), x.mul(y), x, y);
        assertEquals("(g * 7)", text(gradient(declared, g, x)));
        assertNull(gradient(declared, g, y));
        Node late = Node.of(Op.CUSTOM, new Attrs.Custom(dy -> List.of(dy)), x.neg(), y);
        assertNull(gradient(late, g, x), "the value itself is not differentiated");
        assertSame(g, gradient(late, g, y));
    }

    @Test
    void markersVanishWithTheirBackward() {
        Node declared = Node.of(Op.CUSTOM, new Attrs.Custom(dy -> List.of(dy)), x.neg(), y);
        Graph graph = Graph.of(
                List.of(x, y),
                List.of(declared.mul(Node.of(Op.DETACH, Attrs.NONE, y)), y.unary(Op.EXP)));
        Graph plain = Differentiate.withoutMarkers(graph);
        assertEquals("(-x * y)", text(plain.outputs().get(0)));
        assertEquals("exp(y)", text(plain.outputs().get(1)));
    }

    @Test
    void sharedGraphsAreNotDifferentiated() {
        BatchShard share = new BatchShard(Collective.alone(), 0, 4, 4);
        Node collected = Node.of(Op.COLLECT, new Attrs.Rows(share, 0, 4, "all"), x);
        AssertionError e = assertThrows(AssertionError.class, () -> gradient(collected, g, x));
        assertTrue(e.getMessage().contains("collect"), e.getMessage());
    }

    @Test
    void everyOperationIsCovered() {
        assertEquals(
                Set.of(),
                Stream.of(Op.values())
                        .filter(op -> !GradientRules.covers(op))
                        .collect(Collectors.toSet()));
    }

    @Test
    void aRuleCanBeExchanged() {
        GradientRules.Rule right = GradientRules.exchange(Op.NEG, (n, up) -> List.of(up));
        try {
            assertSame(g, gradient(x.neg(), g, x));
        } finally {
            GradientRules.exchange(Op.NEG, right);
        }
        assertEquals("-g", text(gradient(x.neg(), g, x)));
    }
}
