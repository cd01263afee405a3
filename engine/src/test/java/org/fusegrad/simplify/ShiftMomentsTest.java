package org.fusegrad.simplify;

import static org.fusegrad.graph.Formula.assertSameFunction;
import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.sum;
import static org.fusegrad.graph.Formula.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.interp.Run;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** Mean and variance in one scan: where that applies, what it makes of them, how exact it is. */
final class ShiftMomentsTest {
    private static Node mean(Node x, int... loops) {
        Node sum = x;
        int count = 1;
        for (int loop : loops) {
            sum = sum(sum, loop);
            count *= x.shape().dim(loop);
        }
        return sum.div(count);
    }

    private static Node centred(Node x, int... loops) {
        return x.sub(mean(x, loops).cast(x.dtype()));
    }

    private static Node squares(Node c, int... loops) {
        Node sum = c.mul(c);
        for (int loop : loops) {
            sum = sum(sum, loop);
        }
        return sum;
    }

    private static Node data(int... dims) {
        return leaf(0, "x", DType.FLOAT32, dims);
    }

    private static Graph graph(Node... outputs) {
        Node x = Graph.topological(List.of(outputs)).stream()
                .filter(n -> n.is(Op.INPUT))
                .findFirst()
                .orElseThrow();
        return Graph.of(List.of(x), List.of(outputs));
    }

    /** Mean, centred value and sum of squares of one x. */
    private static Graph moments(Node x, int... loops) {
        Node c = centred(x, loops);
        return graph(mean(x, loops), c, squares(c, loops));
    }

    @Test
    void momentsKeepTheirValues() {
        for (int size : new int[] {2, 3, 4, 5, 64}) {
            Graph rows = moments(data(3, size), 1);
            assertSameFunction(rows, ShiftMoments.run(rows), 1e-5);
            Graph columns = moments(data(size, 3), 0);
            assertSameFunction(columns, ShiftMoments.run(columns), 1e-5);
            Graph channels = moments(data(2, 3, size), 2, 0);
            assertSameFunction(channels, ShiftMoments.run(channels), 1e-5);
        }
    }

    @Test
    void deviationsFromAPivotTakeThePlaceOfThoseFromTheMean() {
        Node x = data(3, 2);
        Graph graph = ShiftMoments.run(graph(squares(centred(x, 1), 1)));
        String first = "slice[0, 0]:[3, 1]:[1, 1](x)";
        String second = "slice[0, 1]:[3, 2]:[1, 1](x)";
        String d = "(x - ((" + first + " * 0.5) + (" + second + " * 0.5)))";
        String squares = "sum[1]((" + d + " * " + d + "))";
        String m = "(sum[1](" + d + ") / 2)";
        assertEquals(
                "maximum((" + squares + " - (sum[1](" + d + ") * " + m + ")), 0)",
                text(graph.outputs().get(0)));
    }

    /** Positions sliced out of x for its pivot. */
    private static List<String> samples(Node x, int... loops) {
        Graph after = ShiftMoments.run(moments(x, loops));
        return after.nodes().stream()
                .filter(n -> n.is(Op.SLICE))
                .map(n -> text(n).replaceAll("slice(.*?):.*", "$1"))
                .toList();
    }

    @Test
    void samplesAreSpreadOverTheLoops() {
        assertEquals(List.of("[0, 0]", "[0, 3]", "[0, 6]", "[0, 9]"), samples(data(3, 10), 1));
        assertEquals(List.of("[0, 0]", "[0, 1]", "[0, 2]", "[0, 3]"), samples(data(3, 4), 1));
        assertEquals(List.of("[0, 0]", "[0, 2]"), samples(data(2, 3), 1));
        assertEquals(List.of("[0, 0]", "[0, 1]"), samples(data(3, 2), 1));
        assertEquals(
                List.of("[0, 0, 0]", "[1, 0, 1]", "[2, 0, 3]", "[3, 0, 5]"),
                samples(data(4, 2, 6), 2, 0));
    }

