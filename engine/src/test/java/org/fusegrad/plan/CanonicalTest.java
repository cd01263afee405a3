package org.fusegrad.plan;

import static org.fusegrad.graph.Formula.assertSameFunction;
import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.text;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** Formulas over their loop domains: which loops there are, in which order, and what enters. */
final class CanonicalTest {
    private final Node x = leaf(0, "x", DType.FLOAT32, 2, 3, 4);
    private final Node y = leaf(1, "y", DType.FLOAT32, 2, 3, 4);
    private final Node t = leaf(2, "t", DType.FLOAT32, 4, 3, 2);
    private final Node w = leaf(3, "w", DType.FLOAT32, 1, 3, 1);
    private final Node v = leaf(4, "v", DType.FLOAT32, 1, 1, 4);
    private final Node q = leaf(5, "q", DType.FLOAT32, 4, 4);
    private final Node m = leaf(6, "m", DType.FLOAT32, 6, 4);
    private final Node one = leaf(7, "one", DType.FLOAT32);
    private final Node k = leaf(8, "k", DType.INT64, 2, 3, 4);
    private final Node e = leaf(9, "e", DType.FLOAT32, 0, 4);

    private final List<Node> leaves = List.of(x, y, t, w, v, q, m, one, k, e);

    private void becomes(String expected, Node formula) {
        becomes(expected, formula, Plans.ROW_MAJOR);
    }

    private void becomes(String expected, Node formula, Layouts layouts) {
        Graph graph = Graph.of(leaves, List.of(formula));
        Graph over = Canonical.rewrite(graph, layouts);
        String actual = text(over.outputs().get(0));
        assertEquals(expected, actual);
        assertSameFunction(graph, over, 1e-5);
    }

    private static Node sum(Node x, int... axes) {
        return x.sum(Ints.of(axes));
    }

    @Test
    void axesThatNothingTellsApartAreOneLoop() {
        becomes("reshape[2, 3, 4](exp(reshape[24](x)))", x.unary(Op.EXP));
        becomes("reshape[2, 3, 4]((reshape[24](x) + reshape[24](y)))", x.add(y));
        becomes("(x * w)", x.mul(w));
        becomes("reshape[2, 3, 4]((reshape[6, 4](x) * reshape[1, 4](v)))", x.mul(v));
        becomes("((x * w) + v)", x.mul(w).add(v));
        becomes("reshape[2, 3, 4]((reshape[24](x) + 1))", x.add(1));
        becomes("reshape[2, 3, 4]((reshape[24](x) * reshape[1](one)))", x.mul(one));
        becomes("reshape[]((reshape[1](one) * 2))", one.mul(2));
    }

    @Test
    void reductions() {
        becomes("reshape[2, 3, 1](float32(sum[1](reshape[6, 4](x))))", sum(x, 2));
        becomes("float32(sum[1](x))", sum(x, 1));
        becomes("reshape[1, 3, 4](float32(sum[0](reshape[2, 12](x))))", sum(x, 0));
        becomes("reshape[2, 1, 1](float32(sum[1](reshape[2, 12](x))))", sum(x, 1, 2));
        becomes("float32(sum[0](sum[2](x)))", sum(x, 0, 2));
        becomes("reshape[1, 1, 1](float32(sum[0](reshape[24](x))))", sum(x, 0, 1, 2));
        becomes("max[0](max[2](x))", x.reduce(Op.MAX, Ints.of(0, 2)));
        becomes("sum[0](sum[2](k))", sum(k, 0, 2));
        becomes(
                "reshape[2, 3, 4]((reshape[2, 12](x) - (float32(sum[1](reshape[2, 12](x))) / 12)))",
                x.sub(sum(x, 1, 2).div(12)));
        becomes(
                "float32(sum[0](sum_mul[2](x, w)))",
                Node.of(Op.SUM_MUL, new Attrs.Axes(Ints.of(0, 2)), x, w));
        becomes(
                "float32(sum[0](sum_mul[2](w, x)))",
                Node.of(Op.SUM_MUL, new Attrs.Axes(Ints.of(0, 2)), w, x));
        becomes("sum[1](float64(x))", sum(x.cast(DType.FLOAT64), 1));
        becomes("float32(sum[1](bfloat16(x)))", sum(x.cast(DType.BFLOAT16), 1));
    }

    @Test
    void whatDoesNotVaryAlongASummedLoopIsMultiplied() {
        becomes("reshape[1, 3, 1]((reshape[3](w) * 8))", sum(w.expand(x.shape()), 0, 2));
        becomes(
                "reshape[2, 1, 1](expand[2, 1](float32((sum[1](reshape[1, 3](w)) * 4))))",
                sum(w.expand(x.shape()), 1, 2));
        becomes(
                "reshape[2, 3, 1](expand[2, 3](reshape[1, 3](w)))",
                w.expand(x.shape()).reduce(Op.MAX, Ints.of(2)));
        becomes(
                "reshape[1, 3, 1](((reshape[3](w) * reshape[3](w)) * 8))",
                Node.of(Op.SUM_MUL, new Attrs.Axes(Ints.of(0, 2)), w.expand(x.shape()), w));
        becomes("reshape[1, 3, 4](expand[12]((2 * 2)))", sum(x.like(2).expand(x.shape()), 0));
    }

