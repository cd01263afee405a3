package org.fusegrad.run;

/** A kernel could not be made, or broke off; one line names the kernel and the reason. */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KernelException(String message, Throwable cause) {
        super(message, cause);
    }
}
