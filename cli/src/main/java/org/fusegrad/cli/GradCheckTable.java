package org.fusegrad.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.fusegrad.gradcheck.GradCheckReport;
import org.fusegrad.gradcheck.Mismatch;
import org.fusegrad.type.DType;

/** The table of a run: a row for each layer, mode and type, a column for each order and backend. */
final class GradCheckTable {
    private final PrintWriter out;
    private final int order;
    private final List<String> backends;
    private long compared;
    private double seconds;
    private int rows;
    private int failed;

    GradCheckTable(PrintWriter out, int order, List<String> backends) {
        this.out = out;
        this.order = order;
        this.backends = backends;
    }

    void head() {
        StringBuilder line = new StringBuilder(pad("layer", 20) + pad("mode", 20) + pad("type", 9));
        for (int o = 1; o <= order; o++) {
            for (String backend : backends) {
                line.append(pad(o + " " + backend, 14));
            }
        }
        out.println(line.append(" compared  seconds"));
    }

    void row(LayerCheck check, DType dtype, GradCheckReport report, double took) {
        StringBuilder line = new StringBuilder(
                pad(check.layer(), 20) + pad(check.mode(), 20) + pad(dtype.toString(), 9));
        for (int o = 1; o <= order; o++) {
            for (String backend : backends) {
                line.append(pad(cell(report, o, backend), 14));
            }
        }
        line.append(String.format(Locale.ROOT, "%9d %8.1f", report.compared(), took));
        out.println(line);
        if (!report.passed()) {
            out.println(report.toString().indent(4));
        }
        out.flush();
        rows++;
        failed += report.passed() ? 0 : 1;
        compared += report.compared();
        seconds += took;
    }

    /** A check ends with the first order that is wrong; those above are not reached. */
    private static String cell(GradCheckReport report, int order, String backend) {
        if (report.passed()) {
            return "pass";
        }
        int wrong = report.mismatches().stream().mapToInt(Mismatch::order).min().orElse(1);
        boolean here = report.mismatches().isEmpty()
                || report.mismatches().stream().anyMatch(m -> m.backend().equals(backend));
        return order > wrong ? "-" : order == wrong && here ? "FAIL" : "pass";
    }

    private static String pad(String text, int width) {
        return String.format(Locale.ROOT, "%-" + width + "s", text);
    }

    int rows() {
        return rows;
    }

    int failed() {
        return failed;
    }

    String summary() {
        return String.format(
                Locale.ROOT,
                "%d checks (layer, mode and type) to order %d on %d backend(s): %s;"
                        + " %d numbers compared in %.0f s",
                rows,
                order,
                backends.size(),
                failed == 0 ? "all pass" : failed + " FAILED",
                compared,
                seconds);
    }
}
