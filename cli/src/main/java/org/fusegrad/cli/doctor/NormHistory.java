package org.fusegrad.cli.doctor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.fusegrad.nn.doctor.NormFigure;
import org.fusegrad.nn.doctor.NormSample;

/** The figures of every norm in every step, in memory. */
public final class NormHistory implements Consumer<NormSample> {
    /** One step of a norm. */
    record Row(long step, Map<NormFigure, Double> figures) {
        double of(NormFigure figure) {
            return figures.get(figure);
        }
    }

    private final Map<String, List<Row>> rows = new LinkedHashMap<>();
    private String norm = "norm";

    @Override
    public void accept(NormSample sample) {
        norm = sample.norm();
        Map<NormFigure, Double> figures = new EnumMap<>(NormFigure.class);
        for (NormFigure figure : NormFigure.values()) {
            figures.put(figure, figure.of(sample));
        }
        rows.computeIfAbsent(sample.layer(), k -> new ArrayList<>())
                .add(new Row(sample.step(), figures));
    }

    /** The class of the norms. */
    String norm() {
        return norm;
    }

    /** The paths of the norms, in the order in which they were told. */
    List<String> layers() {
        return List.copyOf(rows.keySet());
    }

    List<Row> of(String layer) {
        return rows.get(layer);
    }

    /** Whether any norm has this figure in any step. */
    boolean has(NormFigure figure) {
        return rows.values().stream()
                .flatMap(List::stream)
                .anyMatch(row -> !Double.isNaN(row.of(figure)));
    }
}
