package org.fusegrad.conformance.onnx;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.type.DType;

/**
 * One node of a graph about to be computed.
 *
 * @param tensors its inputs; empty where an optional one is absent
 * @param known the same where the value is known while the formula is traced
 * @param outputs how many results it names
 * @param opset version of the operator set
 */
record OnnxCall(
        String op,
        List<Optional<Tensor>> tensors,
        List<Optional<Tensor>> known,
        int outputs,
        Attributes attrs,
        int opset) {
    boolean has(int i) {
        return i < tensors.size() && tensors.get(i).isPresent();
    }

    Tensor in(int i) {
        if (!has(i)) {
            throw new MalformedCase(op + ": input " + i + " is missing");
        }
        return tensors.get(i).get();
    }

    Tensor x() {
        return in(0);
    }

    Optional<Tensor> find(int i) {
        return has(i) ? tensors.get(i) : Optional.empty();
    }

    /** An input with its value, which decides shapes or constants. */
    Tensor known(int i) {
        in(i);
        return known.get(i).orElseThrow(() -> new Unsupported(op + " with a computed input " + i));
    }

    /** The value of an input that decides shapes. */
    int[] ints(int i) {
        Tensor t = known(i);
        if (t.dtype() != DType.INT64) {
            throw new Unsupported(op + " with input " + i + " of type " + t.dtype());
        }
        return Arrays.stream(t.toLongs()).mapToInt(OnnxCall::clipped).toArray();
    }

    /** Far out of any range stays far out of it. */
    private static int clipped(long value) {
        return (int) Math.max(Integer.MIN_VALUE + 1, Math.min(Integer.MAX_VALUE, value));
    }

    /** The value of a scalar input that decides constants. */
    double number(int i) {
        return known(i).item();
    }

    /** Axes from an input of newer versions or the attribute of older ones; empty if neither. */
    Optional<int[]> axes(int input) {
        if (has(input)) {
            return Optional.of(ints(input));
        }
        return attrs.has("axes") ? Optional.of(attrs.ints("axes")) : Optional.empty();
    }

    Unsupported unsupported(String what) {
        return new Unsupported(op + " " + what);
    }
}
