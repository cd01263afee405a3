package org.fusegrad.flags;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TuningTest {
    @TempDir
    private Path folder;

    private void cache(int index, String level, String type, String size, String line)
            throws IOException {
        Path cache = Files.createDirectories(folder.resolve("index" + index));
        Files.writeString(cache.resolve("level"), level + "\n");
        Files.writeString(cache.resolve("type"), type + "\n");
        Files.writeString(cache.resolve("size"), size + "\n");
        Files.writeString(cache.resolve("coherency_line_size"), line + "\n");
    }

    @Test
    void cachesAreReadAsLinuxTellsThem() throws IOException {
        cache(0, "1", "Data", "48K", "128");
        cache(1, "1", "Instruction", "64K", "64");
        cache(2, "2", "Unified", "2M", "64");
        cache(3, "3", "Unified", "54M", "64");
        assertEquals(new Caches(128, 48 << 10, 2 << 20), Caches.under(folder));
    }

    @Test
    void whatIsNotToldIsUsual() throws IOException {
        Caches usual = new Caches(64, 32 << 10, 1 << 20);
        assertEquals(usual, Caches.under(folder.resolve("nowhere")));
        cache(0, "1", "Data", "many", "-1");
        cache(1, "2", "Unified", "9999999M", "64");
        assertEquals(usual, Caches.under(folder));
    }

    @Test
    void numbersFollowFromCachesAndFromThoseSet() {
        Tuning tuning = Tuning.of(new Caches(64, 48 << 10, 2 << 20));
        assertEquals(1 << 20, tuning.chunk());
        assertEquals(3072, tuning.columns());
        Tuning set = tuning.with(Map.of("l2", 4 << 20, "grain", 5));
        assertEquals(2 << 20, set.chunk());
        assertEquals(5, set.grain());
        assertEquals(tuning.l1(), set.l1());
        assertEquals(7, tuning.with(Map.of("chunk", 7)).chunk());
    }

    @Test
    void allNumbersAreListedWithUnitAndMeaning() {
        Tuning tuning = Tuning.of(Caches.here());
        assertEquals(tuning.values().size(), tuning.lines().size());
        tuning.values()
                .forEach((name, value) -> assertTrue(
                        tuning.lines().stream()
                                .anyMatch(line -> line.startsWith(name + " ")
                                        && line.contains(" " + value + " ")
                                        && line.contains(": ")),
                        name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grain",
                "grain=0",
                "grain=-1",
                "grain=x",
                "nothing=3",
                "line=1",
                "line=96",
                "line=999999999",
                "grain=1,",
                ","
            })
    void whatIsNoTuningIsRefused(String text) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Flags.TUNING.parse(text, "FUSEGRAD_TUNING"));
        assertTrue(e.getMessage().startsWith("FUSEGRAD_TUNING"), e.getMessage());
    }

    @Test
    void whatIsGivenIsParsed() {
        assertEquals(
                Map.of("grain", 4096, "l2", 65536),
                Flags.TUNING.parse("grain=4096,l2=65536", "FUSEGRAD_TUNING"));
    }
}
