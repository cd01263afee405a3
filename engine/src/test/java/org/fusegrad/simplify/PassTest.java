package org.fusegrad.simplify;

import static org.fusegrad.graph.Formula.assertSameFunction;
import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.sum;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/** All passes one after the other. */
final class PassTest {
    private final Node x = leaf(0, "x", DType.FLOAT32, 4, 8);
    private final Node gamma = leaf(1, "gamma", DType.FLOAT32, 1, 8);
    private final Node beta = leaf(2, "beta", DType.FLOAT32, 1, 8);

    /** Layer normalization of the rows, written as its formula is. */
    private Graph layerNorm() {
        Node mean = sum(x, 1).div(8).cast(DType.FLOAT32);
        Node centred = x.sub(mean);
        Node variance = sum(centred.mul(centred), 1).div(8).cast(DType.FLOAT32);
        Node y = centred.div(variance.add(1e-5).unary(Op.SQRT)).mul(gamma).add(beta);
        return Graph.of(List.of(x, gamma, beta), List.of(y));
    }

    @Test
    void aNormalizationBecomesTwoScansOfFusedMultiplyAdds() {
        Graph before = layerNorm();
        Graph after = Pass.runAll(before);
        assertSameFunction(before, after, 1e-5);
        assertEquals(2, count(after, Op.SUM) + count(after, Op.SUM_MUL), "sum(d) and sum(d * d)");
        assertEquals(0, count(after, Op.DIV) - count(before, Op.DIV) + 1, "of the data: none");
        assertEquals(
                2, after.nodes().stream().filter(n -> n.is(Op.FMA) && isFull(n)).count());
    }

    private static long count(Graph graph, Op op) {
        return graph.nodes().stream().filter(n -> n.is(op)).count();
    }

    private static boolean isFull(Node n) {
        return n.shape().numel() == 32;
    }

    @Test
    void whatNoPassChangesIsTheSameGraph() {
        Graph graph = Graph.of(List.of(x, gamma, beta), List.of(x.unary(Op.EXP)));
        assertSame(graph, Pass.runAll(graph));
    }
}
