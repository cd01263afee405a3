package org.fusegrad.conformance.data;

/** A case contradicts itself or its format; the message says where. Nothing was wrong here. */
public final class MalformedCase extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public MalformedCase(String what) {
        super(what);
    }

    public MalformedCase(String what, Throwable cause) {
        super(what, cause);
    }
}