    @Test
    void aPivotOfEqualSamplesIsExactAndNothingOverflows() {
        float huge = Float.MAX_VALUE;
        Graph graph = ShiftMoments.run(moments(data(1, 4), 1));
        Value x = Run.floats(Shape.of(1, 4), huge, huge, huge, huge);
        Value[] got = Run.graph(graph.inputs(), graph.outputs(), 1, x);
        assertEquals(huge, got[0].toDoubles()[0]);
        assertArrayEquals(new double[4], got[1].toDoubles());
        assertEquals(0, got[2].toDoubles()[0]);
    }

    @Test
    void aLargeMeanCostsTheVarianceNoDigits() {
        Graph graph = ShiftMoments.run(moments(data(1, 5), 1));
        Value x = Run.floats(Shape.of(1, 5), 1e6f, 1e6f + 1, 1e6f + 2, 1e6f + 3, 1e6f + 4);
        Value[] got = Run.graph(graph.inputs(), graph.outputs(), 1, x);
        assertArrayEquals(new double[] {-2, -1, 0, 1, 2}, got[1].toDoubles());
        assertEquals(10, got[2].toDoubles()[0]);
    }

    @Test
    void theCentreIsTheRoundedMeanUnlessThatIsWithinOneDeviation() {
        Graph graph = ShiftMoments.run(moments(data(1, 2), 1));
        Node centre = graph.nodes().stream()
                .filter(n -> "centre".equals(n.hint()))
                .findFirst()
                .orElseThrow();
        Graph only = Graph.of(graph.inputs(), List.of(centre));
        assertEquals(0, run(only, -1, 1.5f)); // mean 0.25, deviation 1.25
        assertEquals(10.5, run(only, 10, 11));
    }

    private static double run(Graph graph, float... x) {
        Value in = Run.floats(Shape.of(1, x.length), x);
        return Run.graph(graph.inputs(), graph.outputs(), 1, in)[0].toDoubles()[0];
    }

    @Test
    void anExpressionIsSampledThroughItsSources() {
        Node x = data(3, 10);
        Node shifted = x.add(sum(x, 1).unary(Op.EXP).cast(DType.FLOAT32).mul(0)).mul(x.like(2));
        Graph waits = graph(squares(centred(shifted, 1), 1));
        assertSame(waits, ShiftMoments.run(waits), "x itself waits for a sum");
        Node s = leaf(1, "s", DType.FLOAT32, 3, 1);
        Node z = x.mul(s).mul(2);
        Graph graph = Graph.of(List.of(x, s), List.of(squares(centred(z, 1), 1)));
        Graph after = ShiftMoments.run(graph);
        assertSameFunction(graph, after, 1e-4);
        assertTrue(after.nodes().stream().noneMatch(n -> n.is(Op.SLICE) && n.input(0) != x));
    }

    @Test
    void onlySumsOverTheLoopsOfTheMean() {
        Node x = data(3, 10);
        for (Graph other : List.of(
                graph(squares(centred(x, 1), 0)),
                graph(centred(x, 1).mul(centred(x, 1))),
                graph(sum(centred(x, 1).mul(x), 1)),
                graph(sum(centred(x, 1).add(centred(x, 1)), 1)),
                graph(squares(x, 1)))) {
            assertSame(other, ShiftMoments.run(other), other::toString);
        }
    }

    @Test
    void whatACentredValueIs() {
        Node x = data(3, 10);
        Centred c = Centred.match(centred(x, 1, 0));
        assertEquals(List.of(0, 1), c.loops());
        assertEquals(30, c.count());
        assertSame(x, c.x());
        assertTrue(c.mean().is(Op.DIV));
        assertNull(Centred.match(x.sub(sum(x, 1).div(9).cast(DType.FLOAT32))), "wrong count");
        assertNull(Centred.match(x.sub(sum(x.neg(), 1).div(10).cast(DType.FLOAT32))), "of another");
        assertNull(Centred.match(x.sub(sum(x, 1).cast(DType.FLOAT32))), "no mean");
        assertNull(Centred.match(x.sub(x.div(x))), "no number");
        assertNull(Centred.match(x.add(mean(x, 1).cast(DType.FLOAT32))), "no difference");
        assertNull(Centred.match(x.sub(1)), "of another rank");
        assertNull(Centred.match(x.sub(x.div(1))), "no loops");
        Node wide = x.cast(DType.FLOAT64);
        assertSame(wide, Centred.match(wide.sub(mean(wide, 1))).x());
    }
}
