package org.fusegrad.conformance.torch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.eval.Formula;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Unsupported;
import org.fusegrad.ops.Reductions;

/**
 * The formula that the note of a case states, such as {@code y = a*b/(1+b*b)}: assignments
 * separated by semicolons, with {@code + - * / **}, function calls and the names of inputs.
 */
final class NoteFormula {
    /** Results by name, the last one being the case's only output if it has but one. */
    record Computed(Map<String, Tensor> values, String last) {
        Tensor only() {
            return values.get(last);
        }
    }

    private static final Pattern ASSIGNMENT =
            Pattern.compile("(?:^|[;,.:]\\s*|\\s)([A-Za-z_]\\w*)\\s*=\\s*"
                    + "((?:[^:;,=]|,(?!\\s*[A-Za-z_]\\w*\\s*=))+)");

    private final ConformanceCase from;
    private final String note;
    private String text = "";
    private int at;
    private Map<String, Tensor> values = new HashMap<>();

    private NoteFormula(ConformanceCase from) {
        this.from = from;
        this.note = from.note();
    }

    static NoteFormula of(ConformanceCase from) {
        return new NoteFormula(from);
    }

    /** As a formula of a case. */
    Formula formula() {
        return in -> {
            Computed computed = NoteFormula.of(from).apply(in);
            List<String> names = from.outputs().stream().map(e -> e.name()).toList();
            if (names.size() == 1) {
                return Outputs.of(computed.only());
            }
            Outputs outputs = new Outputs();
            for (String name : names) {
                if (!computed.values().containsKey(name)) {
                    throw new Unsupported("the note states no '" + name + "'");
                }
                outputs.and(name, computed.values().get(name));
            }
            return outputs;
        };
    }

    /** Evaluates all assignments of the note in order. */
    Computed apply(Inputs in) {
        values = new HashMap<>();
        from.inputs().forEach(e -> values.put(e.name(), in.get(e.name())));
        String last = null;
        Matcher m = ASSIGNMENT.matcher(note);
        while (m.find()) {
            text = m.group(2);
            at = 0;
            Tensor value = sum();
            skip();
            if (at < text.length() && "(,".indexOf(text.charAt(at)) < 0) {
                throw unknown();
            }
            last = m.group(1);
            values.put(last, value);
        }
        if (last == null) {
            throw unknown();
        }
        return new Computed(values, last);
    }

    private Unsupported unknown() {
        return new Unsupported("case '" + from.name() + "' is described in words: " + note);
    }

    private Tensor sum() {
        Tensor left = product();
        for (char c = peek(); c == '+' || c == '-'; c = peek()) {
            at++;
            Tensor right = product();
            left = c == '+' ? left.add(right) : left.sub(right);
        }
        return left;
    }

    private Tensor product() {
        Tensor left = power();
        for (char c = peek(); c == '*' || c == '/'; c = peek()) {
            at++;
            Tensor right = power();
            left = c == '*' ? left.mul(right) : left.div(right);
        }
        return left;
    }

    private Tensor power() {
        if (peek() == '-') {
            at++;
            return power().neg();
        }
        Tensor base = atom();
        skip();
        boolean stars = text.startsWith("**", at);
        if (stars || peek() == '^') {
            at += stars ? 2 : 1;
            return base.pow(power());
        }
        return base;
    }

    private Tensor atom() {
        char c = peek();
        if (c == '(') {
            at++;
            return closed(sum());
        }
        String word = word(Character.isDigit(c) ? "[0-9.]+(e-?\\d+)?" : "[A-Za-z_]\\w*(\\.\\w+)?");
        if (Character.isDigit(c)) {
            return Tensor.scalar(Double.parseDouble(word), first().dtype());
        }
        if (at < text.length() && text.charAt(at) == '(' && !values.containsKey(word)) {
            at++;
            return call(word, sum());
        }
        if (!values.containsKey(word)) {
            throw unknown();
        }
        return values.get(word);
    }

    private Tensor call(String function, Tensor x) {
        if (peek() == ',') {
            return reduced(function, x);
        }
        closed(x);
        return switch (function) {
            case "sum" -> x.sumAll();
            case "mean" -> x.meanAll();
            case "detach", "stop_gradient" -> x.detach();
            default -> {
                if (!ActivationCases.knows(function)) {
                    throw unknown();
                }
                yield ActivationCases.apply(
                        function, x, new Attributes(new com.google.gson.JsonObject()));
            }
        };
    }

    /** {@code var(x, dim1, unbiased)} and the like: the axis goes away. */
    private Tensor reduced(String function, Tensor x) {
        int close = text.indexOf(')', at);
        if (close < 0) {
            throw unknown();
        }
        String arguments = text.substring(at, close);
        at = close + 1;
        Matcher dim = Pattern.compile("dim\\s*=?\\s*(-?\\d+)").matcher(arguments);
        if (!dim.find()) {
            throw unknown();
        }
        int axis = Integer.parseInt(dim.group(1));
        int correction = arguments.contains("unbiased") ? 1 : 0;
        Tensor y = switch (function) {
            case "sum" -> x.sum(axis);
            case "mean" -> x.mean(axis);
            case "var" -> Reductions.var(x, correction, axis);
            case "std" -> Reductions.std(x, correction, axis);
            case "norm", "norm2" -> Reductions.norm(x, axis);
            case "logsumexp" -> Reductions.logSumExp(x, axis);
            default -> throw unknown();
        };
        return y.squeeze(axis);
    }

    private Tensor first() {
        return values.get(from.inputs().get(0).name());
    }

    private Tensor closed(Tensor value) {
        if (peek() != ')') {
            throw unknown();
        }
        at++;
        return value;
    }

    private String word(String pattern) {
        Matcher m = Pattern.compile(pattern).matcher(text).region(at, text.length());
        if (!m.lookingAt()) {
            throw unknown();
        }
        at = m.end();
        return m.group();
    }

    private char peek() {
        skip();
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }
}
