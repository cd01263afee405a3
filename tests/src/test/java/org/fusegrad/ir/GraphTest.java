package org.fusegrad.ir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.grad.Differentiate;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** Expression graphs: sharing, rewriting, order, printing. */
final class GraphTest {
    private final Node x = Node.input(0, DType.FLOAT32, Shape.of(2, 3), "x");
    private final Node w = Node.input(1, DType.FLOAT32, Shape.of(1, 3), "w");

    @Test
    void equalSubexpressionsAreOneObject() {
        Node left = x.mul(w).unary(Op.EXP);
        Node right = x.mul(w).unary(Op.EXP);
        assertNotSame(left, right);
        Graph graph = Graph.of(List.of(x, w), List.of(left.add(right)));
        Node sum = graph.outputs().get(0);
        assertSame(sum.input(0), sum.input(1));
        assertEquals(5, graph.nodes().size(), "x, w, mul, exp, add");
    }

    @Test
    void constantsOfDifferentBitsStayApart() {
        Graph graph = Graph.of(List.of(x), List.of(x.add(0.0), x.add(-0.0), x.add(0.0)));
        assertNotSame(graph.outputs().get(0), graph.outputs().get(1));
        assertSame(graph.outputs().get(0), graph.outputs().get(2));
    }

    @Test
    void namesDoNotTellExpressionsApart() {
        Graph graph = Graph.of(List.of(x), List.of(x.neg().named("a"), x.neg().named("b")));
        assertSame(graph.outputs().get(0), graph.outputs().get(1));
    }

    @Test
    void rewritingNothingYieldsTheSameGraph() {
        Graph graph = Graph.of(List.of(x, w), List.of(x.mul(w).sum(Ints.of(1))));
        assertSame(graph, graph.rewrite((node, in) -> node.withInputs(in)));
    }

    @Test
    void aGraphThatIsOnlyAnInputIsRewrittenToItself() {
        Graph graph = Graph.of(List.of(x), List.of(x));
        assertSame(graph, graph.rewrite((node, in) -> node.withInputs(in)));
    }

    @Test
    void rewritingReplacesEverywhere() {
        Graph graph = Graph.of(List.of(x, w), List.of(x.neg().mul(w), x.neg()));
        Graph without =
                graph.rewrite((node, in) -> node.is(Op.NEG) ? in.get(0) : node.withInputs(in));
        assertEquals(List.of(x, w), without.inputs());
        assertSame(x, without.outputs().get(1));
        assertTrue(without.nodes().stream().noneMatch(n -> n.is(Op.NEG)));
    }

    @Test
    void unusedInputsKeepTheirPlace() {
        Graph graph = Graph.of(List.of(x, w), List.of(w.neg()));
        assertEquals(List.of(x, w), graph.inputs());
    }

    @Test
    void operandsComeBeforeUsers() {
        Node y = x.mul(w);
        Graph graph = Graph.of(List.of(x, w), List.of(y.add(y.unary(Op.EXP)).sub(x)));
        for (Node node : graph.nodes()) {
            int at = graph.nodes().indexOf(node);
            node.inputs().forEach(in -> assertTrue(graph.nodes().indexOf(in) < at));
        }
    }

    @Test
    void deepGraphsNeedNoStack() {
        Node y = x;
        for (int i = 0; i < 50_000; i++) {
            y = y.add(1);
        }
        Graph graph = Graph.of(List.of(x), List.of(y));
        Node dy = Node.input(1, DType.FLOAT32, x.shape(), "dy");
        Node g = Differentiate.gradients(graph.outputs(), List.of(dy), List.of(x))
                .get(0);
        assertSame(dy, g);
    }

    @Test
    void usesCountOperandsAndOutputs() {
        Graph graph = Graph.of(List.of(x), List.of(x.mul(x), x));
        assertEquals(3, graph.uses().get(graph.inputs().get(0)));
    }

    @Test
    void printing() {
        Node s = x.mul(w).named("scaled");
        Graph graph = Graph.of(
                List.of(x, w), List.of(s.add(1).reduce(Op.SUM, Ints.of(1)), s.cast(DType.FLOAT64)));
        String expected = String.join(
                System.lineSeparator(),
                "x          = input                                  float32(2, 3)",
                "w          = input                                  float32(1, 3)",
                "scaled     = mul x w                                float32(2, 3)",
                "t1         = add scaled 1.0                         float32(2, 3)",
                "t2         = sum[1] t1                              float32(2, 1)",
                "t3         = cast[float64] scaled                   float64(2, 3)",
                "return t2 t3\n");
        assertEquals(expected, GraphPrinter.print(graph));
    }
}
