package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.FormulaGraph;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * A traced function with every floating type replaced by float64, to be evaluated at and near the
 * point of the check. What is detached can be held at the value it has at that point.
 */
final class Shadow {
    private final FormulaGraph traced;
    private final List<Node> inputs = new ArrayList<>();
    private final List<Node> outputs = new ArrayList<>();
    private final Map<Node, Node> shadows = new IdentityHashMap<>();
    private final Map<Node, Node> originals = new IdentityHashMap<>();
    private final Map<Node, Double> stores = new IdentityHashMap<>();
    private final List<Node> held = new ArrayList<>();
    private final List<Value> heldValues = new ArrayList<>();
    private final boolean single;

    private Shadow(FormulaGraph traced, Shadow free) {
        this.traced = traced;
        boolean coarse = false;
        for (Node leaf : traced.graph().inputs()) {
            Node copy = Node.input(inputs.size(), wide(leaf.dtype()), leaf.shape(), leaf.hint());
            inputs.add(copy);
            keep(leaf, copy);
        }
        Evaluation at = free == null ? null : free.at(Map.of());
        for (Node node : traced.graph().nodes()) {
            coarse |= node.dtype().isFloating() && node.dtype() != DType.FLOAT64;
            if (!shadows.containsKey(node)) {
                keep(node, node.is(Op.DETACH) && free != null ? hold(node, free, at) : copy(node));
            }
        }
        this.single = coarse;
        traced.graph().outputs().forEach(out -> outputs.add(shadows.get(out)));
    }

    /** The shadow of a function; {@code hold} keeps what is detached constant. */
    static Shadow of(FormulaGraph traced, boolean hold) {
        Shadow free = new Shadow(traced, null);
        return hold ? new Shadow(traced, free) : free;
    }

    private void keep(Node original, Node shadow) {
        shadows.put(original, shadow);
        originals.putIfAbsent(shadow, original);
    }

    private Node hold(Node detached, Shadow free, Evaluation at) {
        Node leaf = Node.input(
                inputs.size() + held.size(), wide(detached.dtype()), detached.shape(), null);
        held.add(leaf);
        heldValues.add(at.of(free.shadows.get(detached)));
        return leaf;
    }

    private Node copy(Node node) {
        List<Node> in = node.inputs().stream().map(shadows::get).toList();
        if (node.is(Op.CONST)) {
            double value = node.constValue();
            return Node.constant(
                    node.dtype() == DType.FLOAT32 ? (float) value : value, wide(node.dtype()));
        } else if (node.is(Op.CAST) && node.dtype().isHalf()) {
            // Stays as a place where the function rounds more than elsewhere.
            Node stored = Node.of(Op.CAST, new Attrs.To(DType.FLOAT64), in);
            stores.put(stored, Tolerance.rounding(node.dtype()));
            return stored;
        } else if (node.is(Op.CAST)) {
            return in.get(0).cast(wide(node.dtype()));
        }
        // Random numbers are of the type they were drawn in, whatever the operands are.
        Node copy = Node.of(node.op(), node.attrs(), in);
        copy = copy.cast(wide(copy.dtype()));
        return node.hint() == null ? copy : copy.named(node.hint());
    }

    private static DType wide(DType type) {
        return type.isFloating() ? DType.FLOAT64 : type;
    }

    /** Everything computed, with some leaves moved elsewhere. */
    Evaluation at(Map<Tensor, double[]> moved) {
        List<Value> values = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            Object source = traced.sources().get(i);
            Tensor t = source instanceof State s ? s.get() : (Tensor) source;
            values.add(widened(t, moved.get(t)));
        }
        Evaluation evaluation = new Evaluation(inputs, values);
        for (int i = 0; i < held.size(); i++) {
            evaluation.put(held.get(i), heldValues.get(i));
        }
        return evaluation;
    }

    private static Value widened(Tensor t, double[] moved) {
        return t.dtype().isFloating()
                ? Evaluation.value(moved == null ? t.toDoubles() : moved, t.shape())
                : t.value();
    }

    /** Leaves that take their values from a tensor. */
    List<Node> leaves(Tensor source) {
        List<Node> leaves = new ArrayList<>();
        for (int i = 0; i < inputs.size(); i++) {
            if (traced.sources().get(i) == source) {
                leaves.add(inputs.get(i));
            }
        }
        return leaves;
    }

    List<Node> outputs() {
        return outputs;
    }

    /** All nodes, operands first. */
    List<Node> nodes() {
        return Graph.topological(outputs);
    }

    /** The node a node of the shadow was made from. */
    Node original(Node shadow) {
        return originals.get(shadow);
    }

    FormulaGraph traced() {
        return traced;
    }

    /** The bound of the function's own rounding errors. */
    RunningBound roundings(double unit) {
        return new RunningBound(outputs, Map.of(), unit, stores);
    }

    /** The largest relative error of one rounding in the function itself. */
    double unit() {
        return single ? Math.ulp(1f) / 2 : Math.ulp(1.0) / 2;
    }
}
