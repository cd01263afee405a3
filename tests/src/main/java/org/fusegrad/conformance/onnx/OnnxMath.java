package org.fusegrad.conformance.onnx;

import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.ops.Activations;
import org.fusegrad.ops.Conv;
import org.fusegrad.type.DType;

/** Element-wise operators and matrix products. */
final class OnnxMath {
    private OnnxMath() {}

    static void register(Map<String, OnnxOp> table) {
        unary(table);
        activations(table);
        binary(table);
        table.put("MatMul", OnnxOp.of(c -> c.x().matmul(c.in(1))));
        table.put("Gemm", OnnxOp.of(OnnxMath::gemm));
        table.put("Einsum", OnnxOp.of(OnnxEinsum::apply));
        table.put("Cast", OnnxOp.of(c -> c.x().cast(type(c, c.attrs().integer("to", 0)))));
        table.put("CastLike", OnnxOp.of(c -> c.x().cast(c.in(1).dtype())));
        table.put("Where", OnnxOp.of(c -> c.x().where(c.in(1), c.in(2))));
        table.put("Clip", OnnxOp.of(OnnxMath::clip));
        table.put("Dropout", OnnxMath::dropout);
        table.put("Mod", OnnxOp.of(OnnxMath::mod));
    }

    private static void plain(Map<String, OnnxOp> table, String op, UnaryOperator<Tensor> f) {
        table.put(op, OnnxOp.of(c -> f.apply(c.x())));
    }

    private static void unary(Map<String, OnnxOp> table) {
        plain(table, "Identity", x -> x);
        plain(table, "Abs", Tensor::abs);
        plain(table, "Neg", Tensor::neg);
        plain(table, "Sign", Tensor::sign);
        plain(table, "Floor", Tensor::floor);
        plain(table, "Ceil", Tensor::ceil);
        plain(table, "Round", Tensor::round);
        plain(table, "Sqrt", Tensor::sqrt);
        plain(table, "Reciprocal", Tensor::reciprocal);
        plain(table, "Exp", Tensor::exp);
        plain(table, "Log", Tensor::log);
        plain(table, "Sin", Tensor::sin);
        plain(table, "Cos", Tensor::cos);
        plain(table, "Tan", x -> x.sin().div(x.cos()));
        plain(table, "Atan", Tensor::atan);
        plain(table, "Sinh", x -> x.expm1().sub(x.neg().expm1()).div(2));
        plain(table, "Cosh", x -> x.exp().add(x.neg().exp()).div(2));
        plain(table, "Atanh", x -> x.log1p().sub(x.neg().log1p()).div(2));
        plain(table, "Erf", Tensor::erf);
        plain(table, "Not", Tensor::not);
        plain(table, "IsNaN", x -> x.ne(x));
        table.put("IsInf", OnnxOp.of(OnnxMath::isInf));
        plain(table, "Asin", x -> x.div(x.square().rsub(1).sqrt()).atan());
        plain(table, "Acos", x -> x.div(x.square().rsub(1).sqrt()).atan().rsub(Math.PI / 2));
        plain(table, "Asinh", x -> x.abs().add(x.square().add(1).sqrt()).log().mul(x.sign()));
        plain(table, "Acosh", x -> x.add(x.square().sub(1).sqrt()).log());
    }

