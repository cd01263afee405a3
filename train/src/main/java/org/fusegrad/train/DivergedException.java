package org.fusegrad.train;

/** The loss is no number any more. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(int epoch, int step) {
        super("training diverged: the loss is not finite after step " + step + " of epoch " + epoch
                + "; take a smaller learning rate");
    }

    DivergedException(int epoch) {
        super("training diverged: the validation loss is not finite after epoch " + epoch
                + "; take a smaller learning rate");
    }
}
