package org.fusegrad.conformance.torch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Formula;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.ops.Reductions;

/** Reductions over some axes or all; and running sums. */
final class ReduceCases {
    private interface Reduction {
        Tensor apply(Tensor x, int[] axes, Attributes a);
    }

    private static final Pattern NORM = Pattern.compile("norm_?[pl]?(\\d+(?:\\.\\d+)?|inf)");
    private static final Map<String, Reduction> FUNCTIONS = new HashMap<>();

    private ReduceCases() {}

    static {
        FUNCTIONS.put("sum", (x, d, a) -> x.sum(d));
        FUNCTIONS.put("mean", (x, d, a) -> x.mean(d));
        FUNCTIONS.put("prod", (x, d, a) -> x.prod(d));
        FUNCTIONS.put("amax", (x, d, a) -> x.max(d));
        FUNCTIONS.put("amin", (x, d, a) -> x.min(d));
        FUNCTIONS.put("max", (x, d, a) -> x.max(d));
        FUNCTIONS.put("min", (x, d, a) -> x.min(d));
        FUNCTIONS.put("var", (x, d, a) -> Reductions.var(x, correction(a), d));
        FUNCTIONS.put("var_unbiased", (x, d, a) -> Reductions.var(x, 1, d));
        FUNCTIONS.put("var_biased", (x, d, a) -> Reductions.var(x, 0, d));
        FUNCTIONS.put("std", (x, d, a) -> Reductions.std(x, correction(a), d));
        FUNCTIONS.put("std_unbiased", (x, d, a) -> Reductions.std(x, 1, d));
        FUNCTIONS.put("std_biased", (x, d, a) -> Reductions.std(x, 0, d));
        FUNCTIONS.put("norm", (x, d, a) -> Reductions.pNorm(x, exponent(a), d));
        FUNCTIONS.put("norm1", (x, d, a) -> Reductions.pNorm(x, 1, d));
        FUNCTIONS.put("norm_l1", FUNCTIONS.get("norm1"));
        FUNCTIONS.put("l1", FUNCTIONS.get("norm1"));
        FUNCTIONS.put("norm2", (x, d, a) -> Reductions.norm(x, d));
        FUNCTIONS.put("norm_l2", FUNCTIONS.get("norm2"));
        FUNCTIONS.put("l2", FUNCTIONS.get("norm2"));
        FUNCTIONS.put("logsumexp", (x, d, a) -> Reductions.logSumExp(x, d));
        FUNCTIONS.put("sumsq", (x, d, a) -> x.square().sum(d));
        FUNCTIONS.put("sum_square", FUNCTIONS.get("sumsq"));
    }

    private static double exponent(Attributes a) {
        String name = a.has("p") ? "p" : "ord";
        boolean frobenius = a.isText(name) && a.text(name, "").equals("fro");
        return frobenius ? 2 : a.number(name, 2);
    }

    private static int correction(Attributes a) {
        return a.integer("correction", a.flag("unbiased", true) ? 1 : 0);
    }

    static void register(Map<String, OpCase> table) {
        table.put("reduce", ReduceCases::prepare);
        table.put("cumsum", OpCase.of((s, in) -> in.get("x").cumsum(s.attrs().integer("dim", 0))));
    }

    private static Formula prepare(Setup s) {
        String fn = s.attrs().text("fn", "");
        List<String> names = s.from().outputs().stream().map(TensorEntry::name).toList();
        if (!knows(fn)) {
            throw new Unsupported("reduction '" + fn + "'");
        }
        return in -> {
            List<Tensor> all = apply(fn, in.get("x"), s.attrs(), names.size() > 1);
            Outputs outputs = new Outputs();
            for (int i = 0; i < Math.min(names.size(), all.size()); i++) {
                outputs.and(names.get(i), all.get(i));
            }
            return outputs;
        };
    }

    static boolean knows(String fn) {
        return fn.matches("arg(max|min)")
                || FUNCTIONS.containsKey(fn)
                || NORM.matcher(fn).matches();
    }

    /** The reduction of that name, and the positions of extremes if they are wanted. */
    static List<Tensor> apply(String fn, Tensor x, Attributes a, boolean indexed) {
        int[] dims = a.ints("dims", a.ints("dim"));
        boolean keep = a.flag("keepdim", false);
        if (fn.startsWith("arg")
                || indexed
                || (fn.equals("max") || fn.equals("min")) && dims.length == 1) {
            return chosen(fn, x, dims, keep);
        }
        Reduction f = function(fn);
        Tensor y = x.rank() == 0
                ? f.apply(x.reshape(1), new int[0], a).reshape()
                : f.apply(x, dims, a);
        return List.of(keep || x.rank() == 0 ? y : Reductions.drop(y, dims));
    }

    /** By name; {@code norm_p3} and {@code norm_inf} hold the exponent in theirs. */
    private static Reduction function(String fn) {
        Matcher norm = NORM.matcher(fn);
        if (FUNCTIONS.containsKey(fn)) {
            return FUNCTIONS.get(fn);
        } else if (norm.matches()) {
            double p = norm.group(1).equals("inf")
                    ? Double.POSITIVE_INFINITY
                    : Double.parseDouble(norm.group(1));
            return (x, d, a) -> Reductions.pNorm(x, p, d);
        }
        throw new Unsupported("reduction '" + fn + "'");
    }

    /** The extreme element of an axis, which takes the gradient, and its position. */
    private static List<Tensor> chosen(String fn, Tensor x, int[] dims, boolean keep) {
        boolean max = fn.endsWith("max");
        if (!max && !fn.endsWith("min") || dims.length > 1) {
            throw new Unsupported("reduction '" + fn + "' with index");
        }
        Tensor flat = dims.length == 0 ? x.reshape(x.shape().numel()) : x;
        int axis = dims.length == 0 ? 0 : dims[0];
        Tensor index = (max ? flat : flat.neg()).argmax(axis);
        Tensor at = keep ? index : index.squeeze(axis);
        if (fn.startsWith("arg")) {
            return List.of(at);
        }
        Tensor y = flat.gather(axis, index);
        return List.of(keep ? y : y.squeeze(axis), at);
    }
}
