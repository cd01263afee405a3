package org.fusegrad.conformance.torch;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.type.DType;

/**
 * A composed computation: steps {@code [result, operation, operand..., {attributes}]} over the
 * names of inputs and of earlier results. Numbers among the operands are constants, {@code null}
 * or an empty name an operand left out; a list of results takes several.
 */
final class Program {
    /** The value that goes round in a {@code repeat}. */
    private static final String IT = "it";

    /** Something a step is applied to: a name, a constant, or nothing. */
    private record Operand(String name, Double constant) {}

    private record Step(
            int number,
            List<String> results,
            String operation,
            List<Operand> operands,
            JsonObject attributes) {
        String where() {
            return "step " + number + " (" + operation + ")";
        }
    }

    private final List<Step> steps;

    private Program(List<Step> steps) {
        this.steps = steps;
    }

    /**
     * The program of a case.
     *
     * @throws MalformedCase if a step is no list of the form above
     * @throws Unsupported if an operation is not known
     */
    static Program of(JsonElement json) {
        if (!(json instanceof JsonArray array) || array.isEmpty()) {
            throw new MalformedCase("'program' is no list of steps");
        }
        List<Step> steps = new ArrayList<>();
        for (JsonElement e : array) {
            steps.add(step(steps.size() + 1, e));
        }
        return new Program(steps);
    }

    /** One call of an operation on some inputs. */
    static Program of(String result, String operation, List<String> inputs, JsonObject attrs) {
        List<Operand> operands =
                inputs.stream().map(name -> new Operand(name, null)).toList();
        return new Program(List.of(new Step(1, List.of(result), operation, operands, attrs)));
    }

    private static Step step(int number, JsonElement json) {
        if (!(json instanceof JsonArray array) || array.size() < 2 || !isText(array.get(1))) {
            throw new MalformedCase("step " + number
                    + " of 'program' is not [result, operation, operand..., {attributes}]");
        }
        String operation = array.get(1).getAsString();
        List<String> results = new ArrayList<>();
        JsonElement first = array.get(0);
        for (JsonElement e : first instanceof JsonArray several ? several : listOf(first)) {
            if (!isText(e)) {
                throw new MalformedCase("step " + number + " of 'program' names no result");
            }
            results.add(e.getAsString());
        }
        List<Operand> operands = new ArrayList<>();
        JsonObject attributes = new JsonObject();
        for (int i = 2; i < array.size(); i++) {
            if (array.get(i) instanceof JsonObject object && i == array.size() - 1) {
                attributes = object;
            } else if (array.get(i) instanceof JsonArray several) {
                several.forEach(e -> operands.add(operand(number, e)));
            } else {
                operands.add(operand(number, array.get(i)));
            }
        }
        if (!operation.equals("repeat") && !ProgramTable.knows(operation, operands.size())) {
            throw new Unsupported("operation '" + operation + "' in a program");
        }
        return new Step(number, results, operation, operands, attributes);
    }

    private static JsonArray listOf(JsonElement only) {
        JsonArray list = new JsonArray();
        list.add(only);
        return list;
    }

    private static boolean isText(JsonElement e) {
        return e instanceof JsonPrimitive p && p.isString();
    }

    private static Operand operand(int number, JsonElement e) {
        if (e.isJsonNull()) {
            return new Operand(null, null);
        } else if (isText(e)) {
            return new Operand(e.getAsString().isEmpty() ? null : e.getAsString(), null);
        } else if (e instanceof JsonPrimitive p && p.isNumber()) {
            return new Operand(null, p.getAsDouble());
        }
        throw new MalformedCase("step " + number + " of 'program' has the operand " + e
                + ", which is neither a name nor a number");
    }

    /**
     * All results by name, the inputs among them.
     *
     * @param inputs by name
     * @param dtype of constants that meet no tensor
     */
    Map<String, Tensor> run(Map<String, Tensor> inputs, DType dtype) {
        Map<String, Tensor> values = new LinkedHashMap<>(inputs);
        for (Step step : steps) {
            run(step, values, dtype);
        }
        return values;
    }

    private static void run(Step step, Map<String, Tensor> values, DType dtype) {
        List<Tensor> operands = operands(step, values, dtype);
        Attributes attrs = new Attributes(step.attributes());
        if (step.operation().equals("repeat") && attrs.has("body")) {
            values.put(step.results().get(0), repeat(step, attrs, operands, values, dtype));
            return;
        }
        Map<String, Tensor> states = new HashMap<>();
        List<String> names = step.operands().stream().map(Operand::name).toList();
        ProgramCall call = new ProgramCall(
                step.operation(), operands, names, step.results().size(), attrs, dtype, states);
        List<Tensor> results = ProgramTable.apply(call);
        Set<String> unread = new HashSet<>(attrs.unread());
        unread.removeAll(ProgramTable.REDUNDANT);
        if (!unread.isEmpty()) {
            throw new Unsupported("attribute " + unread + " of '" + step.operation() + "'");
        }
        if (results.size() < step.results().size()) {
            throw new MalformedCase(step.where() + " of 'program' takes "
                    + step.results().size() + " results, there are " + results.size());
        }
        for (int i = 0; i < step.results().size(); i++) {
            values.put(step.results().get(i), results.get(i));
        }
        values.putAll(states);
    }

    private static Tensor repeat(
            Step step,
            Attributes attrs,
            List<Tensor> operands,
            Map<String, Tensor> values,
            DType dtype) {
        Program body = of(attrs.list("body"));
        if (operands.size() != 1 || !attrs.has("times") || attrs.integer("times", 0) < 0) {
            throw new MalformedCase(step.where() + " of 'program' needs one operand and 'times'");
        }
        Step last = body.steps.get(body.steps.size() - 1);
        boolean named = body.steps.stream().anyMatch(s -> s.results().contains(IT));
        String round = named ? IT : last.results().get(0);
        Map<String, Tensor> inner = new LinkedHashMap<>(values);
        inner.put(IT, operands.get(0));
        for (int i = 0; i < attrs.integer("times", 0); i++) {
            inner = body.run(inner, dtype);
            inner.put(IT, inner.get(round));
        }
        return inner.get(IT);
    }

    private static List<Tensor> operands(Step step, Map<String, Tensor> values, DType dtype) {
        List<Tensor> tensors = new ArrayList<>();
        for (Operand o : step.operands()) {
            if (o.name() != null && !values.containsKey(o.name())) {
                throw new MalformedCase(step.where() + " of 'program' names '" + o.name()
                        + "', which is neither an input nor an earlier result");
            }
            tensors.add(o.name() == null ? null : values.get(o.name()));
        }
        DType of = constants(tensors, dtype);
        for (int i = 0; i < tensors.size(); i++) {
            Double constant = step.operands().get(i).constant();
            if (constant != null) {
                tensors.set(i, Tensor.scalar(constant, of));
            }
        }
        return tensors;
    }

    /** A constant takes the floating type of the tensors it meets. */
    private static DType constants(List<Tensor> tensors, DType otherwise) {
        return tensors.stream()
                .filter(t -> t != null && t.dtype().isFloating())
                .map(Tensor::dtype)
                .findFirst()
                .orElse(otherwise);
    }
}
