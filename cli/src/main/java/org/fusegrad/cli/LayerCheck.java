package org.fusegrad.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.type.DType;

/**
 * A layer in a mode, and how its gradient is checked.
 *
 * @param layer as the command line names it
 * @param mode what it is in
 * @param make a fresh layer of a type with its check
 */
record LayerCheck(String layer, String mode, Function<DType, GradCheck> make) {
    private static final String CONVOLUTION = "conv2d:";

    /**
     * The checks of these layers; of all layers if none is named.
     *
     * @throws IllegalArgumentException if a name is unknown
     */
    static List<LayerCheck> of(List<String> names) {
        List<LayerCheck> all = new ArrayList<>();
        for (String name : names.isEmpty() ? all() : names) {
            all.addAll(
                    name.startsWith(CONVOLUTION)
                            ? convolutions(name.substring(CONVOLUTION.length()))
                            : NormChecks.of(name));
        }
        return all;
    }

    private static List<String> all() {
        Stream<String> convolutions =
                Stream.of(WeightTransform.values()).map(w -> CONVOLUTION + lower(w));
        return Stream.concat(NormChecks.names().stream(), convolutions).toList();
    }

    private static String lower(WeightTransform transform) {
        return transform.name().toLowerCase(Locale.ROOT);
    }

    private static List<LayerCheck> convolutions(String transform) {
        WeightTransform weights = Stream.of(WeightTransform.values())
                .filter(w -> lower(w).equals(transform))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown layer '" + CONVOLUTION
                        + transform + "': give conv2d:none, conv2d:centralized or"
                        + " conv2d:standardized"));
        ConvOptions plain = ConvOptions.kernel(3).padding(1).weights(weights);
        String name = CONVOLUTION + transform;
        return List.of(
                convolution(name, "train", plain),
                convolution(name, "no bias, groups", plain.bias(false).groups(2)),
                convolution(
                        name, "stride, dilation", plain.stride(2).dilation(2).padding(2)));
    }

    private static LayerCheck convolution(String name, String mode, ConvOptions options) {
        return new LayerCheck(name, mode, dtype -> {
            Samples samples = Samples.of(17);
            Conv2d conv = new Conv2d(4, 2, options.dtype(dtype));
            fill(conv, samples);
            return GradCheck.of(in -> List.of(conv.forward(in.get(0))))
                    .inputs(samples.normal(2, 4, 5, 4).cast(dtype))
                    .parameters(conv.parameters().toArray(Tensor[]::new));
        });
    }

    /** Parameters and states that are neither zeros nor ones, so that nothing cancels. */
    static void fill(Module module, Samples samples) {
        module.parameters().forEach(p -> p.assign(like(p, samples)));
        module.buffers().stream()
                .filter(state -> state.get().dtype().isFloating())
                .forEach(state -> state.set(like(state.get(), samples)));
    }

    private static Tensor like(Tensor t, Samples samples) {
        return samples.uniform(0.5, 1.5, t.shape().dims()).cast(t.dtype());
    }
}
