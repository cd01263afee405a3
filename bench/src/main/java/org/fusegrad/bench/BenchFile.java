package org.fusegrad.bench;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A run: where, how and with what outcome.
 *
 * @param machine it ran on
 * @param libtorch version of the peer; null if it was not run
 * @param settings that it ran with
 * @param rows one for each configuration
 * @param spread of each row, in the same order: milliseconds of the fastest and the slowest JVM
 * @param workingSet of each row the part of the speed of a copy that goes among as many tensors as
 *     the work has in memory, where that of {@link BenchRow#roof} goes from one to another: what
 *     the level of memory that holds them all allows; null where there is no roof
 * @param bytesPerCall allocated by a call of a work, where it was watched
 */
public record BenchFile(
        Machine machine,
        String libtorch,
        Settings settings,
        List<BenchRow> rows,
        List<List<Double>> spread,
        List<Double> workingSet,
        Map<String, Double> bytesPerCall) {
    /* Absent figures are written as null, so that every row has every key. */
    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

    /** Of a file without them, as they once were written, no row has the working set's part. */
    public BenchFile {
        if (workingSet == null && rows != null) {
            workingSet = Collections.nCopies(rows.size(), null);
        }
    }

    /** Writes it, a row on a line. */
    public void write(Path file) throws IOException {
        StringBuilder s = new StringBuilder("{\n");
        s.append("\"machine\": ").append(GSON.toJson(machine)).append(",\n");
        s.append("\"libtorch\": ").append(GSON.toJson(libtorch)).append(",\n");
        s.append("\"settings\": ").append(GSON.toJson(settings)).append(",\n");
        s.append("\"rows\": [\n").append(lines(rows)).append("\n],\n");
        s.append("\"spread\": [\n").append(lines(spread)).append("\n],\n");
        s.append("\"workingSet\": ").append(GSON.toJson(workingSet)).append(",\n");
        s.append("\"bytesPerCall\": ").append(GSON.toJson(bytesPerCall)).append("\n}\n");
        Files.writeString(file, s);
    }

    private static String lines(List<?> items) {
        return String.join(",\n", items.stream().map(GSON::toJson).toList());
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if the file holds something else
     */
    public static BenchFile read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IllegalArgumentException(file + " is no run but a folder: give a file that"
                    + " 'bench --json' has written");
        }
        try {
            BenchFile run = GSON.fromJson(Files.readString(file), BenchFile.class);
            if (run != null && run.isWhole()) {
                return run;
            }
        } catch (JsonParseException | CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is no run: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                file + " is no run: give a file that 'bench --json' has written");
    }

    private boolean isWhole() {
        return machine != null
                && machine.isWhole()
                && settings != null
                && rows != null
                && rows.stream().allMatch(r -> r != null && r.isWhole())
                && spread != null
                && spread.stream().allMatch(BenchFile::isPair)
                && spread.size() == rows.size()
                && workingSet.size() == rows.size()
                && (bytesPerCall == null || !bytesPerCall.containsValue(null));
    }

    private static boolean isPair(List<Double> spread) {
        return spread != null && spread.size() == 2 && !spread.contains(null);
    }
}
