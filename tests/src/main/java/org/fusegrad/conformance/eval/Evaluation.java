package org.fusegrad.conformance.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.eval.Results.Role;
import org.fusegrad.type.DType;

/**
 * Runs the formula of a case as a {@link Fused} one, which an engine that does not fuse runs
 * eagerly, and differentiates as far as the kind of the case asks.
 */
public final class Evaluation implements Evaluator {
    private final OpCase op;

    public Evaluation(OpCase op) {
        this.op = op;
    }

    @Override
    public Results evaluate(ConformanceCase from, boolean widened) {
        Setup setup = new Setup(from, widened);
        Results results = new Results();
        Map<String, Tensor> outputs = forward(setup, results);
        List<Tensor> differentiated = new ArrayList<>();
        List<Tensor> cotangents = new ArrayList<>();
        List<String> names = new ArrayList<>();
        boolean twice = from.kind().equals("double_backward");
        for (TensorEntry entry : from.upstream()) {
            Tensor y = outputs.get(entry.name());
            if (y == null) {
                throw new MalformedCase(
                        "upstream is given for '" + entry.name() + "', which is no output");
            }
            if (y.requiresGrad()) {
                differentiated.add(y);
                Tensor v = from.read(entry);
                v = v.dtype() == y.dtype() ? v : v.cast(y.dtype());
                cotangents.add(v.requiresGrad(twice));
                names.add("upstream:" + entry.name());
            }
        }
        Map<String, Tensor> leaves = leaves(setup, from.grads());
        List<Tensor> grads =
                gradients(differentiated, List.copyOf(leaves.values()), cotangents, twice);
        put(results, Role.GRAD, List.copyOf(leaves.keySet()), grads);
        if (twice) {
            Map<String, Tensor> wrt = leaves(setup, inputsOnly(from.grads2()));
            for (int i = 0; i < names.size(); i++) {
                wrt.put(names.get(i), cotangents.get(i));
            }
            second(from, results, leaves, grads, wrt);
        }
        return results;
    }

    private Map<String, Tensor> forward(Setup setup, Results results) {
        Formula formula = op.prepare(setup);
        List<String> arguments = setup.arguments();
        List<Outputs> seen = new ArrayList<>();
        Fused.Formula whole = in -> {
            Outputs outputs = formula.apply(new Inputs(setup, arguments, in));
            seen.add(outputs);
            return outputs.tensors();
        };
        List<Tensor> values = arguments.stream().map(setup::value).toList();
        List<Tensor> computed = op.isLayer()
                ? whole.apply(values)
                : Fused.ofAll(identifier(setup.from().op()), whole)
                        .callAll(values.toArray(Tensor[]::new));
        Outputs outputs = seen.get(0);
        Map<String, Tensor> byName = new LinkedHashMap<>();
        for (int i = 0; i < computed.size(); i++) {
            String name = outputs.names().get(i);
            byName.put(name.equals(Outputs.ONLY) ? first(setup.from()) : name, computed.get(i));
        }
        byName.forEach((name, t) -> results.put(Role.OUTPUT, name, t));
        outputs.states().forEach((name, s) -> results.put(Role.OUTPUT, name, s.get()));
        return byName;
    }

    private static String identifier(String op) {
        return op.replaceAll("\\W", "_");
    }

    private static String first(ConformanceCase from) {
        return from.outputs().stream()
                .filter(e -> !e.state())
                .map(TensorEntry::name)
                .findFirst()
                .orElseThrow(() -> new MalformedCase("the case has no output"));
    }

    private static Map<String, Tensor> leaves(Setup setup, List<TensorEntry> expected) {
        Map<String, Tensor> leaves = new LinkedHashMap<>();
        for (TensorEntry entry : expected) {
            Tensor leaf = setup.value(entry.name());
            if (!leaf.requiresGrad()) {
                throw new MalformedCase("a gradient of '" + entry.name()
                        + "' is expected, but requires_grad is not set");
            }
            leaves.put(entry.name(), leaf);
        }
        return leaves;
    }

    private static List<TensorEntry> inputsOnly(List<TensorEntry> entries) {
        return entries.stream().filter(e -> !e.name().startsWith("upstream:")).toList();
    }

    private static void second(
            ConformanceCase from,
            Results results,
            Map<String, Tensor> leaves,
            List<Tensor> grads,
            Map<String, Tensor> wrt) {
        List<String> names = List.copyOf(leaves.keySet());
        List<Tensor> differentiated = new ArrayList<>();
        List<Tensor> cotangents = new ArrayList<>();
        for (TensorEntry entry : from.vv()) {
            int i = names.indexOf(entry.name().replaceFirst("^grad:", ""));
            if (i < 0) {
                throw new MalformedCase(
                        "vv names '" + entry.name() + "', which is no gradient of the case");
            }
            if (grads.get(i).requiresGrad()) {
                Tensor v = from.read(entry);
                differentiated.add(grads.get(i));
                cotangents.add(
                        v.dtype() == grads.get(i).dtype()
                                ? v
                                : v.cast(grads.get(i).dtype()));
            }
        }
        List<Tensor> grads2 =
                gradients(differentiated, List.copyOf(wrt.values()), cotangents, false);
        put(results, Role.GRAD2, List.copyOf(wrt.keySet()), grads2);
    }

    private static void put(Results results, Role role, List<String> names, List<Tensor> grads) {
        for (int i = 0; i < names.size(); i++) {
            results.put(role, names.get(i), grads.get(i));
        }
    }

    /** Gradients; zeros where no path leads to a leaf. */
    private static List<Tensor> gradients(
            List<Tensor> of, List<Tensor> leaves, List<Tensor> cotangents, boolean again) {
        List<Tensor> grads = new ArrayList<>();
        List<Tensor> found = of.isEmpty() || leaves.isEmpty()
                ? List.of()
                : Tensor.grad(of, leaves, cotangents, again);
        for (int i = 0; i < leaves.size(); i++) {
            Tensor g = found.isEmpty() ? null : found.get(i);
            DType dtype = leaves.get(i).dtype();
            grads.add(g == null ? Tensor.full(leaves.get(i).shape(), 0, dtype) : g);
        }
        return grads;
    }
}
