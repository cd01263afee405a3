package org.fusegrad.nn.surgery;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A report of what folding did to a model.
 *
 * @param folded one for each norm that is gone
 * @param kept one for each norm that is still there
 * @param whole difference of the model's result on the sample
 */
public record FoldReport(List<Pair> folded, List<Kept> kept, Difference whole) {
    /**
     * A norm that has moved into the layer before it.
     *
     * @param layer path of that layer
     * @param norm path where the norm stood
     * @param difference of layer and norm against the folded layer, on standard normal input of the
     *     shape the layer gets in the model
     */
    public record Pair(String layer, String norm, Difference difference) {
        @Override
        public String toString() {
            return norm + " folded into " + layer + ": " + difference;
        }
    }

    /** The largest difference of any pair. */
    public double largest() {
        return folded.stream().mapToDouble(p -> p.difference().largest()).max().orElse(0);
    }

    /** One line for each norm, and one for the whole model. */
    @Override
    public String toString() {
        return Stream.of(folded.stream(), kept.stream(), Stream.of("whole model: " + whole))
                .flatMap(lines -> lines)
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