    private static void activations(Map<String, OnnxOp> table) {
        plain(table, "Relu", Activations::relu);
        plain(table, "Sigmoid", Activations::sigmoid);
        plain(table, "Tanh", Activations::tanh);
        plain(table, "Softsign", Activations::softsign);
        plain(table, "Softplus", Activations::softplus);
        plain(table, "HardSwish", Activations::hardswish);
        plain(table, "Mish", Activations::mish);
        table.put("Elu", OnnxOp.of(c -> Activations.elu(c.x(), c.attrs().number("alpha", 1))));
        table.put("Celu", OnnxOp.of(c -> Activations.celu(c.x(), c.attrs().number("alpha", 1))));
        table.put(
                "LeakyRelu",
                OnnxOp.of(c -> Activations.leakyRelu(c.x(), c.attrs().number("alpha", 0.01))));
        table.put(
                "ThresholdedRelu",
                OnnxOp.of(c -> Activations.threshold(c.x(), c.attrs().number("alpha", 1), 0)));
        table.put(
                "Selu",
                OnnxOp.of(c -> Activations.elu(c.x(), c.attrs().number("alpha", 1.67326))
                        .mul(c.attrs().number("gamma", 1.0507))));
        table.put(
                "HardSigmoid",
                OnnxOp.of(c -> Activations.hardtanh(
                        c.x().mul(c.attrs().number("alpha", 0.2))
                                .add(c.attrs().number("beta", 0.5)),
                        0,
                        1)));
        table.put(
                "Gelu",
                OnnxOp.of(c -> c.attrs().text("approximate", "none").equals("tanh")
                        ? Activations.geluTanh(c.x())
                        : Activations.gelu(c.x())));
        table.put(
                "Swish",
                OnnxOp.of(c -> c.x().mul(c.x().mul(c.attrs().number("alpha", 1)).sigmoid())));
        table.put("Shrink", OnnxOp.of(OnnxMath::shrink));
        table.put("PRelu", OnnxOp.of(OnnxMath::prelu));
    }

    private static Tensor shrink(OnnxCall c) {
        double lambda = c.attrs().number("lambd", 0.5);
        double bias = c.attrs().number("bias", 0);
        Tensor x = c.x();
        Tensor zero = Tensor.scalar(0, x.dtype());
        Tensor upper = x.gt(lambda).where(x.sub(bias), zero);
        return x.lt(-lambda).where(x.add(bias), upper);
    }

    private static Tensor prelu(OnnxCall c) {
        Tensor x = c.x();
        Tensor slope = c.in(1);
        boolean channels = c.opset() < 7 && slope.rank() == 1 && slope.dim(0) != 1;
        Tensor a = channels ? Conv.perChannel(slope, x) : slope;
        return x.lt(0).where(x.mul(a), x);
    }

    private static void binary(Map<String, OnnxOp> table) {
        pair(table, "Add", Tensor::add);
        pair(table, "Sub", Tensor::sub);
        pair(table, "Mul", Tensor::mul);
        pair(table, "Div", (a, b) -> a.dtype().isFloating() ? a.div(b) : a.divTrunc(b));
        pair(table, "Pow", OnnxMath::pow);
        pair(table, "Equal", Tensor::eq);
        pair(table, "Less", Tensor::lt);
        pair(table, "LessOrEqual", Tensor::le);
        pair(table, "Greater", Tensor::gt);
        pair(table, "GreaterOrEqual", Tensor::ge);
        pair(table, "And", Tensor::and);
        pair(table, "Or", Tensor::or);
        pair(table, "Xor", Tensor::xor);
        many(table, "Sum", Tensor::add);
        many(table, "Max", Tensor::maximum);
        many(table, "Min", Tensor::minimum);
        table.put("Mean", OnnxOp.of(c -> fold(c, Tensor::add).div(c.tensors().size())));
    }

    /** Two operands; before version 7 the second one could start at an axis of the first. */
    private static void pair(Map<String, OnnxOp> table, String op, BinaryOperator<Tensor> f) {
        table.put(op, OnnxOp.of(c -> {
            Tensor b = c.in(1);
            if (c.opset() < 7 && c.attrs().has("axis") && b.rank() > 0) {
                int axis = c.x().shape().axis(c.attrs().integer("axis", 0));
                int[] dims = new int[c.x().rank()];
                java.util.Arrays.fill(dims, 1);
                System.arraycopy(b.shape().dims(), 0, dims, axis, b.rank());
                b = b.reshape(dims);
            }
            return f.apply(c.x(), b);
        }));
    }

