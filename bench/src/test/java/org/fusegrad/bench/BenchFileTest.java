package org.fusegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written of a run, read again, printed and drawn. The figures are made up. */
final class BenchFileTest {
    @TempDir
    Path folder;

    private static BenchRow row(String work, String path, double ms, Double unfused, Double torch) {
        Double gbps = work.equals("eager add") ? null : 100.0 / ms;
        Double roof = gbps == null ? null : gbps / 50;
        return new BenchRow(
                work, "2x3x4x5", "float32", "NCHW", 1, path, ms, gbps, roof, unfused, torch);
    }

    private static BenchFile run() {
        List<BenchRow> rows = List.of(
                row("bn forward", "fused", 2.5, 4.0, null),
                row("bn forward", "unfused", 10, 1.0, null),
                row("eager add", "unfused", 0.0012, null, null));
        return new BenchFile(
                new Machine("a processor, 2 processors", "an OS", "a JVM 17", "512 bits"),
                null,
                Settings.FULL,
                rows,
                List.of(List.of(2.0, 3.0), List.of(9.0, 12.0), List.of(0.001, 0.002)),
                Arrays.asList(0.9, 0.2, null),
                Map.of("eager add, unfused", 312.0));
    }

    @Test
    void everyRowHasExactlyTheKeys() throws IOException {
        Path file = folder.resolve("run.json");
        run().write(file);
        JsonElement all = JsonParser.parseString(Files.readString(file));
        for (JsonElement row : all.getAsJsonObject().getAsJsonArray("rows")) {
            assertEquals(
                    List.of(
                            "work",
                            "shape",
                            "dtype",
                            "layout",
                            "threads",
                            "path",
                            "ms",
                            "gbps",
                            "roof",
                            "vsUnfused",
                            "vsTorch"),
                    List.copyOf(row.getAsJsonObject().keySet()));
        }
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path file = folder.resolve("run.json");
        run().write(file);
        assertEquals(run(), BenchFile.read(file));
    }

    @Test
    void aFileWithoutWorkingSetsIsRead() throws IOException {
        Path file = folder.resolve("old.json");
        run().write(file);
        JsonObject all = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        all.remove("workingSet");
        Files.writeString(file, all.toString());
        assertEquals(Arrays.asList(null, null, null), BenchFile.read(file).workingSet());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = folder.resolve("other.json");
        for (String text : List.of("", "[]", "{}", "no json", "{\"rows\": []}")) {
            Files.writeString(file, text);
            String message = assertThrows(
                            IllegalArgumentException.class, () -> BenchFile.read(file))
                    .getMessage();
            assertTrue(message.contains("other.json is no run"), message);
        }
    }

    @Test
    void theTableShowsMedianSpreadRoofAndRatios() {
        String table = BenchTable.text(run());
        String line = table.lines()
                .filter(l -> l.startsWith("bn forward") && l.contains(" fused"))
                .findFirst()
                .orElseThrow();
        assertTrue(line.matches(".* 2\\.500 +2\\.000 - 3\\.000 +40\\.0 +80 +90 +4\\.00 +-"), line);
        assertTrue(table.contains("forks     5\n"), table);
        assertTrue(table.contains("eager add, unfused: 312 bytes allocated per call"), table);
    }

    @Test
    void theDocumentHasTheFusedRowsOnly() {
        List<String> lines = BenchTable.markdown(run()).lines().skip(2).toList();
        assertEquals(
                List.of("| bn forward | 2x3x4x5 | 1 | 2.500 (2.000 to 3.000) | 40.0 | 80 % | 90 %"
                        + " | 4.0x | - |"),
                lines);
    }

    @Test
    void picturesAreDrawnBesideTheFile() throws IOException {
        Path file = folder.resolve("run.json");
        List<Path> pictures = BenchPictures.write(run(), file);
        assertEquals(
                List.of(folder.resolve("run-roofline.png"), folder.resolve("run-speedup.png")),
                pictures);
        for (Path picture : pictures) {
            assertTrue(ImageIO.read(picture.toFile()).getWidth() > 300);
        }
    }
}
