package org.fusegrad.bench;

import java.awt.AWTError;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.fusegrad.bench.jmh.Paths;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendPosition;

/**
 * A run as pictures, one panel for each number of threads: how near each work comes to the memory
 * roof, and how many times as fast as its peers the fused path is.
 */
public final class BenchPictures {
    private static final int HEIGHT = 420;
    private static final int MARGIN = 260;
    private static final int PER_WORK = 90;
    private static final int ROTATION = 30;
    private static final Color ROOF = new Color(0xd62728);
    private static final Color AMONG = new Color(0xf4a6a6);
    private static final Color FUSED = new Color(0x1f77b4);
    private static final Color UNFUSED = new Color(0xb0b0b0);
    private static final Color TORCH = new Color(0xff7f0e);
    private static final Map<String, Color> COLOURS =
            Map.of(Paths.FUSED, FUSED, Paths.UNFUSED, UNFUSED, Paths.TORCH, TORCH);

    /**
     * The rows of one work on one input by one number of threads.
     *
     * @param byPath the rows
     * @param copied GB/s of a copy among as many tensors as the work has; null if not measured
     */
    private record Group(String label, Map<String, BenchRow> byPath, Double copied) {}

    private BenchPictures() {}

    /**
     * Draws {@code NAME-roofline.png} and {@code NAME-speedup.png} beside a run's file of this
     * name.
     *
     * @return the pictures; empty if there is nothing to draw
     * @throws IllegalStateException if this JVM cannot draw, with the reason
     */
    public static List<Path> write(BenchFile run, Path file) throws IOException {
        Map<Integer, List<Group>> panels = panels(run);
        if (panels.isEmpty()) {
            return List.of();
        }
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        Path roofline = file.resolveSibling(name + "-roofline.png");
        Path speedup = file.resolveSibling(name + "-speedup.png");
        try {
            Files.write(roofline, png(panels, BenchPictures::roofline));
            Files.write(speedup, png(panels, BenchPictures::speedup));
        } catch (LinkageError | AWTError | InternalError e) {
            throw new IllegalStateException("no pictures: this JVM cannot draw (" + e + ")", e);
        }
        return List.of(roofline, speedup);
    }

    private static Map<Integer, List<Group>> panels(BenchFile run) {
        Map<Integer, Map<String, Group>> found = new LinkedHashMap<>();
        for (int i = 0; i < run.rows().size(); i++) {
            BenchRow r = run.rows().get(i);
            if (r.roof() != null && COLOURS.containsKey(r.path())) {
                Double part = run.workingSet().get(i);
                Double copied = part == null ? null : r.gbps() / part;
                found.computeIfAbsent(r.threads(), t -> new LinkedHashMap<>())
                        .computeIfAbsent(label(r), l -> new Group(l, new LinkedHashMap<>(), copied))
                        .byPath()
                        .put(r.path(), r);
            }
        }
        Map<Integer, List<Group>> panels = new LinkedHashMap<>();
        found.forEach((threads, groups) -> panels.put(threads, List.copyOf(groups.values())));
        return panels;
    }

    /** The work and what about its input is not usual. */
    private static String label(BenchRow r) {
        String work = r.work().replace(" forward+backward", "").replace(" forward", " fwd");
        String type = r.dtype().equals("float32") ? "" : " " + r.dtype();
        return work + " " + r.shape() + (r.layout().equals("NHWC") ? " NHWC" : "") + type;
    }

    @FunctionalInterface
    private interface Panel {
        CategoryChart draw(int threads, List<Group> groups);
    }

    private static byte[] png(Map<Integer, List<Group>> panels, Panel panel) throws IOException {
        List<CategoryChart> charts = new ArrayList<>();
        panels.forEach((threads, groups) -> charts.add(panel.draw(threads, groups)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BitmapEncoder.saveBitmap(charts, charts.size(), 1, bytes, BitmapFormat.PNG);
        return bytes.toByteArray();
    }

    private static CategoryChart chart(String title, String axis, List<Group> groups) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(MARGIN + PER_WORK * groups.size())
                .height(HEIGHT)
                .theme(ChartTheme.XChart)
                .title(title)
                .yAxisTitle(axis)
                .build();
        chart.getStyler()
                .setXAxisLabelRotation(ROTATION)
                .setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    private static String threads(int n) {
        return n == 1 ? "1 thread" : n + " threads";
    }

    private static CategoryChart roofline(int threads, List<Group> groups) {
        CategoryChart chart = chart("Bytes that must move, " + threads(threads), "GB/s", groups);
        bars(
                chart,
                "copy: the roof",
                ROOF,
                groups,
                g -> g.byPath().values().stream().findFirst().map(r -> r.gbps() / r.roof()));
        bars(chart, "copy among all", AMONG, groups, g -> Optional.ofNullable(g.copied()));
        for (String path : List.of(Paths.FUSED, Paths.UNFUSED, Paths.TORCH)) {
            bars(chart, path, COLOURS.get(path), groups, g -> at(g, path).map(BenchRow::gbps));
        }
        return chart;
    }

    private static CategoryChart speedup(int threads, List<Group> groups) {
        CategoryChart chart = chart("Fused, " + threads(threads), "times as fast", groups);
        bars(
                chart,
                "as unfused",
                UNFUSED,
                groups,
                g -> at(g, Paths.FUSED).map(BenchRow::vsUnfused));
        bars(chart, "as libtorch", TORCH, groups, g -> at(g, Paths.FUSED).map(BenchRow::vsTorch));
        return chart;
    }

    private static Optional<BenchRow> at(Group group, String path) {
        return Optional.ofNullable(group.byPath().get(path));
    }

    /** Bars of one colour; where a figure is missing the bar is. */
    private static void bars(
            CategoryChart chart,
            String name,
            Color colour,
            List<Group> groups,
            Function<Group, Optional<Double>> value) {
        List<Double> values =
                groups.stream().map(g -> value.apply(g).orElse(0.0)).toList();
        if (values.stream().anyMatch(v -> v > 0)) {
            List<String> labels = groups.stream().map(Group::label).toList();
            chart.addSeries(name, labels, values).setFillColor(colour);
        }
    }
}
