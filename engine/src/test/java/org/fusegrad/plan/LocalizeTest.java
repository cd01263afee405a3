package org.fusegrad.plan;

import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.sum;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.fusegrad.dist.Collective;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Formula;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** The graph of 2 rows out of 6, from that of all: what is collected, and what is refused. */
final class LocalizeTest {
    private static final BatchShard SHARE = new BatchShard(Collective.alone(), 0, 2, 6);

    private final Node x = leaf(0, "x", DType.FLOAT32, 6, 4);
    private final Node w = leaf(1, "w", DType.FLOAT32, 1, 4);
    private final Node table = leaf(2, "table", DType.FLOAT32, 6, 4);
    private final Node one = leaf(3, "one", DType.FLOAT32);

    private static BitSet first() {
        BitSet rows = new BitSet();
        rows.set(0);
        return rows;
    }

    private Graph local(Node... outputs) {
        Graph whole = Graph.of(List.of(x, w, table, one), List.of(outputs));
        return Localize.graph(whole, SHARE, first());
    }

    /** The replica's expressions with their shapes. */
    private void becomes(String expected, Node... outputs) {
        List<String> lines = new ArrayList<>();
        for (Node n : local(outputs).outputs()) {
            lines.add(brief(Formula.text(n)) + " " + n.shape());
        }
        String actual = String.join("; ", lines);
        assertEquals(expected, actual);
    }

    /** Without what the attributes of a collection say beyond its label, and what the call is on. */
    private static String brief(String text) {
        return text.replaceAll(
                "collect\\[Rows.*?label=(.*?) in a call on float32\\(6, 4\\)\\]\\]", "{$1}");
    }

    private static Node rows(Node of, int from, int to, int step) {
        int columns = of.shape().dim(1);
        return Node.of(
                Op.SLICE,
                new Attrs.Range(Ints.of(from, 0), Ints.of(to, columns), Ints.of(step, 1)),
                of);
    }

    @Test
    void rowsStayWithTheirReplica() {
        becomes("exp((x * w)) (2, 4)", x.mul(w).unary(Op.EXP));
        becomes("sum[1](x) (2, 1)", sum(x, 1));
        becomes("reshape[2, 2, 2](x) (2, 2, 2)", x.reshape(Shape.of(6, 2, 2)));
        becomes(
                "permute[0, 2, 1](reshape[2, 1, 4](x)) (2, 4, 1)",
                x.reshape(Shape.of(6, 1, 4)).permute(0, 2, 1));
        becomes("exp(w) (1, 4)", w.unary(Op.EXP));
        becomes("exp(table) (6, 4)", table.unary(Op.EXP));
    }

    @Test
    void sumsOverTheBatchCollectItsRows() {
        becomes("sum[0]({collection 1 of rows 0 to 6 of (6, 4)}(x)) (1, 4)", sum(x, 0));
        becomes(
                "max[0]({collection 1 of rows 0 to 6 of (6, 4)}(x)) (1, 4)",
                x.reduce(Op.MAX, Ints.of(0)));
        becomes(
                "sum[0]({collection 1 of rows 0 to 6 of (6, 1)}(sum[1](x))) (1, 1)",
                sum(sum(x, 1), 0));
        becomes(
                "sum[0]({collection 1 of rows 0 to 6 of (6, 4)}(x)) (1, 4); "
                        + "sum[0]({collection 2 of rows 0 to 6 of (6, 4)}((x * x), "
                        + "{collection 1 of rows 0 to 6 of (6, 4)}(x))) (1, 4)",
                sum(x, 0),
                sum(x.mul(x), 0));
        becomes("sum[0](table) (1, 4)", sum(table, 0));
        becomes(
                "sum_mul[0]({collection 1 of rows 0 to 6 of (6, 4)}(x), w) (1, 4)",
                Node.of(Op.SUM_MUL, new Attrs.Axes(Ints.of(0), true), x, w));
        becomes(
                "(float64(x) - sum[0]({collection 1 of rows 0 to 6 of (6, 4)}(x))) (2, 4)",
                x.cast(DType.FLOAT64).sub(sum(x, 0)));
    }

