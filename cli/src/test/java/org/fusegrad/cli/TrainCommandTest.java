package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.checkpoint.Safetensors;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.train.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainCommandTest {
    private static final Map<String, String> TINY =
            Map.of("--limit", "48", "--batch", "16", "--epochs", "1", "--width", "4");

    @TempDir
    private Path folder;

    private Ran train(String out, String... more) {
        List<String> args =
                new ArrayList<>(List.of("train", "--out", folder.resolve(out).toString()));
        List<String> given = List.of(more);
        args.addAll(given);
        TINY.forEach((option, value) -> {
            if (!given.contains(option)) {
                args.addAll(List.of(option, value));
            }
        });
        return Ran.of(args.toArray(String[]::new));
    }

    private void assertNothingLeft() throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            assertEquals(List.of(), children.toList());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "--batch 99          | a batch is larger than the training data of",
                "--batch 0           | a batch must be at least 1",
                "--batch many        | Invalid value for option '--batch'",
                "--epochs 0          | epochs must be within",
                "--lr 0              | the learning rate must be above 0",
                "--lr NaN            | the learning rate must be above 0",
                "--momentum 1        | momentum must be from 0 to below 1",
                "--weight-decay -1   | the weight decay must not be negative",
                "--threads 0         | --threads must be within",
                "--limit 0           | --limit must be at least 1",
                "--size -1           | --size must not be negative",
                "--width 0           | --width must be within",
                "--norm batchnorm    | unknown norm 'batchnorm': give bn, ln, gn:GROUPS, in,",
                "--norm gn           | GroupNorm: 4 channels are not divisible into 32 groups",
                "--norm gn:0         | norm 'gn:0': give gn:GROUPS, with whole numbers from 1",
                "--norm gn:2:2       | norm 'gn:2:2': give gn:GROUPS",
                "--norm mabn:8       | norm 'mabn:8': give mabn:BATCH:REALBATCH",
                "--norm mabn:8:20    | MABN: the simulated batch of 20 must be a multiple",
                "--norm gn:3         | GroupNorm: 4 channels are not divisible into 3 groups",
                "--model vgg         | unknown model 'vgg': give small, resnet18",
                "--backend gpu       | --backend=gpu: give one of",
                "--replicas 0        | --replicas must be within 1..16, the images of a step,",
                "--replicas 17       | --replicas must be within 1..16, the images of a step,",
                "--replicas 2 --norm brn | replicas would each take the statistics of norm 'brn'",
                "--data nowhere      | no data 'nowhere': give digits, fashion-mnist or",
                "--seed x            | Invalid value for option '--seed'",
                "--no-such-option    | Unknown option",
            })
    void wrongInputIsOneLineAndLeavesNothing(String options, String message) throws IOException {
        train("run", options.split(" ")).failed(2, message);
        assertNothingLeft();
    }

    @Test
    void refusesAFolderInUse() throws IOException {
        Files.createDirectory(folder.resolve("run"));
        Files.writeString(folder.resolve("run/metrics.csv"), "mine");
        train("run").failed(2, folder.resolve("run") + " exists and is not an empty");
        assertEquals("mine", Files.readString(folder.resolve("run/metrics.csv")));
    }

    @Test
    void refusesAFolderThatCannotBeMade() throws IOException {
        Files.writeString(folder.resolve("file"), "");
        train("file/run").failed(2, "cannot make the folder " + folder.resolve("file/run"));
    }

    @Test
    void refusesTruncatedData() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        for (String part : new String[] {"train", "t10k"}) {
            byte[] images = {0, 0, 8, 3, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3};
            Files.write(data.resolve(part + "-images-idx3-ubyte"), images);
            Files.write(data.resolve(part + "-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1});
        }
        train("run", "--data", data.toString())
                .failed(2, data.resolve("train-images-idx3-ubyte").toString());
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void inputThatOnlyTheFirstStepRefusesLeavesNothing() throws IOException {
        // The last stage of this network sees images of 1x1.
        train("run", "--model", "resnet18", "--norm", "in").failed(2, "layer2.0.norm");
        assertNothingLeft();
    }

    @Test
    void writesMetricsCurvesAndTheBestModel() throws IOException {
        Ran ran = train("run", "--epochs", "2").succeeded();
        Path run = folder.resolve("run");
        List<String> csv = Files.readAllLines(run.resolve("metrics.csv"));
        assertEquals(3, csv.size());
        assertTrue(csv.get(0).startsWith("epoch,train_loss,train_accuracy,val_loss,val_accuracy"));
        List<String> lines = Files.readAllLines(run.resolve("metrics.jsonl"));
        JsonObject last = JsonParser.parseString(lines.get(1)).getAsJsonObject();
        assertEquals(2, last.get("epoch").getAsInt());
        assertTrue(last.get("val_accuracy").getAsDouble() >= 0);
        assertTrue(ImageIO.read(run.resolve("curves.png").toFile()).getWidth() > 500);
        Checkpoint best = Safetensors.read(run.resolve("best.safetensors"));
        best.into(ResNet.small(1, 10, 4, NormFactory.BATCH, RandomSource.of(7)));
        assertEquals("digits", best.metadata().get("data"));
        try (Stream<Path> files = Files.list(run)) {
            assertEquals(4, files.count());
        }
        assertTrue(ran.out().contains("best validation accuracy"), ran.out());
        assertTrue(ran.out().contains("0 fallbacks"), ran.out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"scalar", "interpreter"})
    void everyBackendTrains(String backend) {
        String out = train("run", "--backend", backend).succeeded().out();
        assertTrue(out.contains("backend " + backend), out);
    }

    @Test
    void trainsUnfused() {
        String out = train("run", "--unfused").succeeded().out();
        assertTrue(out.contains(", unfused"), out);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "none",
                "gn:2",
                "ln",
                "in",
                "rms",
                "iebn",
                "mabn:16:32",
                "mabn-groups:8",
                "syncbn",
                "brn",
                "ghost:8"
            })
    void everyNormTrains(String norm) {
        train("run", "--norm", norm, "--lr", "0.01").succeeded();
    }

    @Test
    void equalSeedsGiveEqualNumbers() throws IOException {
        train("a", "--seed", "5", "--threads", "1").succeeded();
        train("b", "--seed", "5", "--threads", "2").succeeded();
        train("c", "--seed", "6").succeeded();
        assertEquals(numbers("a"), numbers("b"));
        assertFalse(numbers("a").equals(numbers("c")));
    }

    /** Batch norm is shared; what is left are the roundings of sums in parts. */
    @ParameterizedTest
    @ValueSource(strings = {"bn", "gn:2"})
    void replicasLearnWhatOneLearns(String norm) throws IOException {
        train("one", "--norm", norm).succeeded();
        Ran ran = train("three", "--norm", norm, "--replicas", "3").succeeded();
        assertTrue(ran.out().contains("batch 16 in 3 replicas, lr"), ran.out());
        for (int column = 1; column < 5; column++) {
            double one = Double.parseDouble(numbers("one").get(column));
            assertEquals(one, Double.parseDouble(numbers("three").get(column)), 1e-3);
        }
    }

    private List<String> numbers(String run) throws IOException {
        String row =
                Files.readAllLines(folder.resolve(run).resolve("metrics.csv")).get(1);
        return List.of(row.split(",")).subList(0, 6);
    }

    @Test
    void aLossThatIsNoNumberEndsTheRun() {
        train("run", "--lr", "1e30", "--norm", "none", "--epochs", "9")
                .failed(1, "training diverged: the loss is not finite after step");
    }

    /** The only step's loss is still that of the initial weights. */
    @Test
    void aValidationLossThatIsNoNumberEndsTheRunWithoutABestModel() throws IOException {
        train("run", "--lr", "1e38", "--norm", "none", "--batch", "48")
                .failed(1, "training diverged: the validation loss is not finite after epoch 1");
        assertNothingLeft();
    }

    @Test
    void aSecondRunIntoAFolderIsRefused() throws IOException {
        Path run = folder.resolve("run");
        try (RunFolder first = RunFolder.check(Optional.of(run), "")) {
            first.claim();
            train("run").failed(2, "a run is going on in " + run);
            // As well if it looked before the first had begun.
            RunFolder late = RunFolder.check(Optional.of(folder.resolve("other")), "");
            try (RunFolder other = RunFolder.check(Optional.of(folder.resolve("other")), "")) {
                other.claim();
                assertThrows(IllegalArgumentException.class, late::claim);
            }
        }
        assertNothingLeft();
    }

    @Test
    void whatADeadRunLeftUnfinishedGoes() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        Files.createFile(run.resolve(".lock"));
        Files.createFile(run.resolve("best.safetensors.1.part"));
        train("run").succeeded();
        try (Stream<Path> files = Files.list(run)) {
            assertEquals(4, files.count());
        }
    }

    @Test
    void aLinkToNothingIsRefusedBeforeTraining() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        train("link").failed(2, "cannot make the folder " + link);
        train("link/run").failed(2, "cannot make the folder " + link.resolve("run"));
    }
}