    @Test
    void loopsFollowTheOrderOfTheData() {
        becomes("(x + permute[2, 1, 0](t))", x.add(t.permute(2, 1, 0)));
        Layouts channelsLast = new Layouts(new int[][] {{12, 1, 3}}, false);
        becomes("permute[0, 2, 1](exp(permute[0, 2, 1](x)))", x.unary(Op.EXP), channelsLast);
        becomes(
                "permute[0, 2, 1]((permute[0, 2, 1](x) * reshape[1, 1, 3](w)))",
                x.mul(w),
                channelsLast);
        becomes(
                "reshape[2, 1, 4](float32(sum[1](reshape[8, 3](permute[0, 2, 1](x)))))",
                sum(x, 1),
                channelsLast);
        becomes(
                "permute[0, 2, 1]((permute[0, 2, 1](x) + permute[0, 2, 1](y)))",
                x.add(y),
                channelsLast);
        Layouts second = new Layouts(new int[][] {null, {1, 8, 2}}, false);
        becomes(
                "permute[2, 0, 1](reshape[3, 4, 2](exp(reshape[12, 2](permute[1, 2, 0](y)))))",
                y.unary(Op.EXP),
                second);
    }

    @Test
    void rowsApart() {
        becomes("reshape[2, 3, 4](exp(reshape[2, 12](x)))", x.unary(Op.EXP), Layouts.SHARED);
        becomes("float32(sum[2](x))", sum(x, 2), Layouts.SHARED);
    }

    @Test
    void viewsInsideAFormulaVanish() {
        becomes(
                "reshape[6, 4]((exp(reshape[24](x)) + reshape[24](m)))",
                x.unary(Op.EXP).reshape(Shape.of(6, 4)).add(m));
        becomes(
                "float32(sum[1](exp(reshape[6, 4](x))))",
                sum(x.unary(Op.EXP).reshape(Shape.of(6, 4)), 1));
        becomes("float32(sum[1](reshape[2, 3, 4](m)))", sum(m.reshape(Shape.of(2, 3, 4)), 1));
        becomes(
                "permute[2, 1, 0]((exp(x) + permute[2, 1, 0](t)))",
                x.unary(Op.EXP).permute(2, 1, 0).add(t));
        becomes("(exp(w) * x)", w.unary(Op.EXP).expand(x.shape()).mul(x));
        becomes(
                "permute[1, 0, 2](expand[3, 2, 4](reshape[3, 1, 1](exp(reshape[3](w)))))",
                w.unary(Op.EXP).expand(x.shape()));
        becomes("permute[2, 0, 1](x)", x.permute(2, 0, 1));
        becomes("reshape[6](float32(sum[1](reshape[6, 4](x))))", sum(x, 2).reshape(Shape.of(6)));
    }

    @Test
    void whatCannotShareLoopsReadsWholeValues() {
        becomes(
                "reshape[4, 6]((reshape[24](reshape[4, 6](reshape[2, 3, "
                        + "4](exp(reshape[24](x))))) + reshape[24](reshape[4, 6](m))))",
                x.unary(Op.EXP).reshape(Shape.of(4, 6)).add(m.reshape(Shape.of(4, 6))));
        becomes("(q + permute[1, 0](q))", q.add(q.transpose()));
        becomes(
                "reshape[6, 4](tanh(reshape[24](matmul(m, reshape[4, 4](exp(reshape[16](q)))))))",
                m.matmul(q.unary(Op.EXP)).unary(Op.TANH));
        becomes(
                "reshape[2, 3, 1](exp(reshape[6](prod[2](x))))",
                x.reduce(Op.PROD, Ints.of(2)).unary(Op.EXP));
        becomes("exp(e)", e.unary(Op.EXP));
        becomes("sum[0](e)", sum(e, 0));
        Node two = x.reshape(Shape.of(2, 3, 2, 2)).unary(Op.EXP);
        becomes(
                "reshape[6, 4]((float32(sum[2](exp(reshape[6, 1, 4](x)))) + reshape[6, 4, 1](m)))",
                sum(two, 2, 3).reshape(Shape.of(6, 1)).add(m));
    }