    @Test
    void rowsPickedOutAreCollected() {
        becomes(
                "{collection 1 of rows 1 to 3 of (6, 4)}(slice[0, 0]:[2, 4]:[1, 1](x)) (2, 4)",
                rows(x, 1, 3, 1));
        becomes("slice[0, 0]:[2, 4]:[1, 1](x) (2, 4)", rows(x, 0, 6, 1));
        becomes(
                "{collection 1 of rows 0 to 5 of (6, 4)}(slice[0, 0]:[2, 4]:[1, 1](x)) (5, 4)",
                rows(x, 0, 5, 1));
        becomes(
                "{collection 1 of rows 1 to 6 of (6, 4)}(slice[0, 0]:[2, 4]:[1, 1](x)) (5, 4)",
                rows(x, 1, 6, 1));
        Attrs columns = new Attrs.Range(Ints.of(0, 1), Ints.of(6, 3), Ints.of(1, 1));
        becomes("slice[0, 1]:[2, 3]:[1, 1](x) (2, 2)", Node.of(Op.SLICE, columns, x));
        becomes("slice[1, 0]:[3, 4]:[2, 1](table) (1, 4)", rows(table, 1, 3, 2));
    }

    @Test
    void whatIsRepeatedAlongTheBatchHasTheReplicasRows() {
        becomes("expand[2, 4](w) (2, 4)", w.expand(Shape.of(6, 4)));
        becomes("expand[2, 4](one) (2, 4)", one.expand(Shape.of(6, 4)));
        becomes("expand[5, 4](w) (5, 4)", w.expand(Shape.of(5, 4)));
        becomes("expand[6](one) (6)", one.expand(Shape.of(6)));
        becomes("expand[2, 3](sum[1](x)) (2, 3)", sum(x, 1).expand(Shape.of(6, 3)));
        becomes(
                "expand[2, 4](slice[0, 0]:[1, 4]:[1, 1](table)) (2, 4)",
                rows(table, 0, 1, 1).expand(Shape.of(6, 4)));
    }

    @Test
    void aColumnOfAllRowsIsNotRepeatedAlongTheBatch() {
        Attrs column = new Attrs.Range(Ints.of(0, 1), Ints.of(6, 2), Ints.of(1, 1));
        becomes(
                "expand[6, 4](slice[0, 1]:[6, 2]:[1, 1](table)) (6, 4)",
                Node.of(Op.SLICE, column, table).expand(Shape.of(6, 4)));
    }

    @Test
    void whatMixesRowsWithOtherAxesIsRefused() {
        refused("reshape to (24)", x.reshape(Shape.of(24)));
        refused("reshape to (4, 6)", x.reshape(Shape.of(4, 6)));
        refused("permute to (4, 6)", x.transpose());
        refused("slice to (3, 4)", rows(x, 0, 6, 2));
        refused("matmul to (6, 6)", x.matmul(w.reshape(Shape.of(4, 1)).expand(Shape.of(4, 6))));
        refused("flip to (6, 4)", Node.of(Op.FLIP, new Attrs.Axes(Ints.of(1)), x));
    }

    private void refused(String what, Node formula) {
        Exception e = assertThrows(IllegalArgumentException.class, () -> local(formula));
        assertEquals(
                "a formula that replicas share cannot contain " + what + ", which mixes rows of"
                        + " the batch with other axes; reduce or compute element by element",
                e.getMessage());
    }

    @Test
    void whatTheForwardSavesOfRowsTheBackwardReadsAsRows() {
        Node dy = leaf(4, "dy", DType.FLOAT64, 6, 4);
        Node saved = leaf(5, "saved", DType.FLOAT32, 6, 4);
        Node total = leaf(6, "total", DType.FLOAT64, 1, 4);
        Graph forward =
                Graph.of(List.of(x, w, table, one), List.of(x.mul(w), x.unary(Op.EXP), sum(x, 0)));
        Graph backward = Graph.of(
                List.of(x, w, table, one, dy, saved, total),
                List.of(saved.cast(DType.FLOAT64).mul(dy).mul(total)));
        BitSet rows = first();
        rows.set(4);
        Split local = Localize.split(new Split(forward, backward, 2), SHARE, rows);
        assertEquals(2, local.saved());
        assertEquals(Shape.of(2, 4), local.forward().outputs().get(1).shape());
        assertEquals(Shape.of(1, 4), local.forward().outputs().get(2).shape());
        assertEquals(Shape.of(2, 4), local.backward().inputs().get(5).shape());
        assertEquals("saved", local.backward().inputs().get(5).hint());
        assertEquals(Shape.of(1, 4), local.backward().inputs().get(6).shape());
        assertEquals(Shape.of(2, 4), local.backward().outputs().get(0).shape());
        assertEquals(first(), without(rows, 4), "the caller's set is not changed");
    }

    private static BitSet without(BitSet rows, int bit) {
        BitSet rest = (BitSet) rows.clone();
        rest.clear(bit);
        return rest;
    }
}
