package org.fusegrad.conformance.torch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Setup;

/** Functions of two broadcasting tensors, or of a tensor and a number. */
final class ElementwiseCases {
    private static final Map<String, BinaryOperator<Tensor>> FUNCTIONS = new HashMap<>();

    private ElementwiseCases() {}

    static {
        FUNCTIONS.put("add", Tensor::add);
        FUNCTIONS.put("sub", Tensor::sub);
        FUNCTIONS.put("rsub", (a, b) -> b.sub(a));
        FUNCTIONS.put("mul", Tensor::mul);
        FUNCTIONS.put("div", Tensor::div);
        FUNCTIONS.put("true_divide", Tensor::div);
        FUNCTIONS.put("pow", Tensor::pow);
        FUNCTIONS.put("maximum", Tensor::maximum);
        FUNCTIONS.put("minimum", Tensor::minimum);
        FUNCTIONS.put("max", Tensor::maximum);
        FUNCTIONS.put("min", Tensor::minimum);
        FUNCTIONS.put("hypot", (a, b) -> a.square().add(b.square()).sqrt());
        FUNCTIONS.put("squared_difference", (a, b) -> a.sub(b).square());
        FUNCTIONS.put("xlogy", (a, b) -> a.mul(b.log()));
        FUNCTIONS.put(
                "logaddexp",
                (a, b) -> a.maximum(b).add(a.sub(b).abs().neg().exp().log1p()));
        FUNCTIONS.put("eq", Tensor::eq);
        FUNCTIONS.put("ne", Tensor::ne);
        FUNCTIONS.put("lt", Tensor::lt);
        FUNCTIONS.put("le", Tensor::le);
        FUNCTIONS.put("gt", Tensor::gt);
        FUNCTIONS.put("ge", Tensor::ge);
        FUNCTIONS.put("logical_and", Tensor::and);
        FUNCTIONS.put("logical_or", Tensor::or);
        FUNCTIONS.put("logical_xor", Tensor::xor);
    }

    static void register(Map<String, OpCase> table) {
        table.put("elementwise", OpCase.of(ElementwiseCases::evaluate));
        table.put("binary", OpCase.of(ElementwiseCases::evaluate));
        table.put(
                "where",
                OpCase.of((s, in) -> in.find("cond")
                        .orElseGet(() -> in.get("condition"))
                        .where(in.get("a"), in.get("b"))));
        table.put(
                "masked_fill",
                OpCase.of((s, in) -> in.get("mask")
                        .where(
                                Tensor.scalar(s.attrs().number("value", 0), s.dtype()),
                                in.get("x"))));
    }

    static Tensor evaluate(Setup s, Inputs in) {
        Attributes a = s.attrs();
        String fn = a.text("fn", "");
        List<TensorEntry> inputs = s.from().inputs();
        Tensor x = in.get(inputs.get(0).name());
        if (inputs.size() == 1 && ActivationCases.knows(fn) && !hasOther(a)) {
            return ActivationCases.apply(fn, x, a);
        }
        Tensor y = inputs.size() > 1
                ? in.get(inputs.get(1).name())
                : Tensor.scalar(other(a), x.dtype());
        return apply(fn, x, y, a);
    }

    static boolean knows(String fn) {
        return FUNCTIONS.containsKey(fn);
    }

    static Tensor apply(String fn, Tensor x, Tensor y, Attributes a) {
        BinaryOperator<Tensor> f = FUNCTIONS.get(fn);
        if (f == null) {
            throw new Unsupported("elementwise '" + fn + "'");
        }
        boolean scaled = (fn.equals("add") || fn.equals("sub")) && a.has("alpha");
        return f.apply(x, scaled ? y.mul(a.number("alpha", 1)) : y);
    }

    private static boolean hasOther(Attributes a) {
        return a.has("other") || a.has("scalar") || a.has("value");
    }

    private static double other(Attributes a) {
        if (!hasOther(a)) {
            throw new Unsupported("elementwise '" + a.text("fn", "") + "' of one tensor");
        }
        return a.number("other", a.number("scalar", a.number("value", 0)));
    }
}
