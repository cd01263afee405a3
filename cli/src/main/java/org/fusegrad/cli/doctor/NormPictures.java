package org.fusegrad.cli.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fusegrad.nn.doctor.NormFigure;
import org.fusegrad.train.Picture;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.Styler.LegendPosition;

/** Draws figures over the steps, one line for each layer. */
public final class NormPictures {
    private static final int WIDTH = 720;
    private static final int HEIGHT = 420;
    private static final int LINES = 8;
    private static final int POINTS = 150;

    private static final List<NormFigure> STATISTICS =
            List.of(NormFigure.MEAN, NormFigure.VARIANCE, NormFigure.GRADIENT, NormFigure.PSI);
    private static final List<NormFigure> HEALTH = List.of(
            NormFigure.CANCELLATION,
            NormFigure.VARIANCE_LEAST,
            NormFigure.MEAN_GAP,
            NormFigure.DEVIATION_GAP,
            NormFigure.CORRECTION,
            NormFigure.CLIPPED,
            NormFigure.WINDOW_GAP,
            NormFigure.PSI_WINDOW_GAP);

    private final NormHistory history;
    private final List<String> layers;
    private final int bin;

    /**
     * Of up to eight layers, evenly chosen from the first to the last. Many steps are drawn as
     * means over as many of them as fit.
     */
    public NormPictures(NormHistory history) {
        this.history = history;
        List<String> all = history.layers();
        int count = Math.min(LINES, all.size());
        layers = Stream.iterate(0, i -> i + 1)
                .limit(count)
                .map(i -> all.get(i * (all.size() - 1) / Math.max(1, count - 1)))
                .toList();
        int steps = all.stream().mapToInt(l -> history.of(l).size()).max().orElse(0);
        bin = (steps + POINTS - 1) / POINTS;
    }

    /**
     * Draws {@code statistics.png}, the four statistics, and {@code health.png}, what may go wrong.
     *
     * @return why there is a picture missing, if this JVM cannot draw
     */
    public Optional<String> write(Path folder) throws IOException {
        Optional<String> fault =
                Picture.write(folder.resolve("statistics.png"), () -> charts(STATISTICS));
        return fault.isPresent()
                ? fault
                : Picture.write(folder.resolve("health.png"), () -> charts(HEALTH));
    }

    private List<XYChart> charts(List<NormFigure> figures) {
        return figures.stream().filter(history::has).map(this::chart).toList();
    }

    private XYChart chart(NormFigure figure) {
        String axis = bin > 1 ? "step (means of " + bin + ")" : "step";
        XYChart chart = Picture.chart(figure.title(), axis, "", WIDTH, HEIGHT);
        chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
        double least = Double.POSITIVE_INFINITY;
        double most = 0;
        for (String layer : layers) {
            List<double[]> points = points(layer, figure);
            if (!points.isEmpty()) {
                Picture.line(chart, layer, column(points, 0), column(points, 1));
            }
            for (double[] point : points) {
                least = Math.min(least, point[1]);
                most = Math.max(most, point[1]);
            }
        }
        // Shares and factors near one another read best as they are; a zero has no logarithm.
        chart.getStyler().setYAxisLogarithmic(least > 0 && most > 30 * least);
        return chart;
    }

    private List<double[]> points(String layer, NormFigure figure) {
        List<double[]> points = new ArrayList<>();
        List<NormHistory.Row> rows = history.of(layer);
        for (int from = 0; from < rows.size(); from += bin) {
            List<NormHistory.Row> part = rows.subList(from, Math.min(from + bin, rows.size()));
            part.stream()
                    .mapToDouble(row -> row.of(figure))
                    .filter(Double::isFinite)
                    .average()
                    .ifPresent(y -> points.add(new double[] {part.get(0).step(), y}));
        }
        return points;
    }

    private static double[] column(List<double[]> points, int i) {
        return points.stream().mapToDouble(p -> p[i]).toArray();
    }
}
