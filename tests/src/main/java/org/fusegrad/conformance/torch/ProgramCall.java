package org.fusegrad.conformance.torch;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.type.DType;

/**
 * One step of a program about to be computed.
 *
 * @param in its operands; {@code null} where one is left out
 * @param names the same by name; {@code null} for constants
 * @param results how many results the step takes
 * @param dtype the floating type of the case
 * @param states takes results that attributes name, such as running statistics
 */
record ProgramCall(
        String op,
        List<Tensor> in,
        List<String> names,
        int results,
        Attributes attrs,
        DType dtype,
        Map<String, Tensor> states) {
    Tensor in(int i) {
        return find(i).orElseThrow(() ->
                new MalformedCase("'" + op + "' in a program has no operand " + (i + 1)));
    }

    Tensor x() {
        return in(0);
    }

    Optional<Tensor> find(int i) {
        return i < in.size() ? Optional.ofNullable(in.get(i)) : Optional.empty();
    }

    /** The only axis, under the name given. */
    int dim(String name, int otherwise) {
        return x().shape().axis(attrs.integer(name, otherwise));
    }

    /** The axes, as {@code dims} or {@code dim}; empty if none is given. */
    int[] dims() {
        return attrs.has("dims") ? attrs.ints("dims") : attrs.ints("dim");
    }

    /** An attribute that must be there. */
    int[] required(String name) {
        if (!attrs.has(name)) {
            throw new MalformedCase("'" + op + "' in a program has no attribute '" + name + "'");
        }
        return attrs.ints(name);
    }

    Unsupported unsupported(String what) {
        return new Unsupported("'" + op + "' " + what);
    }
}
