package org.fusegrad.conformance.onnx;

import java.util.Arrays;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Operators that make tensors: constants, shapes, ranges, windows of signals. */
final class OnnxSources {
    private OnnxSources() {}

    static void register(Map<String, OnnxOp> table) {
        table.put("Shape", OnnxOp.of(OnnxSources::shape));
        table.put("Size", OnnxOp.of(c -> Tensor.scalar(c.x().shape().numel(), DType.INT64)));
        table.put("Constant", OnnxOp.of(OnnxSources::constant));
        table.put("ConstantOfShape", OnnxOp.of(OnnxSources::constantOfShape));
        table.put("Range", OnnxOp.of(OnnxSources::range));
        table.put("EyeLike", OnnxOp.of(OnnxSources::eyeLike));
        window(table, "HannWindow", t -> 0.5 - 0.5 * Math.cos(t));
        window(table, "HammingWindow", t -> 25.0 / 46 - 21.0 / 46 * Math.cos(t));
        window(table, "BlackmanWindow", t -> 0.42 - 0.5 * Math.cos(t) + 0.08 * Math.cos(2 * t));
    }

    private static Tensor shape(OnnxCall c) {
        int rank = c.x().rank();
        int start = limit(c.attrs().integer("start", 0), rank);
        int end = limit(c.attrs().integer("end", rank), rank);
        long[] dims = Arrays.stream(c.x().shape().dims())
                .skip(start)
                .limit(Math.max(0, end - start))
                .asLongStream()
                .toArray();
        return Tensor.of(dims, dims.length);
    }

    private static int limit(int position, int n) {
        return Math.max(0, Math.min(n, position < 0 ? position + n : position));
    }

    private static Tensor constant(OnnxCall c) {
        Attributes a = c.attrs();
        if (a.has("value_float")) {
            return Tensor.scalar(a.number("value_float", 0));
        } else if (a.has("value_int")) {
            return Tensor.scalar(a.number("value_int", 0), DType.INT64);
        } else if (a.has("value_floats")) {
            double[] values = a.numbers("value_floats");
            return Tensor.of(values, values.length).cast(DType.FLOAT32);
        } else if (a.has("value_ints")) {
            double[] values = a.numbers("value_ints");
            return Tensor.of(values, values.length).cast(DType.INT64);
        } else if (!a.has("value")) {
            throw c.unsupported("of attributes " + a.names());
        }
        return literal(a.nested("value"));
    }

    private static Tensor literal(Attributes value) {
        DType dtype = DType.parse(value.text("dtype", "float32").replace("int32", "int64"));
        return Tensor.of(value.numbers("data"), value.ints("shape")).cast(dtype);
    }

    private static Tensor constantOfShape(OnnxCall c) {
        Shape shape = Shape.of(c.ints(0));
        Tensor value = c.attrs().has("value")
                ? literal(c.attrs().nested("value")).reshape()
                : Tensor.scalar(0);
        return value.expand(shape);
    }

    private static Tensor range(OnnxCall c) {
        double start = c.number(0);
        double step = c.number(2);
        int count = (int) Math.max(0, Math.ceil((c.number(1) - start) / step));
        DType dtype = c.x().dtype();
        return Tensor.arange(count).cast(dtype).mul(c.in(2)).add(c.x());
    }

    private static Tensor eyeLike(OnnxCall c) {
        Tensor x = c.x();
        Tensor shift = Tensor.scalar(c.attrs().integer("k", 0), DType.INT64);
        Tensor rows = Tensor.arange(x.dim(0)).reshape(x.dim(0), 1).add(shift);
        Tensor eye = Tensor.arange(x.dim(1)).reshape(1, x.dim(1)).eq(rows);
        boolean given = c.attrs().has("dtype");
        return eye.cast(given ? OnnxMath.type(c, c.attrs().integer("dtype", 1)) : x.dtype());
    }

    /** @param at the value at an angle from 0 to 2 pi */
    private static void window(Map<String, OnnxOp> table, String op, DoubleUnaryOperator at) {
        table.put(op, OnnxOp.of(c -> {
            int n = (int) c.number(0);
            int period = c.attrs().flag("periodic", true) ? n : n - 1;
            double[] values = new double[n];
            Arrays.setAll(values, i -> at.applyAsDouble(2 * Math.PI * i / period));
            DType dtype = OnnxMath.type(c, c.attrs().integer("output_datatype", 1));
            return Tensor.of(values, n).cast(dtype);
        }));
    }
}
