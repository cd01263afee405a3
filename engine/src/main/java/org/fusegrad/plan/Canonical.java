package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/**
 * Pass: rewrites each region of a graph over its own loop domain. Afterwards every element-wise
 * node and reduction has the rank of its domain, size 1 along loops it does not vary over, and one
 * axis a reduction, innermost first; reshapes, permutations and expansions stand only where values
 * enter and leave. Layout is dealt with here once: later passes, the interpreter and the code
 * generator see contiguous data whatever order the axes had.
 */
final class Canonical {
    private final Graph graph;
    private final Layouts layouts;
    private final AxisMap axes;
    private final Map<Node, Region> regions = new IdentityHashMap<>();
    private final Map<Node, Integer> stages = new IdentityHashMap<>();
    private final Map<Node, Node> logical = new IdentityHashMap<>();
    private final Map<Node, Node> canonical = new IdentityHashMap<>();

    private Canonical(Graph graph, Layouts layouts) {
        this.graph = graph;
        this.layouts = layouts;
        this.axes = AxisMap.of(graph);
    }

    /** The graph over loop domains; outputs keep their logical shapes. */
    static Graph rewrite(Graph graph, Layouts layouts) {
        Canonical c = new Canonical(graph, layouts);
        c.findRegions();
        return c.rebuild();
    }

    // Which nodes share a domain.

    private boolean isSource(Node n) {
        return n.is(Op.INPUT) || axes.isBarrier(n);
    }

    private boolean isCompute(Node n) {
        return !isSource(n) && n.op().kind() != Op.Kind.MOVEMENT && !n.is(Op.CONST);
    }

    /** What a chain of views looks at. */
    private Node base(Node n) {
        while (!isSource(n) && n.op().kind() == Op.Kind.MOVEMENT) {
            n = n.input(0);
        }
        return n;
    }

    private void findRegions() {
        Map<Node, Node> parent = new IdentityHashMap<>();
        Map<Reading, Node> readers = new HashMap<>();
        for (Node n : graph.nodes()) {
            int stage = 0;
            for (Node in : n.inputs()) {
                // A slice of what is materialised anyway is only another view of it.
                boolean view = n.is(Op.SLICE) && !isCompute(base(in));
                stage = Math.max(stage, stages.get(in) + (isSource(n) && !view ? 1 : 0));
            }
            stages.put(n, stage);
            parent.put(n, n);
            if (isCompute(n)) {
                for (Node in : n.inputs()) {
                    Node b = base(in);
                    if (isCompute(b) && stages.get(b) == stage) {
                        parent.put(root(parent, b), root(parent, n));
                    } else if (isSource(b) && Reading.isFull(n, b)) {
                        Node other = readers.putIfAbsent(new Reading(b, stage), n);
                        parent.put(root(parent, other == null ? n : other), root(parent, n));
                    }
                }
            }
        }
        Map<Node, Region> byRoot = new IdentityHashMap<>();
        for (Node n : graph.nodes()) {
            if (isCompute(n)) {
                Region r = byRoot.computeIfAbsent(root(parent, n), k -> new Region(axes));
                r.add(n);
                regions.put(n, r);
            }
        }
        byRoot.values().forEach(this::order);
    }

    private static Node root(Map<Node, Node> parent, Node n) {
        for (Node up = parent.get(n); up != n; up = parent.get(n)) {
            // Paths are halved on the way, or they would grow with the formula.
            parent.put(n, parent.get(up));
            n = parent.get(n);
        }
        return n;
    }

    private void order(Region region) {
        Map<Node, int[]> strides = new IdentityHashMap<>();
        for (Node n : region.nodes()) {
            for (Node in : n.inputs()) {
                Node b = base(in);
                if (!b.is(Op.CONST) && regions.get(b) != region) {
                    region.addSource(b);
                    strides.put(b, strides(b));
                }
            }
        }
        region.order(strides, layouts.rowsApart());
    }

    /** Memory strides of a materialised value; null for row-major. */
    private int[] strides(Node source) {
        if (source.is(Op.INPUT)) {
            return layouts.of(((Attrs.Input) source.attrs()).index());
        }
        boolean viewOfInput = source.is(Op.SLICE)
                && base(source.input(0)).is(Op.INPUT)
                && base(source.input(0)) == source.input(0);
        return viewOfInput ? strides(source.input(0)) : null;
    }

    // Rebuilding.

    private Graph rebuild() {
        for (Node n : graph.inputs()) {
            logical.put(n, n);
        }
        for (Node n : graph.nodes()) {
            if (n.is(Op.INPUT) || n.is(Op.CONST)) {
                logical.put(n, n);
            } else if (axes.isBarrier(n)) {
                logical.put(
                        n, n.withInputs(n.inputs().stream().map(this::logical).toList()));
            } else if (isCompute(n)) {
                canonical.put(n, compute(n, regions.get(n)));
            }
        }
        List<Node> outputs = new ArrayList<>();
        for (Node out : graph.outputs()) {
            outputs.add(logical(out));
        }
        return Graph.of(graph.inputs(), outputs);
    }

