package org.fusegrad.gradcheck;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.fusegrad.Tensor;
import org.fusegrad.grad.Differentiate;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * Looks for the node at fault: each node's own gradient, from its rule or from what its author
 * declared, against differences of that node alone, operands first.
 */
final class NodeCheck {
    private static final double STEP = 1e-4;
    private static final double RELATIVE = 1e-6;
    private static final int ELEMENTS = 600;

    private final Level level;
    private final Shadow shadow;
    private final Evaluation values;
    private final Samples samples;
    private final boolean declaredToo;

    /**
     * Of the function of a level, at the values its leaves have now.
     *
     * @param hold whether what is detached is a constant
     * @param declaredToo whether a declared backward has to be the derivative
     */
    NodeCheck(Level level, boolean hold, boolean declaredToo, long seed) {
        this.level = level;
        this.shadow = Shadow.of(level.traced(), hold);
        this.values = shadow.at(Map.of());
        this.samples = Samples.of(seed);
        this.declaredToo = declaredToo;
    }

    /** The first node whose gradient is wrong. */
    Optional<WrongNode> firstWrong() {
        Set<Node> active = active();
        for (Node node : shadow.nodes()) {
            Optional<WrongNode> wrong = active.contains(node) ? check(node) : Optional.empty();
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    /** The first declared backward, with numbers found elsewhere. */
    Optional<WrongNode> firstDeclared(Mismatch worst) {
        Set<Node> active = active();
        return shadow.nodes().stream()
                .filter(n -> n.is(Op.CUSTOM) && active.contains(n))
                .findFirst()
                .map(n -> wrong(n, 1, worst.at(), worst.expected(), worst.got()));
    }

    private Optional<WrongNode> check(Node node) {
        if (node.is(Op.CUSTOM)) {
            return declaredToo ? declared(node) : Optional.empty();
        }
        return node.op().kind() == Op.Kind.LEAF ? Optional.empty() : plain(node);
    }

    /** Nodes that depend on a wanted leaf and that the gradient flows to. */
    private Set<Node> active() {
        Set<Node> depends = Collections.newSetFromMap(new IdentityHashMap<>());
        level.leaves().forEach(t -> depends.addAll(shadow.leaves(t)));
        for (Node node : shadow.nodes()) {
            if (node.inputs().stream().anyMatch(depends::contains)) {
                depends.add(node);
            }
        }
        Set<Node> active = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Node> open = new ArrayDeque<>(shadow.outputs());
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (depends.contains(node) && node.dtype().isFloating() && active.add(node)) {
                // The gradient of a detached value flows nowhere; a declared one flows past the
                // first operand, which only carries the value.
                if (!node.is(Op.DETACH)) {
                    open.addAll(node.inputs()
                            .subList(node.is(Op.CUSTOM) ? 1 : 0, node.inputs().size()));
                }
            }
        }
        return active;
    }

    /** One operation on leaves of its own. */
    private Optional<WrongNode> plain(Node y) {
        List<Node> leaves = new ArrayList<>();
        List<Value> at = new ArrayList<>();
        for (Node in : y.inputs()) {
            leaves.add(Node.input(leaves.size(), in.dtype(), in.shape(), null));
            at.add(values.of(in));
        }
        Node alone = Node.of(y.op(), y.attrs(), leaves);
        Node dy = Node.input(leaves.size(), DType.FLOAT64, y.shape(), "dy");
        Tensor v = samples.normal(y.shape().dims());
        List<Node> grads = Differentiate.gradients(List.of(alone), List.of(dy), leaves);
        Evaluation e = new Evaluation(leaves, at);
        e.put(dy, v.value());
        for (int i = 0; i < leaves.size(); i++) {
            int operand = i;
            if (leaves.get(i).dtype() == DType.FLOAT64) {
                double[] got = grads.get(i) == null
                        ? new double[leaves.get(i).shape().numel()]
                        : e.doubles(grads.get(i));
                Optional<WrongNode> wrong = compare(y, i, got, v.toDoubles(), moved -> {
                    Evaluation there = new Evaluation(leaves, at);
                    there.put(
                            leaves.get(operand),
                            Evaluation.value(moved, leaves.get(operand).shape()));
                    return there.doubles(alone);
                });
                if (wrong.isPresent()) {
                    return wrong;
                }
            }
        }
        return Optional.empty();
    }

    /** What a backward declares, against the value it is declared for. */
    private Optional<WrongNode> declared(Node y) {
        Tensor v = samples.normal(y.shape().dims());
        Node original = shadow.original(y);
        Tensor upstream = v.cast(original.dtype());
        Shadow answers = Shadow.of(level.traced().declared(original, upstream), false);
        Evaluation got = answers.at(Map.of());
        for (int i = 1; i < y.inputs().size(); i++) {
            Node operand = y.input(i);
            double[] answer = got.doubles(answers.outputs().get(i - 1));
            Optional<WrongNode> wrong = compare(y, i, answer, upstream.toDoubles(), moved -> {
                Evaluation there = shadow.at(Map.of());
                y.inputs().stream().skip(1).forEach(in -> there.put(in, values.of(in)));
                there.put(operand, Evaluation.value(moved, operand.shape()));
                return there.doubles(y.input(0));
            });
            if (wrong.isPresent()) {
                return wrong;
            }
        }
        return Optional.empty();
    }

    private Optional<WrongNode> compare(
            Node y, int operand, double[] got, double[] v, Function<double[], double[]> forward) {
        double[] at = values.doubles(y.input(operand));
        double[] result = values.doubles(y);
        WrongNode worst = null;
        double most = 1;
        for (int k = 0; k < Math.min(at.length, ELEMENTS); k++) {
            int element = k;
            double step = STEP * Math.max(Math.abs(at[k]), 1e-4);
            Column column = Column.of(
                    t -> {
                        double[] moved = at.clone();
                        moved[element] += t;
                        return forward.apply(moved);
                    },
                    step,
                    true);
            double should = column.dot(v);
            double noise = noise(column, result, v) / step;
            double off = Math.abs(should - got[k]) / (RELATIVE * (0.1 + Math.abs(should)) + noise);
            if (!(off <= most)) {
                most = Double.isNaN(off) ? Double.POSITIVE_INFINITY : off;
                worst = wrong(
                        y, operand, Kinks.position(y.input(operand).shape(), k), should, got[k]);
            }
        }
        return Optional.ofNullable(worst);
    }

    private static double noise(Column column, double[] result, double[] v) {
        double sum = 0;
        for (int i = 0; i < result.length; i++) {
            sum += column.slopes()[i] == 0 ? 0 : Math.abs(v[i] * result[i]);
        }
        return 100 * Math.ulp(1.0) * sum;
    }

    private WrongNode wrong(Node y, int operand, int[] at, double should, double got) {
        Graph graph = level.traced().graph();
        Map<Node, String> names = GraphPrinter.NodeNames.of(graph);
        Node original = shadow.original(y);
        return new WrongNode(
                y.op(),
                names.get(original),
                GraphPrinter.equation(original, names),
                operand,
                at,
                should,
                got);
    }
}
