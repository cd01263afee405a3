package org.fusegrad.conformance.onnx;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Formula;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;

/** A case given as a graph of operators, in topological order. */
public final class OnnxGraph implements OpCase {
    private static final Map<String, OnnxOp> TABLE = new HashMap<>();

    static {
        OnnxMath.register(TABLE);
        OnnxReductions.register(TABLE);
        OnnxShapes.register(TABLE);
        OnnxSources.register(TABLE);
        OnnxIndices.register(TABLE);
        OnnxWindows.register(TABLE);
        OnnxNorms.register(TABLE);
        OnnxLosses.register(TABLE);
        OnnxTraining.register(TABLE);
    }

    private record NamedNode(
            String op, List<String> inputs, List<String> outputs, Attributes attrs) {}

    @Override
    public Formula prepare(Setup setup) {
        int opset = opset(setup);
        List<NamedNode> nodes = new ArrayList<>();
        for (JsonObject object : setup.from().objects("nodes")) {
            nodes.add(node(object));
        }
        if (nodes.isEmpty()) {
            throw new MalformedCase("the case has no nodes");
        }
        for (NamedNode node : nodes) {
            if (!TABLE.containsKey(node.op())) {
                throw new Unsupported("operator " + node.op());
            }
        }
        // Inputs and what is computed of them decide shapes, which a trace must know beforehand.
        Map<String, Tensor> known = new HashMap<>();
        setup.from().inputs().forEach(e -> known.put(e.name(), setup.value(e.name())));
        if (nodes.size() > 1) {
            Tensor.noGrad(() -> compute(nodes, opset, new HashMap<>(known), known));
        }
        return in -> {
            Map<String, Tensor> values = new HashMap<>();
            setup.from().inputs().forEach(e -> values.put(e.name(), in.get(e.name())));
            return outputs(setup, compute(nodes, opset, values, known));
        };
    }

    private static int opset(Setup setup) {
        Map<String, Integer> versions = setup.from().versions("opset");
        int only = versions.values().stream().findFirst().orElse(1);
        return versions.getOrDefault("ai.onnx", versions.getOrDefault("", only));
    }

    private static NamedNode node(JsonObject object) {
        String attributes = object.has("attrs_resolved") ? "attrs_resolved" : "attrs";
        JsonObject attrs = object.get(attributes) instanceof JsonObject a ? a : new JsonObject();
        return new NamedNode(
                new Attributes(object).text("op", ""),
                names(object, "inputs"),
                names(object, "outputs"),
                new Attributes(attrs));
    }

    private static List<String> names(JsonObject object, String list) {
        List<String> names = new ArrayList<>();
        if (object.get(list) instanceof JsonArray array) {
            for (JsonElement e : array) {
                names.add(e.getAsString());
            }
        }
        return names;
    }

    /** Adds all results to the values, and those that are known to the known ones. */
    private static Map<String, Tensor> compute(
            List<NamedNode> nodes,
            int opset,
            Map<String, Tensor> values,
            Map<String, Tensor> known) {
        for (NamedNode node : nodes) {
            List<Optional<Tensor>> tensors = new ArrayList<>();
            List<Optional<Tensor>> constants = new ArrayList<>();
            for (String name : node.inputs()) {
                if (!name.isEmpty() && !values.containsKey(name)) {
                    throw new MalformedCase(node.op() + ": no tensor is called '" + name + "'");
                }
                tensors.add(Optional.ofNullable(values.get(name)));
                constants.add(Optional.ofNullable(known.get(name)));
            }
            List<Tensor> results = TABLE.get(node.op())
                    .apply(new OnnxCall(
                            node.op(),
                            tensors,
                            constants,
                            node.outputs().size(),
                            node.attrs(),
                            opset));
            for (int i = 0; i < Math.min(results.size(), node.outputs().size()); i++) {
                String name = node.outputs().get(i);
                values.put(name, results.get(i));
                if (!results.get(i).isSymbolic()) {
                    known.putIfAbsent(name, results.get(i));
                }
            }
        }
        return values;
    }

    private static Outputs outputs(Setup setup, Map<String, Tensor> values) {
        Outputs outputs = new Outputs();
        for (TensorEntry entry : setup.from().outputs()) {
            if (!values.containsKey(entry.name())) {
                throw new Unsupported(
                        "output '" + entry.name() + "' of " + setup.from().op());
            }
            outputs.and(entry.name(), values.get(entry.name()));
        }
        return outputs;
    }
}
