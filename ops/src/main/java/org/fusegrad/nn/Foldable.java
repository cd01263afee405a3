package org.fusegrad.nn;

import java.util.Optional;
import org.fusegrad.Tensor;

/**
 * A layer that is linear in its input but for a bias of each output channel: a fixed scale and
 * shift of those channels right after it can move into its weight and bias.
 */
public interface Foldable {
    /** What the layer multiplies with, after whatever it does to its parameter, in float64. */
    Tensor appliedWeight();

    /** (out), if there is one. */
    Optional<Tensor> bias();

    /** Blocks of channels that do not see each other. */
    default int groups() {
        return 1;
    }

    /** Whether the weight is (in, out / groups, kernel...), not (out, in / groups, kernel...). */
    default boolean isTransposed() {
        return false;
    }

    /** Where the output channels are in a result of a rank. */
    default int channelAxis(int rank) {
        return 1;
    }

    /**
     * A layer of the same geometry that multiplies with this weight as it is and adds this bias,
     * both rounded to the type of this layer.
     */
    Module withValues(Tensor weight, Tensor bias);
}
