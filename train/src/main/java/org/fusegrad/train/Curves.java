package org.fusegrad.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The picture of a run: loss and accuracy by epoch, of training and validation. */
public final class Curves {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 420;

    private Curves() {}

    /**
     * Draws {@code curves.png}.
     *
     * @return why there is no picture, if this JVM cannot draw one
     */
    public static Optional<String> write(Path folder, String title, List<EpochMetrics> epochs)
            throws IOException {
        return Picture.write(folder.resolve("curves.png"), () -> charts(title, epochs));
    }

    private static List<XYChart> charts(String title, List<EpochMetrics> epochs) {
        XYChart loss = chart(title, "loss", epochs, EpochMetrics::trainLoss, EpochMetrics::valLoss);
        XYChart accuracy = chart(
                title,
                "accuracy (%)",
                epochs,
                m -> 100 * m.trainAccuracy(),
                m -> 100 * m.valAccuracy());
        loss.getStyler().setLegendPosition(LegendPosition.InsideNE);
        accuracy.getStyler().setLegendPosition(LegendPosition.InsideSE);
        return List.of(loss, accuracy);
    }

    private static XYChart chart(
            String title,
            String axis,
            List<EpochMetrics> epochs,
            ToDoubleFunction<EpochMetrics> train,
            ToDoubleFunction<EpochMetrics> held) {
        XYChart chart = Picture.chart(title, "epoch", axis, WIDTH, HEIGHT);
        double[] x = epochs.stream().mapToDouble(EpochMetrics::epoch).toArray();
        Picture.line(chart, "training", x, epochs.stream().mapToDouble(train).toArray());
        Picture.line(chart, "validation", x, epochs.stream().mapToDouble(held).toArray());
        return chart;
    }
}
