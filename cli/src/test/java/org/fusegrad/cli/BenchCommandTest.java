package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fusegrad.bench.BenchFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BenchCommandTest {
    @TempDir
    Path folder;

    @Test
    void wrongWordsAreOneLine() {
        Ran.of("bench", "speed").failed(2, "unknown suite 'speed'");
        Ran.of("bench", "--no-torch", "--norm", "bm").failed(2, "unknown norm 'bm'");
        Ran.of("bench", "--no-torch", "--shape", "4").failed(2, "'4' is no shape");
        Ran.of("bench", "--no-torch", "--forks", "0").failed(2, "forks must be at least 1");
        Ran.of("bench", "--no-torch", "--norm", "ln", "--shape", "2x3x4x5")
                .failed(2, "no such combination");
        Ran.of("bench", "--no-torch", "--threads", "0").failed(2, "--threads must be within");
        Ran.of("bench", "--no-torch", "--path", "cuda").failed(2, "unknown path 'cuda'");
        Ran.of("bench", "--no-torch", "--shape", "65536x65536x65536x65536")
                .failed(2, "'65536x65536x65536x65536' is no shape");
        Ran.of("bench", "plot", folder.toString()).failed(2, folder + " is no run but a folder");
        Ran.of("bench", "plot", "nowhere.json").failed(2, "nowhere.json: no such file");
    }

    /** Each value of a good file in turn is taken away. */
    @Test
    void aDamagedRunIsRefusedOrShownWithoutAFault() throws IOException {
        String good = Files.readString(Path.of("../bench/results/calls-jdk17.json"));
        Path file = folder.resolve("run.json");
        Matcher value =
                Pattern.compile("(?<=[:\\[,] ?)(\"[^\"]*\"|[0-9.]+)(?=[,\\]}])").matcher(good);
        int refused = 0;
        while (value.find()) {
            Files.writeString(
                    file, good.substring(0, value.start()) + "null" + good.substring(value.end()));
            Ran ran = Ran.of("bench", "plot", "--markdown", file.toString());
            assertTrue(ran.code() == 0 || ran.code() == 2, ran.err());
            refused += ran.code() == 2 ? 1 : 0;
        }
        assertTrue(refused > 0);
        Files.writeString(file, good.substring(0, good.length() / 2));
        Ran.of("bench", "plot", file.toString()).failed(2, file + " is no run: ");
    }

    @Test
    @Tag("slow")
    void aRunLeavesTableRowsAndPictures() throws IOException {
        Path json = folder.resolve("run.json");
        String out = Ran.of(
                        "bench",
                        "norms",
                        "--quick",
                        "--no-torch",
                        "--norm",
                        "bn",
                        "--shape",
                        "2x3x4x5",
                        "--path",
                        "fused",
                        "--json",
                        json.toString())
                .succeeded()
                .out();
        assertTrue(out.contains("bn forward+backward"), out);
        assertTrue(Files.exists(folder.resolve("run-roofline.png")), out);
        BenchFile run = BenchFile.read(json);
        assertEquals(
                List.of("copy", "bn forward", "copy among 4", "bn forward+backward"),
                run.rows().stream().map(r -> r.work()).toList());
        assertTrue(run.rows().stream().allMatch(r -> r.ms() > 0 && r.roof() > 0), out);
        assertTrue(Ran.of("bench", "plot", json.toString()).succeeded().out().contains("drawn: "));
    }
}
