package org.fusegrad.codegen.compile;

import java.util.Locale;

/** Numbered excerpts of generated source for error messages. */
final class Listing {
    private static final int AROUND = 3;

    private Listing() {}

    /** One line that says what failed, then the lines around the place, if it is known. */
    static String message(String name, String reason, String source, int line) {
        StringBuilder text = new StringBuilder(name + " does not compile: " + reason);
        String[] lines = source.split("\n", -1);
        for (int i = Math.max(1, line - AROUND); line > 0 && i <= line + AROUND; i++) {
            if (i <= lines.length) {
                text.append(String.format(
                        Locale.ROOT, "%n%s%4d  %s", i == line ? ">" : " ", i, lines[i - 1]));
            }
        }
        return text.toString();
    }
}
