package org.fusegrad.simplify;

import static org.fusegrad.graph.Formula.assertSameFunction;
import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.type.DType;

/** The operands of the simplifier's tests, and the laws every pass obeys. */
abstract class Rewriting {
    /** Data over two loops, 4 rows of 6. */
    final Node x = leaf(0, "x", DType.FLOAT32, 4, 6);

    final Node y = leaf(1, "y", DType.FLOAT32, 4, 6);

    /** Two numbers for each row, one for each column. */
    final Node s = leaf(2, "s", DType.FLOAT32, 4, 1);

    final Node t = leaf(3, "t", DType.FLOAT32, 4, 1);
    final Node w = leaf(4, "w", DType.FLOAT32, 1, 6);

    /** The same in float64. */
    final Node xx = leaf(5, "xx", DType.FLOAT64, 4, 6);

    final Node ss = leaf(6, "ss", DType.FLOAT64, 4, 1);
    final Node tt = leaf(7, "tt", DType.FLOAT64, 4, 1);
    final Node k = leaf(8, "k", DType.INT64, 4, 6);

    /** A statistic rounded to float32, and another. */
    final Node rs = ss.cast(DType.FLOAT32);

    final Node rt = tt.cast(DType.FLOAT32);

    private final UnaryOperator<Graph> pass;

    Rewriting(UnaryOperator<Graph> pass) {
        this.pass = pass;
    }

    /**
     * The pass rewrites the expression to one that prints so, which computes the same, of the same
     * type and shape, and which the pass leaves as it is.
     */
    final void becomes(String expected, Node before) {
        Graph graph = graph(before);
        Graph after = pass.apply(graph);
        assertEquals(expected, text(after.outputs().get(0)));
        assertSameFunction(graph, after, 1e-5);
        assertSame(after, pass.apply(after), "a second time changes nothing");
    }

    /** The pass has nothing to say about the expression. */
    final void stays(Node before) {
        Graph graph = graph(before);
        assertSame(
                graph, pass.apply(graph), () -> text(pass.apply(graph).outputs().get(0)));
    }

    final Graph graph(Node... outputs) {
        return Graph.of(List.of(x, y, s, t, w, xx, ss, tt, k), List.of(outputs));
    }
}