    private Node compute(Node n, Region region) {
        List<Node> operands = new ArrayList<>();
        for (Node in : n.inputs()) {
            operands.add(operand(in, region));
        }
        if (n.op().kind() == Op.Kind.REDUCE) {
            return reduction(n, operands, region);
        }
        Node rebuilt = Node.of(n.op(), n.attrs(), operands);
        return n.hint() == null ? rebuilt : rebuilt.named(n.hint());
    }

    /** An operand over the region's domain; size 1 where it does not vary. */
    private Node operand(Node in, Region region) {
        Node b = base(in);
        if (b.is(Op.CONST)) {
            return b;
        }
        return regions.get(b) == region ? canonical.get(b) : enter(b, region);
    }

    /** A materialised value as seen from the loops. */
    private Node enter(Node source, Region region) {
        List<Axis> own = axes.flat(source);
        List<Axis> ordered = new ArrayList<>(region.domain());
        ordered.retainAll(own);
        Node value = arrange(logical(source), own, ordered);
        return value.reshape(Shape.of(region.dims(own)));
    }

    /** Splits into indivisible axes and permutes them, where the order differs. */
    private static Node arrange(Node value, List<Axis> from, List<Axis> to) {
        if (from.equals(to)) {
            return value;
        }
        int[] order = to.stream().mapToInt(from::indexOf).toArray();
        return value.reshape(Shape.of(from.stream().mapToInt(Axis::size).toArray()))
                .permute(order);
    }

    /** The value of a node in its own shape, outside loops. */
    private Node logical(Node n) {
        Node known = logical.get(n);
        if (known == null) {
            known = isCompute(base(n))
                    ? leave(n, regions.get(base(n)))
                    : n.withInputs(List.of(logical(n.input(0))));
            logical.put(n, known);
        }
        return known;
    }

    private Node leave(Node n, Region region) {
        List<Axis> own = axes.flat(n);
        List<Axis> ordered = new ArrayList<>(region.domain());
        ordered.retainAll(own);
        ordered.addAll(own.stream().filter(a -> !ordered.contains(a)).toList());
        Node value = canonical.get(base(n));
        List<Axis> inside = new ArrayList<>(ordered);
        inside.retainAll(region.domain());
        value = value.expand(Shape.of(region.dims(inside)));
        value = outside(value, inside, ordered);
        return arrange(value, ordered, own).reshape(n.shape());
    }

    /** Adds axes that only an expansion at the very end has. */
    private static Node outside(Node value, List<Axis> inside, List<Axis> all) {
        if (inside.size() == all.size()) {
            return value;
        }
        int[] ones =
                all.stream().mapToInt(a -> inside.contains(a) ? a.size() : 1).toArray();
        int[] full = all.stream().mapToInt(Axis::size).toArray();
        return value.reshape(Shape.of(ones)).expand(Shape.of(full));
    }

    private Node reduction(Node n, List<Node> operands, Region region) {
        boolean floating = n.dtype().isFloating();
        boolean sum = n.is(Op.SUM) || n.is(Op.SUM_MUL);
        List<List<Axis>> dims =
                axes.of(n.is(Op.SUM_MUL) ? widest(n.input(0), n.input(1)) : n.input(0));
        List<Integer> loops = new ArrayList<>();
        int repeats = 1;
        for (int axis : ((Attrs.Axes) n.attrs()).axes().toArray()) {
            for (Axis a : dims.get(axis)) {
                boolean varies = region.domain().contains(a) && varies(operands, region.loop(a));
                if (!varies) {
                    repeats *= a.size();
                } else if (!loops.contains(region.loop(a))) {
                    loops.add(region.loop(a));
                }
            }
        }
        loops.sort((a, b) -> b - a);
        Node value = operands.size() == 2 && loops.isEmpty()
                ? operands.get(0).mul(operands.get(1))
                : operands.get(0);
        for (int i = 0; i < loops.size(); i++) {
            Attrs over = new Attrs.Axes(Ints.of(loops.get(i)), sum && floating);
            value = i == 0
                    ? Node.of(n.op(), over, operands)
                    : Node.of(n.is(Op.SUM_MUL) ? Op.SUM : n.op(), over, value);
        }
        if (sum && repeats > 1) {
            value = value.mul(repeats);
        }
        return value.cast(n.dtype());
    }

    private static Node widest(Node a, Node b) {
        return a.shape().numel() >= b.shape().numel() ? a : b;
    }

    private static boolean varies(List<Node> operands, int loop) {
        return operands.stream().anyMatch(o -> o.shape().rank() > 0 && o.shape().dim(loop) > 1);
    }
}
