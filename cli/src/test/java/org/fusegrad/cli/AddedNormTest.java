package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.fusegrad.nn.norm.NormEntry;
import org.fusegrad.nn.norm.Norms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A class and an entry make a norm known to every command. */
final class AddedNormTest {
    @TempDir
    private Path folder;

    @Test
    void itIsListedAndNoOtherIsLost() {
        List<String> standard = Norms.STANDARD.usages();
        List<String> installed = Norms.installed().usages();
        assertTrue(installed.containsAll(standard));
        assertEquals(standard.size() + 1, installed.size());
        assertTrue(installed.contains("mean-abs"), installed::toString);
        Ran.of("train", "--norm", "nothing").failed(2, "unknown norm 'nothing': give bn, ln, gn");
    }

    @Test
    void itIsChecked() {
        List<LayerCheck> checks = NormChecks.of("mean-abs");
        List<String> modes = checks.stream().map(LayerCheck::mode).toList();
        assertTrue(
                modes.containsAll(List.of("train", "eval", "frozen statistics")), modes::toString);
        assertTrue(NormChecks.names().contains("mean-abs"));
    }

    @Test
    void networksTrainWithIt() {
        String out = folder.resolve("run").toString();
        Ran ran = Ran.of(
                "train", "--norm", "mean-abs", "--epochs", "1", "--limit", "64", "--out", out);
        assertTrue(ran.succeeded().out().contains("with norm mean-abs"), ran::out);
    }

    @Test
    void itIsExplained() {
        assertTrue(Ran.of("explain", "mean-abs", "--shape", "2,3,4,4")
                .succeeded()
                .out()
                .contains("mean_abs_norm"));
    }

    @Test
    void aNameThatIsTakenIsRefused() {
        NormEntry taken = NormEntry.of("new", "batch_norm", r -> null);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Norms.STANDARD.with(taken));
        assertEquals("norm 'new' or 'batch_norm' is taken, by bn; choose others", e.getMessage());
    }
}
