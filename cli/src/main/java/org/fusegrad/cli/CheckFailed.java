package org.fusegrad.cli;

/** What was run works, but what it checks does not hold. */
final class CheckFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CheckFailed(String message) {
        super(message);
    }
}
