package org.fusegrad.conformance.data;

/** A case asks for something that has no counterpart here; the message says what. */
public final class Unsupported extends RuntimeException {
    private static final long serialVersionUID = 1;

    public Unsupported(String what) {
        super(what);
    }
}
