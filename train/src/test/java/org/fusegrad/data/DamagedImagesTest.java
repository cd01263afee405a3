package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of every kind, damaged at random: each is refused by name or loads, in bounded memory. */
final class DamagedImagesTest {
    private static final int FILES = 400;

    /* Of pictures of some hundred pixels. What a header claims is held against the file's length,
     * so it cannot be more than a few pictures of what this many bytes can hold. */
    private static final long BOUND = 64L << 20;

    @TempDir
    Path root;

    static Stream<Arguments> kinds() {
        byte[] jpeg = Jpegs.write(Jpegs.picture(24, 16), false);
        int[][] inks = {{0, 255, 255, 255}, {200, 90, 30, 160}, {1, 2, 3, 4}};
        byte[] profile = Jpegs.icc(1, 1, Jpegs.inkProfile());
        Pngs.IndexedDataset samples = (y, x, c) -> x * y + c & 3;
        byte[] palette = Pngs.chunk("PLTE", new byte[12]);
        byte[] exif = Pngs.chunk("eXIf", Jpegs.tiff(6, 'I', 3));
        return Stream.of(
                Arguments.of("baseline", jpeg),
                Arguments.of("progressive", Jpegs.write(Jpegs.picture(24, 16), true)),
                Arguments.of("Exif", Jpegs.with(jpeg, Jpegs.exif(6))),
                Arguments.of("inks", Jpegs.with(Jpegs.components(24, 16, inks), Jpegs.adobe(2))),
                Arguments.of("profile", Jpegs.with(Jpegs.components(24, 16, inks), profile)),
                Arguments.of("png", Pngs.file(24, 16, 8, 2, 0, samples, exif)),
                Arguments.of("png 16", Pngs.file(24, 16, 16, 6, 1, samples)),
                Arguments.of("png palette", Pngs.file(24, 16, 2, 3, 1, samples, palette)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void isRefusedByNameOrLoads(String kind, byte[] whole) throws IOException {
        Path file = root.resolve("x.jpg");
        Random random = new Random(kind.hashCode());
        try (ImageDecoder decoder = new ImageDecoder(3)) {
            int refused = 0;
            for (int i = 0; i < FILES; i++) {
                byte[] damaged = damaged(whole, random);
                Files.write(file, damaged);
                long before = allocated();
                refused += loads(decoder, file) ? 0 : 1;
                long bytes = allocated() - before;
                assertTrue(bytes < BOUND, "file " + i + " took " + bytes + " bytes");
            }
            assertTrue(refused > FILES / 10, refused + " refused");
            Files.write(file, whole);
            assertTrue(loads(decoder, file), "the decoder is as good as before");
        }
    }

    private static boolean loads(ImageDecoder decoder, Path file) {
        try {
            Dataset.Shape shape = decoder.shape(file);
            byte[] out = new byte[shape.volume()];
            decoder.decode(file, shape, false, out, 0);
            return true;
        } catch (DataException e) {
            assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            return false;
        }
    }

    /** Bytes this thread has allocated so far. */
    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    private static byte[] damaged(byte[] whole, Random random) {
        int at = random.nextInt(whole.length);
        int length = 1 + random.nextInt(Math.min(40, whole.length - at));
        byte[] out = whole.clone();
        switch (random.nextInt(6)) {
            case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> out[at] = (byte) random.nextInt(256);
            case 2 -> Arrays.fill(out, at, at + length, (byte) (random.nextBoolean() ? 0xff : 0));
            case 3 -> out = Arrays.copyOf(whole, at);
            case 4 ->
                out = Jpegs.joined(
                        Arrays.copyOf(whole, at),
                        Arrays.copyOfRange(whole, at + length, whole.length));
            default ->
                out = Jpegs.joined(
                        Arrays.copyOf(whole, at + length),
                        Arrays.copyOfRange(whole, at, whole.length));
        }
        return out;
    }
}
