package org.fusegrad.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Locale;
import org.fusegrad.bench.Benches;

/** One line that says what is being measured, on a terminal, and lines that say what failed. */
final class BenchProgress implements Benches.Watcher {
    private static final int COLUMNS = 100;

    private final PrintStream err = System.err;
    private final PrintWriter out;
    private final boolean terminal = Progress.isTerminal();
    private int all;
    private int begun;
    private int failures;

    BenchProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void begins(int jvms) {
        all = jvms;
        out.println(jvms + " JVMs to start, one after the other; keep the machine quiet");
        out.flush();
    }

    @Override
    public void starts(String job) {
        begun++;
        show(String.format(Locale.ROOT, "%d/%d %s", begun, all, job));
    }

    @Override
    public void failed(String job, String why) {
        failures++;
        show("");
        out.println("left out: " + job + ": " + why.lines().findFirst().orElse(""));
    }

    private void show(String line) {
        if (terminal) {
            String cut = line.substring(0, Math.min(COLUMNS, line.length()));
            err.print("\r" + cut + " ".repeat(COLUMNS - cut.length()) + "\r");
            err.flush();
        }
    }

    /** Clears the line. */
    void close() {
        show("");
        out.println();
    }

    int failures() {
        return failures;
    }
}
