package org.fusegrad.train;

import java.awt.AWTError;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Line charts side by side in a PNG file. */
public final class Picture {
    private static final int LABELS = 10;

    /** Eight colours that are told apart on white, in print too. */
    private static final Color[] COLOURS = Stream.of(
                    0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd, 0x8c564b, 0xe377c2, 0x555555)
            .map(Color::new)
            .toArray(Color[]::new);

    static {
        // Nothing of a picture goes through the folder for temporary files, which may be full.
        ImageIO.setUseCache(false);
    }

    private Picture() {}

    /** A chart without lines yet, over whole numbers. */
    public static XYChart chart(String title, String xAxis, String yAxis, int width, int height) {
        XYChart chart = new XYChartBuilder()
                .width(width)
                .height(height)
                .theme(ChartTheme.Matlab)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        chart.getStyler()
                .setXAxisDecimalPattern("0")
                .setXAxisMaxLabelCount(LABELS)
                .setSeriesColors(COLOURS);
        return chart;
    }

    /** Adds a line; a single point is a dot. */
    public static void line(XYChart chart, String name, double[] x, double[] y) {
        chart.addSeries(name, x, y)
                .setMarker(x.length == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE)
                .setLineStyle(new BasicStroke(2));
    }

    /**
     * Draws charts in rows of two.
     *
     * @return why there is no picture, if this JVM cannot draw one
     */
    public static Optional<String> write(Path file, Supplier<List<XYChart>> charts)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(tiled(charts.get()), "png", bytes);
        } catch (IOException | LinkageError | AWTError | InternalError | RuntimeException e) {
            return Optional.of("no " + file.getFileName() + ": this JVM cannot draw (" + e + ")");
        }
        Files.write(file, bytes.toByteArray());
        return Optional.empty();
    }

    private static BufferedImage tiled(List<XYChart> charts) {
        List<BufferedImage> tiles =
                charts.stream().map(BitmapEncoder::getBufferedImage).toList();
        int width = tiles.get(0).getWidth();
        int height = tiles.get(0).getHeight();
        int columns = Math.min(2, tiles.size());
        int rows = (tiles.size() + columns - 1) / columns;
        BufferedImage all =
                new BufferedImage(width * columns, height * rows, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = all.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, all.getWidth(), all.getHeight());
        for (int i = 0; i < tiles.size(); i++) {
            g.drawImage(tiles.get(i), i % columns * width, i / columns * height, null);
        }
        g.dispose();
        return all;
    }
}
