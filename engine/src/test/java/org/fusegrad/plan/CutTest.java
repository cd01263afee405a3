package org.fusegrad.plan;

import static org.fusegrad.graph.Formula.leaf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fusegrad.grad.Differentiate;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Formula;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.interp.Run;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.junit.jupiter.api.Test;

/** What a forward saves for its backward, and what the backward computes again. */
final class CutTest {
    private final Node x = leaf(0, "x", DType.FLOAT32, 4, 4);
    private final Node y = leaf(1, "y", DType.FLOAT32, 4, 4);
    private final Node s = leaf(2, "s", DType.FLOAT32, 4, 1);
    private final List<Node> leaves = List.of(x, y, s);

    /** The expressions saved for the gradients of x, y and s. */
    private void becomes(String expected, Node... formulas) {
        Graph forward = Graph.of(leaves, List.of(formulas));
        List<Node> upstreams = new ArrayList<>();
        for (Node out : forward.outputs()) {
            upstreams.add(leaf(
                    leaves.size() + upstreams.size(),
                    "dy",
                    out.dtype(),
                    out.shape().dims()));
        }
        List<Node> inputs = Stream.concat(leaves.stream(), upstreams.stream()).toList();
        List<Node> grads = new ArrayList<>();
        List<Node> found = Differentiate.gradients(forward.outputs(), upstreams, leaves);
        for (int i = 0; i < leaves.size(); i++) {
            grads.add(found.get(i) == null ? leaves.get(i).zeros() : found.get(i));
        }
        Graph pullback = Graph.of(inputs, grads);
        Split split = Planner.split(forward, pullback, Plans.ROW_MAJOR);
        assertSplitComputesTheSame(forward, pullback, split);
        List<Node> outputs = split.forward().outputs();
        String actual = outputs.subList(outputs.size() - split.saved(), outputs.size()).stream()
                .map(n -> Formula.text(n, named(split.forward())))
                .toList()
                .toString();
        assertEquals(expected, actual);
    }

    private static Map<Node, String> named(Graph graph) {
        return graph.nodes().stream()
                .filter(n -> n.hint() != null)
                .collect(Collectors.toMap(n -> n, Node::hint));
    }

    private static void assertSplitComputesTheSame(Graph forward, Graph pullback, Split split) {
        Formula.assertSameFunction(
                forward,
                Graph.of(
                        split.forward().inputs(),
                        split.forward().outputs().subList(0, forward.outputs().size())),
                1e-5);
        Value[] saved = Formula.values(split.forward());
        List<Value> in = new ArrayList<>(List.of(Formula.inputs(pullback)));
        in.addAll(List.of(saved).subList(forward.outputs().size(), saved.length));
        Value[] got = Run.graph(
                split.backward().inputs(), split.backward().outputs(), 1, in.toArray(Value[]::new));
        Value[] want = Formula.values(pullback);
        for (int i = 0; i < want.length; i++) {
            Formula.assertClose(want[i], got[i], 1e-5);
        }
    }

    private static Node exp(Node x) {
        return x.unary(Op.EXP);
    }

    private static Node sum(Node x, int axis) {
        return x.sum(Ints.of(axis));
    }

    @Test
    void operandsAreThereAnyway() {
        becomes("[]", x.mul(y));
        becomes("[]", x.add(y));
    }

    @Test
    void cheapValuesAreComputedAgain() {
        Node zero = Node.constant(0, DType.FLOAT32);
        becomes("[]", Node.of(Op.MAXIMUM, Attrs.NONE, x.add(y), zero));
        becomes("[]", x.add(y).mul(x.add(y)));
        becomes("[]", x.add(y), x.add(y).mul(x.add(y))); // a result, but cheap
        becomes("[]", exp(x.mul(y)).add(1)); // dear, but no result
    }

