package org.fusegrad.cli;

import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.fusegrad.dist.Collective;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.Shape;

/**
 * A norm the command line knows.
 *
 * @param name as it is given and shown
 * @param longName also accepted; names formulas
 * @param parameters whole numbers given after the name, each after a colon
 * @param layer makes it for inputs of any shape
 * @param image makes it for the channels of an image network
 * @param weights what the convolutions of a network with it do to their weights
 * @param typicalShape of inputs that show it best
 */
record NormRow(
        String name,
        String longName,
        List<Parameter> parameters,
        Function<Request, Norm> layer,
        Function<Request, Norm> image,
        WeightTransform weights,
        Shape typicalShape) {
    /**
     * A number after the name.
     *
     * @param fallback what is taken where none is given; 0 if one must be
     */
    record Parameter(String name, int fallback) {}

    /**
     * What is wanted of a row.
     *
     * @param arguments its numbers
     * @param shape of the inputs the norm is for
     * @param tuned what becomes of the options the norm has by default
     * @param among the replicas that share a batch
     */
    record Request(
            List<Integer> arguments,
            Shape shape,
            UnaryOperator<NormOptions> tuned,
            Collective among) {
        /** Where nobody shares the batch. */
        Request(List<Integer> arguments, Shape shape, UnaryOperator<NormOptions> tuned) {
            this(arguments, shape, tuned, Collective.alone());
        }

        int argument(int i) {
            return arguments.get(i);
        }

        int channels() {
            return shape.dim(1);
        }

        NormOptions options() {
            return options(NormOptions.DEFAULT);
        }

        /** For a norm with defaults of its own. */
        NormOptions options(NormOptions defaults) {
            return tuned.apply(defaults);
        }
    }

    /** A norm of channels, the same in networks, over inputs (N, C, ...). */
    static NormRow of(String name, String longName, Function<Request, Norm> layer) {
        Shape images = Shape.of(32, 64, 56, 56);
        return new NormRow(name, longName, List.of(), layer, layer, WeightTransform.NONE, images);
    }

    NormRow parameters(Parameter... all) {
        return new NormRow(name, longName, List.of(all), layer, image, weights, typicalShape);
    }

    /** Another one in image networks. */
    NormRow inNetworks(Function<Request, Norm> other) {
        return new NormRow(name, longName, parameters, layer, other, weights, typicalShape);
    }

    NormRow after(WeightTransform transform) {
        return new NormRow(name, longName, parameters, layer, image, transform, typicalShape);
    }

    NormRow typically(int... shape) {
        return new NormRow(name, longName, parameters, layer, image, weights, Shape.of(shape));
    }

    /** How to give it: the name, and its numbers where they must be given. */
    String usage() {
        return name + parameters.stream().map(p -> ":" + p.name()).collect(Collectors.joining());
    }

    boolean isCalled(String text) {
        return text.equals(name) || text.equals(longName);
    }
}
