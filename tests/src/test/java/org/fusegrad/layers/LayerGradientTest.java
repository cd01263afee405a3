package org.fusegrad.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.Samples;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Normalization layers: derived gradients of both orders, and agreement of all ways to run them.
 */
final class LayerGradientTest {
    static Stream<Arguments> layers() {
        List<Arguments> all = new ArrayList<>();
        for (Way way : Way.all()) {
            LayerExample.all().forEach(layer -> all.add(Arguments.of(layer, way)));
        }
        return all.stream();
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("layers")
    void agreesWithFiniteDifferences(LayerExample.Named layer, Way way) {
        way.call(() -> layer.make().get().check().order(2).check());
    }

    @ParameterizedTest(name = "{0} on {1}")
    @MethodSource("layers")
    void agreesWithEagerInterpretation(LayerExample.Named layer, Way way) {
        List<double[]> expected =
                new Way("interpreter", false).call(() -> step(layer.make().get()));
        List<double[]> got = way.call(() -> step(layer.make().get()));
        assertEquals(expected.size(), got.size());
        for (int i = 0; i < got.size(); i++) {
            assertArrayEquals(expected.get(i), got.get(i), 1e-12, "result " + i);
        }
    }

    /** Output, gradients and states after a step of training. */
    private static List<double[]> step(LayerExample example) {
        Tensor[] inputs = example.inputs();
        for (Tensor input : inputs) {
            input.requiresGrad(true);
        }
        Tensor y = example.function().apply(List.of(inputs)).get(0);
        y.backward(Samples.of(3).normal(y.shape().dims()));
        List<double[]> all = new ArrayList<>(List.of(y.toDoubles()));
        for (Tensor input : inputs) {
            all.add(input.grad().toDoubles());
        }
        for (Tensor parameter : example.parameters()) {
            all.add(parameter.grad().toDoubles());
        }
        for (State state : example.moving()) {
            all.add(state.get().toDoubles());
        }
        return all;
    }
}
