package org.fusegrad.train;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.fusegrad.nn.Module;

/** Prints a row for each epoch and remembers them. */
public final class EpochTable implements TrainingListener {
    private final PrintWriter out;
    private final List<EpochMetrics> rows = new ArrayList<>();

    public EpochTable(PrintWriter out) {
        this.out = out;
    }

    /** Prints what the columns are, before there is a row. */
    public void head() {
        out.println("epoch  train loss  train acc   val loss    val acc   images/s   seconds");
        out.flush();
    }

    @Override
    public void epoch(EpochMetrics m, Module model, boolean best) {
        rows.add(m);
        out.printf(
                Locale.ROOT,
                "%5d  %10.4f  %8.2f %%  %9.4f  %7.2f %%  %9.0f  %8.1f%s%n",
                m.epoch(),
                m.trainLoss(),
                100 * m.trainAccuracy(),
                m.valLoss(),
                100 * m.valAccuracy(),
                m.imagesPerSecond(),
                m.seconds(),
                best ? "  *" : "");
        out.flush();
    }

    /** All epochs so far. */
    public List<EpochMetrics> rows() {
        return Collections.unmodifiableList(rows);
    }

    /** The first epoch of the highest validation accuracy. */
    public EpochMetrics best() {
        return rows.stream()
                .max(Comparator.comparingDouble(EpochMetrics::valAccuracy)
                        .thenComparing(EpochMetrics::epoch, Comparator.reverseOrder()))
                .orElseThrow();
    }
}
