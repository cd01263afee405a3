package org.fusegrad.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.fusegrad.bench.jmh.Paths;

/** A run as text: the table of the command line, and the shorter one of a document. */
public final class BenchTable {
    private static final String LINE =
            "%-31s %-13s %-8s %-6s %2s %-9s %9s %19s %6s %6s %6s %7s %7s%n";

    private BenchTable() {}

    /** Where it ran and a line for each row. */
    public static String text(BenchFile run) {
        Machine m = run.machine();
        StringBuilder s = new StringBuilder();
        s.append("machine   ")
                .append(m.processor())
                .append(", ")
                .append(m.system())
                .append('\n');
        s.append("JVM       ").append(m.jdk()).append(", vectors ").append(m.vectors());
        s.append("\nlibtorch  ").append(Objects.requireNonNullElse(run.libtorch(), "not run"));
        s.append("\nforks     ").append(run.settings().forks());
        s.append(run.settings().forks() < Settings.FULL.forks() ? ": a quick look\n\n" : "\n\n");
        s.append(line(
                "work",
                "shape",
                "type",
                "layout",
                "t",
                "path",
                "ms",
                "min - max",
                "GB/s",
                "% roof",
                "% w.s.",
                "x unfu.",
                "x torch"));
        for (int i = 0; i < run.rows().size(); i++) {
            s.append(line(run, i));
        }
        run.bytesPerCall()
                .forEach((work, bytes) -> s.append(String.format(
                        Locale.ROOT, "%s: %.0f bytes allocated per call%n", work, bytes)));
        return s.toString();
    }

    private static String line(BenchFile run, int i) {
        BenchRow r = run.rows().get(i);
        return line(
                r.work(),
                r.shape(),
                r.dtype(),
                r.layout(),
                Integer.toString(r.threads()),
                r.path(),
                millis(r.ms()),
                spread(run, i, " - "),
                number("%.1f", r.gbps()),
                percent(r.roof()),
                percent(run.workingSet().get(i)),
                number("%.2f", r.vsUnfused()),
                number("%.2f", r.vsTorch()));
    }

    private static String line(Object... cells) {
        return String.format(Locale.ROOT, LINE, cells);
    }

    /** The fused rows of the norms at their usual sizes, as a table in Markdown. */
    public static String markdown(BenchFile run) {
        List<String> lines = new ArrayList<>();
        lines.add("| work, float32 | shape | threads | ms (fastest to slowest start) | GB/s"
                + " | of the roof | of the working set's | against unfused | against libtorch |");
        lines.add("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        for (int i = 0; i < run.rows().size(); i++) {
            BenchRow r = run.rows().get(i);
            if (r.path().equals(Paths.FUSED) && r.roof() != null && r.dtype().equals("float32")) {
                String ms = millis(r.ms()) + " (" + spread(run, i, " to ") + ")";
                lines.add(String.join(
                        " | ",
                        "| " + r.work(),
                        r.shape() + (r.layout().equals("NHWC") ? " NHWC" : ""),
                        Integer.toString(r.threads()),
                        ms,
                        number("%.1f", r.gbps()),
                        part(r.roof()),
                        part(run.workingSet().get(i)),
                        number("%.1fx", r.vsUnfused()),
                        number("%.1fx", r.vsTorch()) + " |"));
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static String spread(BenchFile run, int i, String between) {
        List<Double> spread = run.spread().get(i);
        return millis(spread.get(0)) + between + millis(spread.get(1));
    }

    /** Three digits at least, and no more than microseconds need. */
    private static String millis(double ms) {
        return String.format(Locale.ROOT, ms >= 10 ? "%.1f" : ms >= 0.1 ? "%.3f" : "%.5f", ms);
    }

    private static String percent(Double part) {
        return Optional.ofNullable(part)
                .map(p -> String.format(Locale.ROOT, "%.0f", p * 100))
                .orElse("-");
    }

    private static String part(Double part) {
        return part == null ? "-" : percent(part) + " %";
    }

    private static String number(String format, Double value) {
        return Optional.ofNullable(value)
                .map(v -> String.format(Locale.ROOT, format, v))
                .orElse("-");
    }
}
