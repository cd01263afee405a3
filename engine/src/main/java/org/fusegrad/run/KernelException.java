package org.fusegrad.run;

/** A kernel could not be made, or broke off; the message names the kernel and the reason in one line. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
