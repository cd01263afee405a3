package org.fusegrad.nn.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.Norm;

/**
 * Records what the norms of a model meet in training, among it the four statistics of moving
 * average batch normalization (Yan et al., ICLR 2020): mean and variance in the forward, {@code
 * E[g]} and {@code E[g xh]} in the backward.
 *
 * <p>Only forwards in training mode that record gradients count. Training goes on with the same
 * bits: the doctor reads inputs, states and gradients of parameters and changes none. Where none is
 * attached there is nothing to pay. The model is to be trained from one thread.
 *
 * <pre>{@code
 * try (NormDoctor doctor = NormDoctor.watch(model, csv)) {
 *     train(model);
 * }
 * }</pre>
 */
public final class NormDoctor implements AutoCloseable {
    private final List<NormRecorder> recorders = new ArrayList<>();

    private NormDoctor(Module model, Consumer<NormSample> into) {
        model.namedModules().forEach((path, module) -> {
            if (module instanceof Norm norm) {
                recorders.add(new NormRecorder(path, norm, into));
            }
        });
    }

    /**
     * Attaches to every norm of the model.
     *
     * @param into takes the samples: each when the next step of its norm begins, or at the end
     */
    public static NormDoctor watch(Module model, Consumer<NormSample> into) {
        return new NormDoctor(model, into);
    }

    /** Number of norms watched. */
    public int norms() {
        return recorders.size();
    }

    /** Detaches, after telling the samples of the last step. */
    @Override
    public void close() {
        recorders.forEach(NormRecorder::close);
    }
}
