package org.fusegrad.checkpoint;

/** A tensor whose file is sound and which there is no tensor of ours for; the message says why. */
final class UnreadableException extends Exception {
    private static final long serialVersionUID = 1;

    UnreadableException(String why) {
        super(why);
    }
}
