package org.fusegrad.cli;

/** The end of a command that works but whose check does not hold. */
final class CheckFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CheckFailed(String message) {
        super(message);
    }
}
