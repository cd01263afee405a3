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
import org.fusegrad.conformance.eval.Inputs;
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
        return in -> compute(setup, nodes, opset, in);
    }

    private static int opset(Setup setup) {
        return setup.from().versions("opset").values().stream().findFirst().orElse(1);
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

    private static Outputs compute(Setup setup, List<NamedNode> nodes, int opset, Inputs in) {
        Map<String, Tensor> values = new HashMap<>();
        Map<String, Tensor> known = new HashMap<>();
        for (TensorEntry entry : setup.from().inputs()) {
            values.put(entry.name(), in.get(entry.name()));
            known.put(entry.name(), setup.value(entry.name()));
        }
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
                values.put(node.outputs().get(i), results.get(i));
                if (!results.get(i).isSymbolic()) {
                    known.put(node.outputs().get(i), results.get(i));
                }
            }
        }
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
