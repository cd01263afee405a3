package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.lang.model.SourceVersion;
import org.fusegrad.FormulaGraph;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/** A check as statements of Java that make the same one, with its formula written out. */
final class CaseAsJava {
    /** Longer tensors are random ones of the same shape instead. */
    private static final int ELEMENTS = 4096;

    private final GradCheck settings;
    private final List<Tensor> arguments;
    private final FormulaGraph traced;
    private final Map<Node, String> names = new IdentityHashMap<>();
    private final Map<Object, String> sources = new IdentityHashMap<>();
    private final Set<String> taken = new HashSet<>(Set.of("in", "dy"));
    private final StringBuilder text = new StringBuilder();

    CaseAsJava(GradCheck settings, List<Tensor> arguments, FormulaGraph traced) {
        this.settings = settings;
        this.arguments = arguments;
        this.traced = traced;
    }

    String text() {
        for (int i = 0; i < arguments.size(); i++) {
            source(arguments.get(i), "input" + i);
        }
        for (Tensor p : settings.parameters) {
            source(p, p.name());
        }
        List<Node> leaves = traced.graph().inputs();
        for (int i = 0; i < leaves.size(); i++) {
            source(traced.sources().get(i), leaves.get(i).hint());
        }
        text.append("GradCheck.of(in -> {\n");
        bind();
        List<String> results = new ArrayList<>();
        statements(traced.graph().outputs(), "    ");
        traced.graph().outputs().forEach(y -> results.add(names.get(y)));
        text.append("    return List.of(").append(String.join(", ", results)).append(");\n})");
        settings(names(arguments), names(settings.parameters));
        return text.toString();
    }

    private String names(List<Tensor> tensors) {
        return tensors.stream().map(sources::get).collect(Collectors.joining(", "));
    }

    private void settings(String inputs, String parameters) {
        if (!parameters.isEmpty()) {
            text.append(".parameters(").append(parameters).append(')');
        }
        text.append(settings.order > 1 ? ".order(" + settings.order + ")" : "")
                .append(settings.hold ? ".holdDetached()" : "")
                .append(settings.jacobian ? ".jacobian()" : "")
                .append(settings.jvp ? ".jvp()" : "")
                .append(settings.zeros ? ".allowZeros()" : "")
                .append(".seed(" + settings.seed + "L)")
                .append(settings.reference == null ? "" : "/* .declared(the reference) */")
                .append(".check(")
                .append(inputs)
                .append(");\n");
    }

    /** Declares what an input takes its value from, once. */
    private void source(Object source, String wish) {
        if (sources.containsKey(source)) {
            return;
        }
        Tensor t = source instanceof State s ? s.get() : (Tensor) source;
        String name = unique(wish);
        sources.put(source, name);
        text.append("Tensor ").append(name).append(" = ").append(literal(t)).append(";\n");
    }

    /** Inputs of the formula are arguments of the lambda or what it captures. */
    private void bind() {
        List<Node> leaves = traced.graph().inputs();
        for (int i = 0; i < leaves.size(); i++) {
            Object source = traced.sources().get(i);
            int argument = arguments.indexOf(source);
            if (names.containsKey(leaves.get(i))) {
                continue;
            } else if (argument >= 0) {
                String name = unique(leaves.get(i).hint());
                names.put(leaves.get(i), name);
                text.append("    Tensor " + name + " = in.get(" + argument + ");\n");
            } else {
                names.put(leaves.get(i), sources.get(source));
            }
        }
    }

    private void statements(List<Node> roots, String indent) {
        for (Node node : Graph.topological(roots)) {
            if (!names.containsKey(node)) {
                String name = unique(node.hint());
                String expression = node.is(Op.CUSTOM) ? declared(node, indent) : expression(node);
                names.put(node, name);
                text.append(indent + "Tensor " + name + " = " + expression + ";\n");
            }
        }
    }

    private String expression(Node node) {
        List<String> in = node.inputs().stream().map(names::get).toList();
        Optional<String> java = OpAsJava.of(node, in);
        return java.orElseGet(() -> "null /* " + node.op() + in + " is not a public operation */");
    }

    /** A declared backward, its formula as a lambda inside the lambda. */
    private String declared(Node node, String indent) {
        Tensor dy = Tensor.full(node.shape(), 0, node.dtype());
        FormulaGraph answers = traced.declared(node, dy);
        StringBuilder outer = new StringBuilder(text);
        text.setLength(0);
        String upstream = unique("dy");
        List<Node> leaves = answers.graph().inputs();
        for (int i = 0; i < leaves.size(); i++) {
            Object source = answers.sources().get(i);
            if (!names.containsKey(leaves.get(i))) {
                names.put(leaves.get(i), source == dy ? upstream : captured(source, outer));
            }
        }
        statements(answers.graph().outputs(), indent + "    ");
        String body = text.toString();
        text.setLength(0);
        text.append(outer);
        String inputs =
                node.inputs().stream().skip(1).map(names::get).collect(Collectors.joining(", "));
        String grads = answers.graph().outputs().stream()
                .map(names::get)
                .collect(Collectors.joining(", "));
        return "Primitives.customGradient(" + names.get(node.input(0)) + ", List.of(" + inputs
                + "), " + upstream + " -> {\n" + body + indent + "    return List.of(" + grads
                + ");\n" + indent + "})";
    }

    /** A tensor or state that only the backward reads, declared before everything else. */
    private String captured(Object source, StringBuilder before) {
        if (!sources.containsKey(source)) {
            text.setLength(0);
            source(source, source instanceof State s ? s.name() : "captured");
            before.insert(0, text);
            text.setLength(0);
        }
        return sources.get(source);
    }

    private String unique(String wish) {
        String base = wish == null ? "t" : wish.replaceAll("[^A-Za-z0-9_]", "_");
        String legal = SourceVersion.isName(base) ? base : "v" + base;
        String name = legal.equals("t") ? "t1" : legal;
        for (int i = 2; !taken.add(name); i++) {
            name = legal + i;
        }
        return name;
    }

    private static String literal(Tensor t) {
        String dims = IntStream.of(t.shape().dims())
                .mapToObj(d -> ", " + d)
                .collect(Collectors.joining());
        if (t.shape().numel() > ELEMENTS) {
            return "Samples.of(1).normal(" + (dims.isEmpty() ? "" : dims.substring(2)) + ").cast("
                    + OpAsJava.type(t.dtype()) + ")";
        }
        String cast = t.dtype().isHalf() ? ".cast(" + OpAsJava.type(t.dtype()) + ")" : "";
        return "Tensor.of(new " + array(t) + dims + ")" + cast;
    }

    private static String array(Tensor t) {
        double[] v = t.toDoubles();
        return switch (t.dtype()) {
            case FLOAT64 -> "double[] {" + join(v, OpAsJava::number) + "}";
            case INT64 ->
                "long[] {"
                        + Arrays.stream(t.toLongs())
                                .mapToObj(n -> n + "L")
                                .collect(Collectors.joining(", "))
                        + "}";
            case BOOL -> "boolean[] {" + join(v, b -> b != 0 ? "true" : "false") + "}";
            default -> "float[] {" + join(v, f -> "(float) " + OpAsJava.number(f)) + "}";
        };
    }

    private static String join(double[] values, java.util.function.DoubleFunction<String> text) {
        return Arrays.stream(values).mapToObj(text).collect(Collectors.joining(", "));
    }
}
