package org.fusegrad.gradcheck;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;

/** The expression of the public API that makes a node of names of its operands. */
final class OpAsJava {
    private OpAsJava() {}

    /** Empty if no public operation makes such a node: those of derived backwards. */
    static Optional<String> of(Node y, List<String> in) {
        String x = in.isEmpty() ? "" : in.get(0);
        return switch (y.op().kind()) {
            case LEAF -> Optional.of(constant(y));
            case UNARY ->
                Optional.of(y.is(Op.CAST) ? x + ".cast(" + type(y.dtype()) + ")" : call(x, y.op()));
            case BINARY -> Optional.of(x + "." + name(y.op()) + "(" + in.get(1) + ")");
            case TERNARY ->
                y.is(Op.FMA)
                        ? Optional.empty()
                        : Optional.of(x + ".where(" + in.get(1) + ", " + in.get(2) + ")");
            case MOVEMENT -> movement(y, in);
            case REDUCE -> reduction(y, x);
            case STRUCTURED -> structured(y, in);
            case INDEX -> Optional.of(index(y, in));
            case MARKER -> Optional.of(y.is(Op.DETACH) ? x + ".detach()" : x);
        };
    }

    private static String constant(Node y) {
        return "Tensor.scalar(" + number(y.constValue()) + ", " + type(y.dtype()) + ")";
    }

    /** A double as Java reads it back. */
    static String number(double v) {
        return Double.isNaN(v)
                ? "Double.NaN"
                : Double.isInfinite(v)
                        ? "Double." + (v > 0 ? "POSITIVE" : "NEGATIVE") + "_INFINITY"
                        : Double.toString(v);
    }

    static String type(DType dtype) {
        return "DType." + dtype.name();
    }

    private static String name(Op op) {
        return op.name().toLowerCase(Locale.ROOT);
    }

    private static String call(String x, Op op) {
        return x + "." + name(op) + "()";
    }

    private static String list(Ints values) {
        return Arrays.stream(values.toArray())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
    }

    private static String array(Ints values) {
        return "new int[] {" + list(values) + "}";
    }

    private static Optional<String> movement(Node y, List<String> in) {
        String x = in.get(0);
        Ints dims = Ints.of(y.shape().dims());
        return switch (y.op()) {
            case RESHAPE -> Optional.of(x + ".reshape(" + list(dims) + ")");
            case EXPAND -> Optional.of(x + ".expand(" + list(dims) + ")");
            case PERMUTE, FLIP ->
                Optional.of(
                        x + "." + name(y.op()) + "(" + list(((Attrs.Axes) y.attrs()).axes()) + ")");
            case CONCAT ->
                Optional.of("Tensor.concat(" + ((Attrs.Axis) y.attrs()).axis() + ", "
                        + String.join(", ", in) + ")");
            case SLICE -> Optional.of(slice(y, x));
            default -> pad((Attrs.Padding) y.attrs(), x);
        };
    }

    private static String slice(Node y, String x) {
        Attrs.Range r = (Attrs.Range) y.attrs();
        StringBuilder text = new StringBuilder(x);
        for (int i = 0; i < y.shape().rank(); i++) {
            boolean whole = r.start().get(i) == 0
                    && r.step().get(i) == 1
                    && r.end().get(i) == y.input(0).shape().dim(i);
            if (!whole) {
                text.append(".slice(")
                        .append(list(Ints.of(
                                i, r.start().get(i), r.end().get(i), r.step().get(i))))
                        .append(")");
            }
        }
        return text.toString();
    }

    private static Optional<String> pad(Attrs.Padding p, String x) {
        boolean apart = Arrays.stream(p.interior().toArray()).anyMatch(n -> n != 0);
        return apart
                ? Optional.empty()
                : Optional.of(x + ".pad(" + array(p.low()) + ", " + array(p.high()) + ", "
                        + number(p.value()) + ")");
    }

    private static Optional<String> reduction(Node y, String x) {
        Attrs.Axes a = (Attrs.Axes) y.attrs();
        String wide = a.wide() ? ".cast(DType.FLOAT64)" : "";
        return y.is(Op.SUM_MUL)
                ? Optional.empty()
                : Optional.of(x + wide + "." + name(y.op()) + "(" + list(a.axes()) + ")");
    }

    private static String index(Node y, List<String> in) {
        String x = in.get(0);
        return switch (y.op()) {
            case ARGMAX -> x + ".argmax(" + ((Attrs.Axis) y.attrs()).axis() + ")";
            case GATHER ->
                x + ".gather(" + ((Attrs.Axis) y.attrs()).axis() + ", " + in.get(1) + ")";
            default -> {
                Attrs.Scatter s = (Attrs.Scatter) y.attrs();
                yield x + ".scatterAdd(" + s.axis() + ", " + in.get(1) + ", " + s.size() + ")";
            }
        };
    }

    private static Optional<String> structured(Node y, List<String> in) {
        String x = in.get(0);
        return switch (y.op()) {
            case MATMUL -> Optional.of(x + ".matmul(" + in.get(1) + ")");
            case CUMSUM -> {
                Attrs.Cumulate c = (Attrs.Cumulate) y.attrs();
                String axis = "(" + c.axis() + ")";
                String flip = c.reverse() ? ".flip" + axis : "";
                yield Optional.of(x + flip + ".cumsum" + axis + flip);
            }
            case CONV -> {
                Attrs.Conv c = (Attrs.Conv) y.attrs();
                yield Optional.of("Primitives.conv("
                        + String.join(
                                ", ",
                                x,
                                in.get(1),
                                array(c.stride()),
                                array(c.padding()),
                                array(c.dilation()),
                                Integer.toString(c.groups()))
                        + ")");
            }
            case MAX_POOL, AVG_POOL -> Optional.of(pool(y, x));
            default -> Optional.empty();
        };
    }

    private static String pool(Node y, String x) {
        Attrs.Window w = (Attrs.Window) y.attrs();
        int n = w.kernel().size();
        boolean ceil = false;
        for (int i = 0; i < n; i++) {
            int size = y.input(0).shape().dim(y.shape().rank() - n + i);
            int room = size
                    + 2 * w.padding().get(i)
                    - w.dilation().get(i) * (w.kernel().get(i) - 1)
                    - 1;
            ceil |= w.output().get(i) > room / w.stride().get(i) + 1;
        }
        String geometry =
                String.join(", ", x, array(w.kernel()), array(w.stride()), array(w.padding()));
        return y.is(Op.MAX_POOL)
                ? "Primitives.maxPool(" + geometry + ", " + array(w.dilation()) + ", " + ceil + ")"
                : "Primitives.avgPool(" + geometry + ", " + ceil + ", " + w.padded() + ", "
                        + w.divisor() + ")";
    }
}
