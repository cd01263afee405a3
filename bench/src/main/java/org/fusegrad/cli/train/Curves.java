package org.fusegrad.cli.train;

import java.awt.AWTError;
import java.awt.BasicStroke;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The picture of a run: loss and accuracy by epoch, of training and validation. */
public final class Curves {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 420;
    private static final int LABELS = 10;

    private Curves() {}

    /**
     * Draws {@code curves.png}.
     *
     * @return why there is no picture, if this JVM cannot draw one
     */
    public static Optional<String> write(Path folder, String title, List<EpochMetrics> epochs)
            throws IOException {
        byte[] picture;
        try {
            picture = png(title, epochs);
        } catch (LinkageError | AWTError | InternalError | RuntimeException e) {
            return Optional.of("no curves.png: this JVM cannot draw (" + e + ")");
        }
        Files.write(folder.resolve("curves.png"), picture);
        return Optional.empty();
    }

    private static byte[] png(String title, List<EpochMetrics> epochs) throws IOException {
        XYChart loss = chart(title, "loss", epochs, EpochMetrics::trainLoss, EpochMetrics::valLoss);
        XYChart accuracy = chart(
                title,
                "accuracy (%)",
                epochs,
                m -> 100 * m.trainAccuracy(),
                m -> 100 * m.valAccuracy());
        loss.getStyler().setLegendPosition(LegendPosition.InsideNE);
        accuracy.getStyler().setLegendPosition(LegendPosition.InsideSE);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BitmapEncoder.saveBitmap(List.of(loss, accuracy), 1, 2, bytes, BitmapFormat.PNG);
        return bytes.toByteArray();
    }

    private static XYChart chart(
            String title,
            String axis,
            List<EpochMetrics> epochs,
            ToDoubleFunction<EpochMetrics> train,
            ToDoubleFunction<EpochMetrics> held) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .theme(ChartTheme.Matlab)
                .title(title)
                .xAxisTitle("epoch")
                .yAxisTitle(axis)
                .build();
        chart.getStyler().setXAxisDecimalPattern("0").setXAxisMaxLabelCount(LABELS);
        line(chart, "training", epochs, train);
        line(chart, "validation", epochs, held);
        return chart;
    }

    private static void line(
            XYChart chart,
            String name,
            List<EpochMetrics> epochs,
            ToDoubleFunction<EpochMetrics> value) {
        double[] x = epochs.stream().mapToDouble(EpochMetrics::epoch).toArray();
        double[] y = epochs.stream().mapToDouble(value).toArray();
        chart.addSeries(name, x, y)
                .setMarker(epochs.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE)
                .setLineStyle(new BasicStroke(2));
    }
}
