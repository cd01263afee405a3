package org.fusegrad.nn.surgery;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A report of what exchanging norms did to a model, in evaluation.
 *
 * @param swapped one for each norm that is another now
 * @param kept one for each norm that is still there
 * @param whole difference of the model's result on the sample
 */
public record SwapReport(List<Swapped> swapped, List<Kept> kept, Difference whole) {
    /**
     * A norm that became another one.
     *
     * @param norm path where both stand
     * @param from the old one
     * @param to the new one
     * @param difference of the results at this place, residual and activation included, of the old
     *     model and of the new one as a whole: what the swaps before it changed counts too
     */
    public record Swapped(String norm, String from, String to, Difference difference) {
        @Override
        public String toString() {
            return norm + ": " + from + " became " + to + ": " + difference;
        }
    }

    /** The largest difference at any place. */
    public double largest() {
        return swapped.stream().mapToDouble(s -> s.difference().largest()).max().orElse(0);
    }

    /** One line for each norm, and one for the whole model. */
    @Override
    public String toString() {
        return Stream.of(swapped.stream(), kept.stream(), Stream.of("whole model: " + whole))
                .flatMap(lines -> lines)
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