    @Test
    void dearResultsAreSaved() {
        becomes("[exp(reshape[16](x))]", exp(x));
        becomes("[tanh(reshape[16](x))]", x.unary(Op.TANH));
        becomes("[sigmoid(reshape[16](x))]", x.unary(Op.SIGMOID));
        becomes("[sqrt((reshape[16](x) * reshape[16](x)))]", x.mul(x).unary(Op.SQRT));
        becomes(
                "[rsqrt(fma(reshape[16](x), reshape[16](x), 1))]",
                x.mul(x).add(1).unary(Op.RSQRT));
        becomes(
                "[reciprocal(fma(reshape[16](x), reshape[16](x), 1))]",
                x.mul(x).add(1).unary(Op.RECIPROCAL));
        becomes("[(reshape[16](x) / reshape[16](y))]", x.div(y));
        becomes("[exp(x)]", exp(x).transpose());
        becomes("[exp(reshape[16](x))]", exp(x), exp(x).mul(y));
    }

    @Test
    void statisticsAreSaved() {
        becomes(
                "[float32(sum_mul[2](reshape[4, 1, 4](y), reshape[4, 1, 4](y)))]",
                x.mul(sum(y.mul(y), 1)));
        becomes(
                "[max[1](x), exp((x - max[1](x))), "
                        + "sum[1](where(or(eq(x, max[1](x)), ne(x, x)), 1, 0))]",
                exp(x.sub(x.reduce(Op.MAX, Ints.of(1)))));
        becomes("[]", x.mul(exp(s)));
        becomes("[exp(sum[1](x))]", x.mul(exp(sum(x, 1))));
        Node mean = sum(x, 1).div(4);
        Node centred = x.sub(mean);
        Node variance = sum(centred.mul(centred), 1).div(4);
        becomes(
                "[centre, lo, rsqrt(((maximum(fma(-shift, sum[1](d), sum_mul[1](d, d)), 0) / "
                        + "4) + 1.0E-5))]",
                centred.mul(variance.add(1e-5).unary(Op.RSQRT)));
        becomes(
                "[rsqrt((sum_mul[1](x, x) + 1.0E-5))]",
                x.mul(sum(x.mul(x), 1).add(1e-5).unary(Op.RSQRT)).mul(s));
    }

    @Test
    void oneStatisticInsteadOfSeveralMadeOfIt() {
        Node root = sum(x.mul(x), 1).add(1).unary(Op.SQRT);
        becomes("[(sum_mul[1](x, x) + 1)]", x.mul(exp(root)).add(y.mul(root.unary(Op.TANH))));
        becomes(
                "[sqrt((sum_mul[1](x, x) + 1))]",
                x.mul(s.div(root)).add(y.mul(root.mul(root).mul(root))));
        Node total = sum(x.mul(x), 1);
        becomes(
                "[tanh(sum_mul[1](x, x)), exp(sum_mul[1](x, x))]",
                x.mul(exp(total)).add(y.mul(total.unary(Op.TANH)))); // a sum saves nothing
    }

    @Test
    void contractionsAreSavedAndViewsOfThemAreNot() {
        becomes("[matmul(x, y)]", exp(x.matmul(y)).mul(y));
        becomes("[matmul(x, y)]", x.matmul(y).transpose().mul(y));
        becomes(
                "[exp(reshape[16](matmul(reshape[4, 4](exp(reshape[16](x))), y)))]",
                exp(exp(x).matmul(y)));
        becomes("[matmul(x, y)]", x.matmul(y).matmul(x));
    }

    @Test
    void whatTheDataIsMeasuredBy() {
        becomes("[exp(reshape[4](s))]", exp(s)); // alone it is the data
        becomes("[]", x.mul(exp(s)), exp(s));
        Node columns = y.reduce(Op.MAX, Ints.of(0));
        becomes(
                "[max[1](reshape[1, 4, 4](y)), sum[1](where(or(eq(reshape[1, 4, 4](y), "
                        + "max[1](reshape[1, 4, 4](y))), "
                        + "ne(reshape[1, 4, 4](y), reshape[1, 4, 4](y))), 1, 0))]",
                x.mul(exp(columns.mul(s)))); // of full size
    }

    @Test
    void slicesOfStatistics() {
        Attrs first = new Attrs.Range(Ints.of(0, 0), Ints.of(4, 1), Ints.of(1, 1));
        becomes("[exp(slice[0, 0]:[4, 1]:[1, 1](x))]", y.mul(exp(Node.of(Op.SLICE, first, x))));
        becomes(
                "[exp(slice[0, 0]:[4, 1]:[1, 1](matmul(x, y)))]",
                y.mul(exp(Node.of(Op.SLICE, first, x.matmul(y)))));
    }
}
