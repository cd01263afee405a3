package org.fusegrad.nn;

import java.util.function.UnaryOperator;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Pooling;

/** A module that is a formula and nothing else: activations, pooling, reshaping. */
public final class Layer extends Module {
    private final String name;
    private final Fused formula;

    private Layer(String name, UnaryOperator<Tensor> formula) {
        this.name = name;
        this.formula = Fused.of(name, formula);
    }

    /**
     * A formula of one's own, fused. It must be pure, but may call modules, which act as they are
     * set at each call, and draw random numbers; see {@link Fused}.
     */
    public static Layer of(String name, UnaryOperator<Tensor> formula) {
        return new Layer(name, formula);
    }

    /** The input itself. */
    public static Layer identity() {
        return of("identity", x -> x);
    }

    public static Layer activation(Activation activation) {
        return of(activation.toString(), activation);
    }

    public static Layer relu() {
        return activation(Activation.RELU);
    }

    /** Maximum over square windows of the last two axes. */
    public static Layer maxPool2d(int kernel, int stride, int padding) {
        return of("max_pool2d", x -> Pooling.maxPool2d(x, kernel, stride, padding));
    }

    /** Mean over square windows of the last two axes. */
    public static Layer avgPool2d(int kernel, int stride, int padding) {
        return of("avg_pool2d", x -> Pooling.avgPool2d(x, kernel, stride, padding));
    }

    /** Mean over windows that divide the last two axes into the given number of parts. */
    public static Layer adaptiveAvgPool2d(int height, int width) {
        return of("adaptive_avg_pool2d", x -> Pooling.adaptiveAvgPool2d(x, height, width));
    }

    /** All axes but the first joined into one. */
    public static Layer flatten() {
        return of("flatten", x -> Pooling.flatten(x, 1));
    }

    @Override
    public Tensor forward(Tensor x) {
        return located(() -> formula.call(x));
    }

    @Override
    public String toString() {
        return name;
    }
}
