package org.fusegrad.train;

import java.io.IOException;
import org.fusegrad.nn.Module;

/** Hears how training goes. */
public interface TrainingListener {
    /** A step is done, the {@code done}-th of an epoch. */
    default void step(int epoch, int done) throws IOException {}

    /**
     * An epoch is done.
     *
     * @param model as it is now
     * @param best whether its validation accuracy is above that of all epochs before
     */
    default void epoch(EpochMetrics metrics, Module model, boolean best) throws IOException {}
}
