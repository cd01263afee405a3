package org.fusegrad.gradcheck;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * Values of expressions, each node computed by itself on the interpreter: neither fused nor
 * simplified, so that what is compared with fused and generated code has nothing in common with it.
 */
final class Evaluation {
    private static final Workers ALONE = new Workers(1);

    private final Map<Node, Value> values = new IdentityHashMap<>();

    /** With values of these leaves. */
    Evaluation(List<Node> leaves, List<Value> values) {
        for (int i = 0; i < leaves.size(); i++) {
            put(leaves.get(i), values.get(i));
        }
    }

    void put(Node leaf, Value value) {
        values.put(leaf, value);
    }

    /** The value of a node, computed now with all it needs unless it is known. */
    Value of(Node root) {
        Value known = values.get(root);
        if (known == null) {
            for (Node node : Graph.topological(List.of(root))) {
                values.computeIfAbsent(node, this::compute);
            }
            known = values.get(root);
        }
        return known;
    }

    /** The same as doubles, in row-major order. */
    double[] doubles(Node root) {
        return of(root).toDoubles();
    }

    private Value compute(Node node) {
        if (node.is(Op.INPUT)) {
            throw new IllegalStateException(node + " has no value");
        }
        Value[] in = new Value[node.inputs().size()];
        for (int i = 0; i < in.length; i++) {
            in[i] = values.get(node.input(i));
        }
        Value out = Value.zeros(node.dtype(), node.shape());
        Interpreter.evaluate(node, in, out, ALONE);
        return out;
    }

    static Value value(double[] elements, Shape shape) {
        return Value.wrap(DType.FLOAT64, elements, shape);
    }
}
