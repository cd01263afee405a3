package org.fusegrad.data;

/**
 * The refusal of data that cannot be used: one sentence that names the source, what is wrong and
 * what to do about it.
 */
public final class DataException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** Creates a refusal with a one-sentence message. */
    public DataException(String message) {
        super(message);
    }

    /** Creates a refusal with a one-sentence message and the fault underneath it. */
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
