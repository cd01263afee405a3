package org.fusegrad.checkpoint;

import java.io.IOException;

/** A file that is not what its format promises; the message says where and how. */
public final class MalformedFileException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedFileException(String message) {
        super(message);
    }
}