    @Test
    void splitsThatDoNotAgree() {
        Node a = m.reshape(Shape.of(24)).unary(Op.EXP);
        Node b = x.reshape(Shape.of(24)).unary(Op.TANH);
        Node left = sum(a.reshape(Shape.of(4, 6)), 1);
        Node right = sum(b.reshape(Shape.of(3, 8)), 1);
        becomes(
                "reshape[1, 1](((float32(sum[2](float32(sum[3](reshape[1, 1, 4, 6](reshape[4, "
                        + "6](exp(reshape[24](m)))))))) + "
                        + "float32(sum[0](float32(sum[1](reshape[3, 8, 1, 1](reshape[3, "
                        + "8](tanh(reshape[24](x))))))))) + reshape[1, 1, 1, "
                        + "1](float32(sum[0]((exp(reshape[24](m)) + tanh(reshape[24](x))))))))",
                sum(left, 0).add(sum(right, 0)).add(sum(a.add(b), 0).reshape(Shape.of(1, 1))));
        becomes(
                "reshape[4, 1]((float32(sum[2](float32(sum[3](reshape[1, 1, 3, 8](reshape[3, "
                        + "8](tanh(reshape[24](x)))))))) + float32(sum[1](reshape[4, 6, 1, "
                        + "1](reshape[4, 6]((exp(reshape[24](m)) * tanh(reshape[24](x)))))))))",
                sum(right, 0).add(sum(a.mul(b).reshape(Shape.of(4, 6)), 1)));
        Node wide = Node.of(Op.SUM_MUL, new Attrs.Axes(Ints.of(0)), a, b);
        becomes(
                "reshape[1, 1](((float32(sum[2](float32(sum[3](reshape[1, 1, 4, 6](reshape[4, "
                        + "6](exp(reshape[24](m)))))))) + "
                        + "float32(sum[0](float32(sum[1](reshape[3, 8, "
                        + "1, 1](reshape[3, 8](tanh(reshape[24](x))))))))) + reshape[1, 1, 1, "
                        + "1](float32(sum_mul[0](exp(reshape[24](m)), tanh(reshape[24](x)))))))",
                sum(left, 0).add(sum(right, 0)).add(wide.reshape(Shape.of(1, 1))));
    }

    @Test
    void theNodeToBlameIsFoundBehindOthers() {
        becomes(
                "reshape[4, 4]((reshape[1](reshape[](exp(reshape[1](one)))) * reshape[16]((q "
                        + "+ permute[1, 0](q)))))",
                one.unary(Op.EXP).mul(q.add(q.transpose())));
    }

    @Test
    void repeatedAlongALoopOfOthers() {
        Node rows = w.unary(Op.EXP).expand(x.shape());
        becomes("((x + exp(w)) * (exp(w) * 2))", x.add(rows).mul(sum(rows, 0)));
        becomes("((x + exp(w)) * exp(w))", x.add(rows).mul(rows.reduce(Op.MAX, Ints.of(2))));
        becomes(
                "(x * ((exp(w) * exp(w)) * 2))",
                x.mul(Node.of(Op.SUM_MUL, new Attrs.Axes(Ints.of(0)), rows, rows)));
    }

    @Test
    void slices() {
        Attrs part = new Attrs.Range(Ints.of(0, 1, 0), Ints.of(2, 3, 4), Ints.of(1, 1, 1));
        Node slice = Node.of(Op.SLICE, part, x);
        becomes(
                "reshape[2, 2, 4](exp(reshape[16](slice[0, 1, 0]:[2, 3, 4]:[1, 1, 1](x))))",
                slice.unary(Op.EXP));
        becomes(
                "reshape[2, 1, 4]((float32(sum[1](reshape[2, 2, 1, 4](slice[0, 1, 0]:[2, 3, "
                        + "4]:[1, 1, 1](x)))) + float32(sum[2](reshape[2, 1, 3, 4](x)))))",
                sum(slice, 1).add(sum(x, 1)));
        becomes(
                "reshape[2, 2, 4](tanh(reshape[16](slice[0, 1, 0]:[2, 3, 4]:[1, 1, "
                        + "1](reshape[2, 3, 4](exp(reshape[24](x)))))))",
                Node.of(Op.SLICE, part, x.unary(Op.EXP)).unary(Op.TANH));
        Layouts channelsLast = new Layouts(new int[][] {{12, 1, 3}}, false);
        becomes(
                "permute[0, 2, 1](exp(permute[0, 2, 1](slice[0, 1, 0]:[2, 3, 4]:[1, 1, 1](x))))",
                slice.unary(Op.EXP),
                channelsLast);
        becomes(
                "reshape[2, 2, 4](exp(reshape[16](slice[0, 1, 0]:[2, 3, 4]:[1, 1, "
                        + "1](permute[0, 1, 2](x)))))",
                Node.of(Op.SLICE, part, x.permute(0, 1, 2)).unary(Op.EXP),
                channelsLast);
    }

    @Test
    void axesThatBecomeOneThroughABarrier() {
        Node split = x.reshape(Shape.of(2, 3, 2, 2));
        Node r = sum(split, 0, 1);
        becomes(
                "(reshape[1, 1, 2, 2](float32(sum[0](reshape[6, 4](x)))) + reshape[1, 1, 2, "
                        + "2](permute[1, 0](reshape[2, 2](float32(sum[0](reshape[6, 4](x)))))))",
                r.add(r.permute(0, 1, 3, 2)));
    }
}
