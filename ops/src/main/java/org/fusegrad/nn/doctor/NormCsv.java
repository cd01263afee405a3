package org.fusegrad.nn.doctor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes samples as comma separated values: a heading, then one line for each norm and step with
 * step, layer, norm and every {@link NormFigure}. Numbers read back to the same double; a cell is
 * empty where there is no number.
 */
public final class NormCsv implements Consumer<NormSample> {
    private final Writer out;

    /** Writes the heading; the writer stays the caller's to close. */
    public NormCsv(Writer out) {
        this.out = out;
        Stream<String> figures = Arrays.stream(NormFigure.values()).map(NormFigure::column);
        line(Stream.concat(Stream.of("step", "layer", "norm"), figures));
    }

    @Override
    public void accept(NormSample sample) {
        Stream<String> figures = Arrays.stream(NormFigure.values()).map(f -> cell(f.of(sample)));
        Stream<String> key =
                Stream.of(Long.toString(sample.step()), quoted(sample.layer()), sample.norm());
        line(Stream.concat(key, figures));
    }

    private static String quoted(String text) {
        return text.matches("[^,\"\\s]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }

    private static String cell(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? Long.toString((long) value) : Double.toString(value);
    }

    private void line(Stream<String> cells) {
        try {
            out.write(cells.collect(Collectors.joining(",")) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
