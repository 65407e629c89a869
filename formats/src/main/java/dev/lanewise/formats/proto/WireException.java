package dev.lanewise.formats.proto;

import java.io.IOException;

/** Bytes that are no message. */
public final class WireException extends IOException {

    private static final long serialVersionUID = 1;

    private final int at;

    WireException(int at, String problem) {
        super(problem);
        this.at = at;
    }

    /** The byte near which they are wrong. */
    public int at() {
        return at;
    }
}
