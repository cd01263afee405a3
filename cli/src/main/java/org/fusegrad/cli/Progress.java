package org.fusegrad.cli;

import java.io.IOException;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import me.tongfei.progressbar.ProgressBarStyle;
import org.fusegrad.nn.Module;
import org.fusegrad.train.EpochMetrics;
import org.fusegrad.train.TrainingListener;

/** A bar on a terminal that fills during each epoch and vanishes at its end. */
public final class Progress implements TrainingListener, AutoCloseable {
    private static final int COLUMNS = 78;
    private static final int INTERVAL_MILLIS = 200;

    /** Draws over one line, and leaves none behind. */
    private static final class Line implements ProgressBarConsumer {
        @Override
        public int getMaxRenderedLength() {
            return COLUMNS;
        }

        @Override
        public void accept(String bar) {
            System.err.print("\r" + bar);
            System.err.flush();
        }

        @Override
        public void clear() {
            System.err.print("\r" + " ".repeat(COLUMNS) + "\r");
        }

        @Override
        public void close() {
            System.err.flush();
        }
    }

    private final int steps;
    private ProgressBar bar;

    /** For epochs of so many steps. */
    public Progress(int steps) {
        this.steps = steps;
    }

    /** Whether standard error is a terminal; Java itself cannot tell. */
    public static boolean isTerminal() {
        try {
            Process test = new ProcessBuilder("test", "-t", "2")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            return test.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void step(int epoch, int done) {
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("epoch " + epoch)
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(INTERVAL_MILLIS)
                    .setConsumer(new Line())
                    .clearDisplayOnFinish()
                    .build();
        }
        bar.stepTo(done);
    }

    @Override
    public void epoch(EpochMetrics metrics, Module model, boolean best) {
        close();
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
