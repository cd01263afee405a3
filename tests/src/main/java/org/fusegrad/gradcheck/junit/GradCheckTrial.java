package org.fusegrad.gradcheck.junit;

import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.GradCheckReport;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * One combination of a {@link GradCheckTest}.
 *
 * @param shapes of the inputs
 * @param dtype of the inputs
 * @param mode one of the annotation's
 * @param backend where gradients are computed
 * @param order the highest derivative
 * @param seed start of all random numbers
 */
public record GradCheckTrial(
        List<Shape> shapes, DType dtype, String mode, String backend, int order, long seed) {
    /** Standard normal inputs of the shapes and the type; the same ones at each call. */
    public Tensor[] inputs() {
        Samples samples = Samples.of(seed);
        return shapes.stream()
                .map(s -> samples.normal(s.dims()).cast(dtype))
                .toArray(Tensor[]::new);
    }

    /** Checks a function of one tensor. */
    public GradCheckReport check(UnaryOperator<Tensor> function) {
        return of(TensorFunction.of(function)).check();
    }

    /** Checks a function of two tensors. */
    public GradCheckReport check2(BinaryOperator<Tensor> function) {
        return of(TensorFunction.of2(function)).check();
    }

    /**
     * The check of a function, to set more of it before it runs. Shapes without elements are meant
     * where the annotation lists them, so that they prove nothing is no failure.
     */
    public GradCheck of(TensorFunction function) {
        GradCheck check = GradCheck.of(function)
                .inputs(inputs())
                .order(order)
                .backends(backend)
                .seed(seed);
        return shapes.stream().anyMatch(s -> s.numel() == 0) ? check.allowZeros() : check;
    }

    /** A shape as an annotation writes it: sizes separated by commas. */
    static Shape shape(String text) {
        return Shape.of(
                text.isBlank()
                        ? new int[0]
                        : Arrays.stream(text.split(","))
                                .map(String::strip)
                                .mapToInt(Integer::parseInt)
                                .toArray());
    }

    /** The combination, as it names the test. */
    @Override
    public String toString() {
        return shapes + " " + dtype + (mode.isEmpty() ? "" : " " + mode) + " on " + backend;
    }
}
