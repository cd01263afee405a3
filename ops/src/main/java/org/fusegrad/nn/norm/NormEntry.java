package org.fusegrad.nn.norm;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.type.Shape;

/**
 * A norm as the registry {@link Norms} knows it: all that the tools need to name it, make it and
 * show it.
 *
 * @param name as it is given and shown
 * @param longName also accepted; names formulas
 * @param parameters whole numbers given after the name, each after a colon
 * @param layer makes it for inputs of any shape
 * @param image makes it for the channels of an image network
 * @param weights what the convolutions of a network with it do to their weights
 * @param holdsCorrections whether it has values that count as constants in the backward, so that
 *     the gradient is no derivative without holding them
 * @param typicalShape of inputs that show it best
 */
public record NormEntry(
        String name,
        String longName,
        List<Parameter> parameters,
        Function<NormRequest, Norm> layer,
        Function<NormRequest, Norm> image,
        WeightTransform weights,
        boolean holdsCorrections,
        Shape typicalShape) {
    /**
     * A number after the name.
     *
     * @param fallback what is taken where none is given; 0 if one must be
     */
    public record Parameter(String name, int fallback) {}

    /** A norm of channels, the same in networks, over inputs (N, C, ...). */
    public static NormEntry of(String name, String longName, Function<NormRequest, Norm> layer) {
        return new NormEntry(
                name,
                longName,
                List.of(),
                layer,
                layer,
                WeightTransform.NONE,
                false,
                Shape.of(32, 64, 56, 56));
    }

    /** With numbers that are given after the name. */
    public NormEntry parameters(Parameter... all) {
        return new NormEntry(
                name,
                longName,
                List.of(all),
                layer,
                image,
                weights,
                holdsCorrections,
                typicalShape);
    }

    /** Another one in image networks. */
    public NormEntry inNetworks(Function<NormRequest, Norm> other) {
        return new NormEntry(
                name, longName, parameters, layer, other, weights, holdsCorrections, typicalShape);
    }

    /** After convolutions that do this to their weights. */
    public NormEntry after(WeightTransform transform) {
        return new NormEntry(
                name,
                longName,
                parameters,
                layer,
                image,
                transform,
                holdsCorrections,
                typicalShape);
    }

    /** With corrections that count as constants in the backward. */
    public NormEntry holdingCorrections() {
        return new NormEntry(name, longName, parameters, layer, image, weights, true, typicalShape);
    }

    /** Best shown by inputs of this shape. */
    public NormEntry typically(int... shape) {
        return new NormEntry(
                name,
                longName,
                parameters,
                layer,
                image,
                weights,
                holdsCorrections,
                Shape.of(shape));
    }

    /** Whether it works along trailing axes, not on channels. */
    public boolean worksOnRows() {
        return typicalShape.rank() == 2;
    }

    /** How to give it: the name, and its numbers. */
    public String usage() {
        return name + parameters.stream().map(p -> ":" + p.name()).collect(Collectors.joining());
    }

    /** Whether this is one of its names. */
    public boolean isCalled(String text) {
        return text.equals(name) || text.equals(longName);
    }
}
