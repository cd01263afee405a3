package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;

/** The log of passes: for each method of a kernel a line for each that changed something. */
final class PassLog {
    private final List<String> lines = new ArrayList<>();
    private String method = "";

    /** What follows is about this method. */
    void enter(String name) {
        method = name;
    }

    /** A pass did something. */
    void note(Class<?> pass, String what) {
        lines.add(method + ": " + pass.getSimpleName() + " " + what);
    }

    /** All lines in order. */
    List<String> lines() {
        return lines;
    }
}
