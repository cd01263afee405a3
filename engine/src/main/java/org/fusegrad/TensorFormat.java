package org.fusegrad;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * A tensor's text: nested brackets and aligned columns, as NumPy prints arrays. Numbers have as few
 * digits as tell them apart in their type, up to eight after the point, and a common exponent form
 * where sizes differ much. Of more than a thousand elements the first and last three along each
 * axis are shown.
 */
final class TensorFormat {
    /** Elements up to which all are shown. */
    private static final int MOST = 1000;

    /** Elements shown at either end of an axis otherwise. */
    private static final int EDGE = 3;

    private static final int DIGITS = 8;
    private static final double LARGE = 1e8;
    private static final double SMALL = 1e-4;
    private static final double SPREAD = 1000;

    private final Value value;
    private final boolean summarised;
    private List<String> elements;
    private int width;
    private int next;

    private TensorFormat(Value value) {
        this.value = value;
        this.summarised = value.shape().numel() > MOST;
    }

    /** The elements of a value. */
    static String of(Value value) {
        return new TensorFormat(value).text();
    }

    private String text() {
        elements = strings(shown(0, value.offset()).toArray());
        width = elements.stream().mapToInt(String::length).max().orElse(0);
        StringBuilder text = new StringBuilder();
        append(text, 0);
        return text.toString();
    }

    private IntStream indices(int axis) {
        int n = value.shape().dim(axis);
        return summarised && n > 2 * EDGE
                ? IntStream.concat(IntStream.range(0, EDGE), IntStream.range(n - EDGE, n))
                : IntStream.range(0, n);
    }

    /** Where the elements to be shown stand, in order; the depth is the number of axes. */
    private IntStream shown(int axis, int at) {
        return axis == value.shape().rank()
                ? IntStream.of(at)
                : indices(axis).flatMap(i -> shown(axis + 1, at + i * value.stride(axis)));
    }

    private void append(StringBuilder text, int axis) {
        if (axis == value.shape().rank()) {
            text.append(" ".repeat(width - elements.get(next).length())).append(elements.get(next));
            next++;
            return;
        }
        boolean last = axis == value.shape().rank() - 1;
        String gap = last ? ", " : ",\n" + " ".repeat(axis + 1);
        int[] all = indices(axis).toArray();
        text.append('[');
        for (int i = 0; i < all.length; i++) {
            text.append(i == 0 ? "" : gap);
            if (i > 0 && all[i] > all[i - 1] + 1) {
                text.append("...").append(gap);
            }
            append(text, axis + 1);
        }
        text.append(']');
    }

    private List<String> strings(int[] positions) {
        DType dtype = value.dtype();
        if (dtype == DType.BOOL) {
            return Arrays.stream(positions)
                    .mapToObj(p -> value.at(p) != 0 ? "true" : "false")
                    .toList();
        } else if (dtype == DType.INT64) {
            return Arrays.stream(positions)
                    .mapToObj(p -> Long.toString(value.longs()[p]))
                    .toList();
        }
        return floats(Arrays.stream(positions).mapToDouble(value::at).toArray());
    }

    private List<String> floats(double[] x) {
        double[] sizes = Arrays.stream(x)
                .filter(v -> Double.isFinite(v) && v != 0)
                .map(Math::abs)
                .toArray();
        double most = Arrays.stream(sizes).max().orElse(1);
        double least = Arrays.stream(sizes).min().orElse(1);
        boolean exponents = most >= LARGE || least < SMALL || most / least > SPREAD;
        boolean plain =
                !exponents || Arrays.stream(sizes).allMatch(v -> v == Math.rint(v)) && most < LARGE;
        int digits = plain
                ? Math.min(
                        DIGITS,
                        Arrays.stream(sizes)
                                .mapToInt(v -> shortest(v).scale())
                                .max()
                                .orElse(1))
                : 0;
        return Arrays.stream(x)
                .mapToObj(v -> !Double.isFinite(v)
                        ? name(v)
                        : plain ? fixed(v, Math.max(1, digits)) : exponent(v))
                .collect(Collectors.toList());
    }

    private static String name(double v) {
        return Double.isNaN(v) ? "nan" : v > 0 ? "inf" : "-inf";
    }

    /** The fewest digits that tell a number from others of its type. */
    private BigDecimal shortest(double v) {
        String text =
                value.dtype() == DType.FLOAT64 ? Double.toString(v) : Float.toString((float) v);
        return new BigDecimal(text).stripTrailingZeros();
    }

    private String fixed(double v, int digits) {
        String sign = v < 0 || v == 0 && 1 / v < 0 ? "-" : "";
        BigDecimal rounded = v == 0 ? BigDecimal.ZERO : shortest(Math.abs(v));
        return sign + rounded.setScale(digits, java.math.RoundingMode.HALF_EVEN).toPlainString();
    }

    private String exponent(double v) {
        if (v == 0) {
            return 1 / v < 0 ? "-0.0" : "0.0";
        }
        BigDecimal digits = shortest(v);
        int exponent = digits.precision() - digits.scale() - 1;
        BigDecimal mantissa = digits.movePointLeft(exponent);
        String text =
                mantissa.scale() <= 0 ? mantissa.toPlainString() + ".0" : mantissa.toPlainString();
        return text + "e" + (exponent < 0 ? "-" : "+") + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }
}
