package org.fusegrad.nn.norm;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.dist.Collective;
import org.fusegrad.type.Shape;

/**
 * A norm as it is named, with its numbers: {@code bn}, {@code gn:32}, {@code mabn:2:32}.
 *
 * @param entry which
 * @param arguments the numbers after its name
 */
public record NamedNorm(NormEntry entry, List<Integer> arguments) {
    /**
     * Makes the norms of an image network, and says what its convolutions do. Norms of batches
     * refuse to be cut into parts, but for batch norm, which is shared.
     *
     * @param batch samples of a batch in training
     * @param among the replicas that share it
     */
    public NormFactory factory(int batch, Collective among) {
        NormFactory norms = channels -> whole(
                entry.image()
                        .apply(NormRequest.of(arguments, Shape.of(batch, channels, 1, 1))
                                .among(among)),
                among);
        return norms.after(entry.weights());
    }

    private Norm whole(Norm norm, Collective among) {
        if (among.size() > 1 && norm.keepsStatistics() && !norm.isShared()) {
            throw new IllegalArgumentException("replicas would each take the statistics of norm '"
                    + entry.name() + "' from their own part of a batch; give bn, or a norm of"
                    + " single samples such as gn:GROUPS");
        }
        return norm;
    }

    /** The norm of inputs of a shape, with the options it has by default. */
    public Norm of(Shape shape) {
        return of(shape, o -> o);
    }

    /**
     * The norm of inputs of a shape; layer and RMS norm work along the last axis.
     *
     * @throws IllegalArgumentException if the shape has fewer than two axes
     */
    public Norm of(Shape shape, UnaryOperator<NormOptions> tuned) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException(
                    "a norm needs an input of two axes or more, got " + shape);
        }
        return entry.layer().apply(NormRequest.of(arguments, shape).tuned(tuned));
    }
}
