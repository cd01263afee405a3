package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a command line answered. */
record Ran(int code, String out, String err) {
    static Ran of(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out), new PrintWriter(err), args);
        return new Ran(code, out.toString(), err.toString());
    }

    Ran succeeded() {
        assertEquals(0, code, err);
        assertEquals("", err);
        return this;
    }

    /** Checks that the error is one line with this beginning. */
    Ran failed(int expected, String message) {
        assertEquals(expected, code, err);
        assertEquals(1, err.lines().count(), err);
        String start = "fusegrad: " + message;
        assertEquals(start, err.substring(0, Math.min(start.length(), err.length())));
        return this;
    }
}