    private static void many(Map<String, OnnxOp> table, String op, BinaryOperator<Tensor> f) {
        table.put(op, OnnxOp.of(c -> fold(c, f)));
    }

    private static Tensor fold(OnnxCall c, BinaryOperator<Tensor> f) {
        Tensor all = c.x();
        for (int i = 1; i < c.tensors().size(); i++) {
            all = f.apply(all, c.in(i));
        }
        return all;
    }

    private static Tensor gemm(OnnxCall c) {
        Attributes a = c.attrs();
        Tensor left = a.flag("transA", false) ? c.x().transpose(0, 1) : c.x();
        Tensor right = a.flag("transB", false) ? c.in(1).transpose(0, 1) : c.in(1);
        Tensor product = left.matmul(right);
        double alpha = a.number("alpha", 1);
        Tensor scaled = alpha == 1 ? product : product.mul(alpha);
        return c.find(2).map(bias -> scaled.add(bias.mul(a.number("beta", 1)))).orElse(scaled);
    }

    /** The type with a number of the format. */
    static DType type(OnnxCall c, int number) {
        return switch (number) {
            case 1 -> DType.FLOAT32;
            case 6, 7 -> DType.INT64;
            case 9 -> DType.BOOL;
            case 10 -> DType.FLOAT16;
            case 11 -> DType.FLOAT64;
            case 16 -> DType.BFLOAT16;
            default -> throw c.unsupported("to type " + number);
        };
    }

    private static Tensor clip(OnnxCall c) {
        Tensor x = c.x();
        if (c.has(1) || c.attrs().has("min")) {
            x = x.maximum(bound(c, 1, "min", x));
        }
        if (c.has(2) || c.attrs().has("max")) {
            x = x.minimum(bound(c, 2, "max", x));
        }
        return x;
    }

    private static Tensor bound(OnnxCall c, int input, String attribute, Tensor x) {
        return c.find(input)
                .orElseGet(() -> Tensor.scalar(c.attrs().number(attribute, 0), x.dtype()));
    }

    /** Evaluation mode passes its input on. */
    private static List<Tensor> dropout(OnnxCall c) {
        boolean training = c.has(2) && c.number(2) != 0 && (!c.has(1) || c.number(1) != 0);
        if (training) {
            throw c.unsupported("in training mode");
        }
        return List.of(c.x(), Tensor.full(c.x().shape(), 1, DType.BOOL));
    }

    /** The remainder with the sign of the divisor, or of the dividend with {@code fmod}. */
    private static Tensor mod(OnnxCall c) {
        Tensor a = c.x();
        Tensor b = c.in(1);
        Tensor quotient = a.div(b);
        Tensor whole =
                a.dtype().isFloating() ? quotient.abs().floor().mul(quotient.sign()) : quotient;
        Tensor rest = a.sub(whole.mul(b));
        if (c.attrs().flag("fmod", false)) {
            return rest;
        }
        Tensor other = rest.sign().mul(b.sign()).eq(Tensor.scalar(-1, a.dtype()));
        return other.where(rest.add(b), rest);
    }

    /** In the type of the base; a fractional exponent of an integer base is not cut off. */
    private static Tensor pow(Tensor a, Tensor b) {
        if (a.dtype() == b.dtype()) {
            return a.pow(b);
        } else if (a.dtype().isFloating()) {
            return a.pow(b.cast(a.dtype()));
        }
        return a.cast(DType.FLOAT64).pow(b.cast(DType.FLOAT64)).cast(a.dtype());
    }

    private static Tensor isInf(OnnxCall c) {
        Tensor none = Tensor.full(c.x().shape(), 0, DType.BOOL);
        Tensor above =
                c.attrs().flag("detect_positive", true) ? c.x().eq(Double.POSITIVE_INFINITY) : none;
        return c.attrs().flag("detect_negative", true)
                ? above.or(c.x().eq(Double.NEGATIVE_INFINITY))
                : above;
    }
}
