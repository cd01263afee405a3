package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    private static final int NORMS = 9;
    private static final int STEPS = 3;

    @TempDir
    private Path folder;

    private Ran doctor(String out, String... more) {
        List<String> args = new ArrayList<>(List.of(
                "doctor",
                "--limit",
                "48",
                "--width",
                "4",
                "--out",
                folder.resolve(out).toString()));
        args.addAll(List.of(more));
        if (!args.contains("--batch")) {
            args.addAll(List.of("--batch", "16"));
        }
        return Ran.of(args.toArray(String[]::new));
    }

    @Test
    void writesTheTableAndPicturesAndSaysWhatTheyShow() throws IOException {
        Ran ran = doctor("run", "--batch", "15").succeeded();
        List<String> lines = Files.readAllLines(folder.resolve("run/norms.csv"));
        assertEquals(1 + NORMS * STEPS, lines.size());
        assertTrue(lines.get(1).startsWith("1,norm1,BatchNorm2d,960,4,"), lines.get(1));
        for (String picture : List.of("statistics.png", "health.png")) {
            Path file = folder.resolve("run").resolve(picture);
            assertTrue(ImageIO.read(file.toFile()).getWidth() > 1000, picture);
        }
        try (Stream<Path> files = Files.list(folder.resolve("run"))) {
            assertEquals(3, files.count());
        }
        assertTrue(ran.out().contains("9 norms of class BatchNorm2d over 3 steps."), ran.out());
        assertTrue(ran.out().contains("evaluation sees"), ran.out());
        assertTrue(ran.out().contains("WATCH: only 60 values"), ran.out());
    }

    @Test
    void movingAveragesAreSaidToBeInWarmUp() {
        String out = doctor("run", "--norm", "mabn:16:32", "--lr", "0.01")
                .succeeded()
                .out();
        assertTrue(out.contains("warm-up was not over"), out);
        assertTrue(out.contains("the correction r is 1 throughout"), out);
        assertTrue(out.contains("does not centre"), out);
    }

    @Test
    void aNetworkWithoutNormsLosesNothing() throws IOException {
        Ran ran = doctor("run", "--norm", "none", "--lr", "0.001").succeeded();
        assertTrue(ran.out().contains("9 norms of class IdentityNorm"), ran.out());
        assertTrue(Files.exists(folder.resolve("run/statistics.png")));
    }

    @Test
    void aLossThatIsNoNumberIsToldAfterTheFigures() throws IOException {
        Ran ran = doctor("run", "--lr", "1e30", "--norm", "none");
        assertEquals(1, ran.code());
        assertTrue(Files.exists(folder.resolve("run/norms.csv")));
        assertTrue(ran.out().contains("no longer finite"), ran.out());
    }

    @Test
    void wrongInputLeavesNothing() {
        doctor("run", "--norm", "gn").failed(2, "GroupNorm: 4 channels are not divisible");
        doctor("run", "--norm", "in", "--model", "resnet18").failed(2, "layer2.0.norm");
        assertFalse(Files.exists(folder.resolve("run")));
    }
}
