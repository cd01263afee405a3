package org.fusegrad.conformance.torch;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.ops.Activations;

/** Functions of one tensor, by PyTorch's name. */
final class ActivationCases {
    private static final Map<String, BiFunction<Tensor, Attributes, Tensor>> FUNCTIONS =
            new HashMap<>();
    private static final double LN2 = Math.log(2);

    private ActivationCases() {}

    static {
        plain("relu", Activations::relu);
        plain("relu6", Activations::relu6);
        plain("selu", Activations::selu);
        plain("silu", Activations::silu);
        plain("swish", Activations::silu);
        plain("mish", Activations::mish);
        plain("softsign", Activations::softsign);
        plain("sigmoid", Activations::sigmoid);
        plain("tanh", Activations::tanh);
        plain("logsigmoid", Activations::logSigmoid);
        plain("hardsigmoid", Activations::hardsigmoid);
        plain("hardswish", Activations::hardswish);
        plain("tanhshrink", Activations::tanhshrink);
        plain("geluerf", Activations::gelu);
        plain("gelutanh", Activations::geluTanh);
        parameterised();
        transcendental();
        rounding();
    }

    private static void parameterised() {
        with("leakyrelu", (x, a) -> Activations.leakyRelu(x, a.number("negative_slope", 0.01)));
        with(
                "rrelu",
                (x, a) -> Activations.leakyRelu(
                        x, (a.number("lower", 0.125) + a.number("upper", 1.0 / 3)) / 2));
        with("elu", (x, a) -> Activations.elu(x, a.number("alpha", 1)));
        with("celu", (x, a) -> Activations.celu(x, a.number("alpha", 1)));
        with(
                "gelu",
                (x, a) -> a.text("approximate", "none").equals("tanh")
                        ? Activations.geluTanh(x)
                        : Activations.gelu(x));
        with(
                "softplus",
                (x, a) -> Activations.softplus(x, a.number("beta", 1), a.number("threshold", 20)));
        with(
                "hardtanh",
                (x, a) -> Activations.hardtanh(
                        x, first(a, -1, "min", "min_val"), first(a, 1, "max", "max_val")));
        with("hardshrink", (x, a) -> Activations.hardshrink(x, first(a, 0.5, "lambd", "lambda")));
        with("softshrink", (x, a) -> Activations.softshrink(x, first(a, 0.5, "lambd", "lambda")));
        with(
                "threshold",
                (x, a) -> Activations.threshold(x, a.number("threshold", 0), a.number("value", 0)));
        with(
                "clamp",
                (x, a) -> Activations.clamp(
                        x,
                        first(a, Double.NEGATIVE_INFINITY, "min"),
                        first(a, Double.POSITIVE_INFINITY, "max")));
        with("pow", (x, a) -> x.pow(first(a, 2, "exponent", "p")));
    }

    private static void transcendental() {
        plain("exp", Tensor::exp);
        plain("exp2", x -> x.mul(LN2).exp());
        plain("expm1", Tensor::expm1);
        plain("log", Tensor::log);
        plain("log2", x -> x.log().div(LN2));
        plain("log10", x -> x.log().div(Math.log(10)));
        plain("log1p", Tensor::log1p);
        plain("sqrt", Tensor::sqrt);
        plain("rsqrt", Tensor::rsqrt);
        plain("square", Tensor::square);
        plain("reciprocal", Tensor::reciprocal);
        plain("erf", Tensor::erf);
        plain("erfc", x -> x.erf().rsub(1));
        plain("sin", Tensor::sin);
        plain("cos", Tensor::cos);
        plain("tan", x -> x.sin().div(x.cos()));
        plain("atan", Tensor::atan);
        plain("asin", x -> x.div(x.square().rsub(1).sqrt()).atan());
        plain("acos", x -> x.div(x.square().rsub(1).sqrt()).atan().rsub(Math.PI / 2));
        plain("sinh", x -> x.expm1().sub(x.neg().expm1()).div(2));
        plain("cosh", x -> x.exp().add(x.neg().exp()).div(2));
        plain("asinh", x -> x.abs().add(x.square().add(1).sqrt()).log().mul(x.sign()));
        plain("acosh", x -> x.add(x.square().sub(1).sqrt()).log());
        plain("atanh", x -> x.log1p().sub(x.neg().log1p()).div(2));
        plain("logit", x -> x.log().sub(x.neg().log1p()));
    }

    private static void rounding() {
        plain("abs", Tensor::abs);
        plain("neg", Tensor::neg);
        plain("sign", Tensor::sign);
        plain("sgn", Tensor::sign);
        plain("floor", Tensor::floor);
        plain("ceil", Tensor::ceil);
        plain("round", Tensor::round);
        plain("trunc", ActivationCases::trunc);
        plain("frac", x -> x.sub(trunc(x)));
        plain("identity", x -> x);
        plain("positive", x -> x);
    }

    private static Tensor trunc(Tensor x) {
        return x.abs().floor().mul(x.sign());
    }

    private static void plain(String name, UnaryOperator<Tensor> f) {
        FUNCTIONS.put(name, (x, a) -> f.apply(x));
    }

    private static void with(String name, BiFunction<Tensor, Attributes, Tensor> f) {
        FUNCTIONS.put(name, f);
    }

    /** The first of some attributes that is there. */
    private static double first(Attributes a, double otherwise, String... names) {
        for (String name : names) {
            if (a.has(name)) {
                return a.number(name, otherwise);
            }
        }
        return otherwise;
    }

    static boolean knows(String fn) {
        return FUNCTIONS.containsKey(fn.replace("_", ""));
    }

    /** The function of that name; underscores do not count. */
    static Tensor apply(String fn, Tensor x, Attributes a) {
        BiFunction<Tensor, Attributes, Tensor> f = FUNCTIONS.get(fn.replace("_", ""));
        if (f == null) {
            throw new Unsupported("activation '" + fn + "'");
        }
        return f.apply(x, a);
    }

    static void register(Map<String, OpCase> table) {
        OpCase named = OpCase.of(
                (s, in) -> apply(s.attrs().text("fn", s.from().op()), in.get("x"), s.attrs()));
        table.put("activation", named);
        table.put("unary", named);
        table.put("prelu", OpCase.of((s, in) -> Activations.prelu(in.get("x"), in.get("slope"))));
        table.put("clamp", OpCase.of((s, in) -> apply("clamp", in.get("x"), s.attrs())));
        table.put("pow_scalar", OpCase.of((s, in) -> apply("pow", in.get("x"), s.attrs())));
    }
}
