package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdxTest {
    private static final int IMAGES = 0x803;
    private static final int LABELS = 0x801;

    @TempDir
    Path directory;

    /** Returns the header numbers big-endian, followed by the given number of bytes 0, 1, 2... */
    private static byte[] idx(int dataBytes, int... header) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * header.length + dataBytes);
        Arrays.stream(header).forEach(buffer::putInt);
        for (int i = 0; i < dataBytes; i++) {
            buffer.put((byte) i);
        }
        return buffer.array();
    }

    private static byte[] gzip(byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream zipped = new GZIPOutputStream(out)) {
            zipped.write(plain);
        }
        return out.toByteArray();
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(directory.resolve(name), bytes);
    }

    private static void assertRefused(Path file, String says) {
        String message =
                assertThrows(DataException.class, () -> Idx.images(file)).getMessage();
        assertTrue(message.contains(says), message);
        assertTrue(message.startsWith(file.toString()), message);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsPlainAndZippedFilesUnderAnyName(boolean zip) throws IOException {
        byte[] plain = idx(12, IMAGES, 2, 3, 2);
        Idx.Images images = Idx.images(write("images", zip ? gzip(plain) : plain));
        assertEquals(2, images.count());
        assertEquals(3, images.height());
        assertEquals(2, images.width());
        assertArrayEquals(Arrays.copyOfRange(plain, 16, 28), images.pixels());
        byte[] labels = idx(3, LABELS, 3);
        int[] read = Idx.labels(write("labels", zip ? gzip(labels) : labels));
        assertArrayEquals(new int[] {0, 1, 2}, read);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1, a count of 0",
        "-1, 28, 28, a count of -1",
        "2147483647, 28, 28, a count of 2147483647",
        "1, -28, 28, a height of -28",
        "1, 28, 65536, a width of 65536",
        "10000000, 4096, 4096, more than the limit",
        "1000, 1000, 1000, should be 1000000016 bytes"
    })
    void refusesHostileSizes(int count, int height, int width, String says) throws IOException {
        byte[] plain = idx(10, IMAGES, count, height, width);
        assertRefused(write("hostile", plain), says);
    }

    @Test
    void refusesZippedFilesThatCannotHoldWhatTheyState() throws IOException {
        byte[] small = gzip(idx(10, IMAGES, 1000, 1000, 1000));
        assertRefused(write("liar.gz", small), "compressed bytes cannot hold");
    }

    @Test
    void refusesWrongMagic() throws IOException {
        assertRefused(write("magic", idx(1, LABELS, 1, 1, 1)), "starts with 0x00000801");
    }

    @ParameterizedTest
    @CsvSource({
        "0, ends after 0 of the 16 header bytes",
        "9, ends after 9 of the 16 header bytes",
        "20, should be 28 bytes"
    })
    void refusesTruncatedPlainFiles(int length, String says) throws IOException {
        byte[] cut = Arrays.copyOf(idx(12, IMAGES, 2, 3, 2), length);
        assertRefused(write("cut", cut), says);
    }

    @Test
    void refusesTruncatedZippedFiles() throws IOException {
        byte[] shortInside = gzip(Arrays.copyOf(idx(12, IMAGES, 2, 3, 2), 20));
        assertRefused(write("short.gz", shortInside), "ends after 4 of the 12 data bytes");
        byte[] whole = gzip(idx(12, IMAGES, 2, 3, 2));
        for (int length = 2; length < whole.length; length++) {
            Path cut = write("cut.gz", Arrays.copyOf(whole, length));
            assertRefused(cut, "cut off or damaged");
        }
    }

    @Test
    void refusesDamagedZippedFiles() throws IOException {
        byte[] damaged = gzip(idx(12, IMAGES, 2, 3, 2));
        damaged[damaged.length - 6] ^= 1; // the checksum
        assertRefused(write("damaged.gz", damaged), "cut off or damaged");
    }

    @Test
    void stopsAtTheFirstByteTooManyOfAZippedBomb() throws IOException {
        byte[] bomb = gzip(idx(1 << 26, IMAGES, 2, 3, 2));
        assertTrue(bomb.length < 1 << 20);
        assertRefused(write("bomb.gz", bomb), "more than the 12 data bytes");
        assertRefused(write("tail", idx(13, IMAGES, 2, 3, 2)), "should be 28 bytes");
    }

    @Test
    void refusesDirectoriesAndMissingFiles() {
        assertRefused(directory, "is not a file");
        assertRefused(directory.resolve("absent"), "is not a file");
    }

    private void writeFour(int labels) throws IOException {
        write("train-images-idx3-ubyte", idx(12, IMAGES, 3, 2, 2));
        write("train-labels-idx1-ubyte.gz", gzip(idx(labels, LABELS, labels)));
        write("t10k-images-idx3-ubyte.gz", gzip(idx(4, IMAGES, 1, 2, 2)));
        write("t10k-labels-idx1-ubyte", idx(1, LABELS, 1));
    }

    @Test
    void loadsADirectoryOfPlainAndZippedFiles() throws IOException {
        writeFour(3);
        Dataset.Split parts = Idx.load(directory, "tiny", List.of("a", "b", "c"));
        assertEquals(3, parts.train().size());
        assertEquals(1, parts.test().size());
        assertEquals(new Dataset.Shape(1, 2, 2), parts.test().shape());
        assertArrayEquals(new int[] {0, 1, 2}, parts.train().labels());
        assertEquals(
                directory, FashionMnist.find(List.of(Path.of("no"), directory)).get());
    }

    @Test
    void refusesImagesAndLabelsOfDifferentCounts() throws IOException {
        writeFour(2);
        String message = assertThrows(DataException.class, () -> FashionMnist.load(directory))
                .getMessage();
        assertTrue(message.contains("has 3 images but"), message);
        assertTrue(message.contains("has 2 labels"), message);
    }

    @Test
    void refusesLabelsWithoutAClass() throws IOException {
        writeFour(3);
        assertThrows(DataException.class, () -> Idx.load(directory, "two", List.of("a", "b")));
    }

    @Test
    void namesTheMissingFileAndTheCure() {
        List<Path> nowhere = List.of(directory);
        String message = assertThrows(DataException.class, () -> FashionMnist.load(nowhere))
                .getMessage();
        assertTrue(message.contains("dataset-fashion-mnist"), message);
        message = assertThrows(DataException.class, () -> FashionMnist.load(directory))
                .getMessage();
        assertTrue(message.contains("train-images-idx3-ubyte.gz"), message);
    }

    @Test
    void loadsFashionMnist() {
        assumeTrue(
                FashionMnist.find(FashionMnist.DEFAULT_DIRECTORIES).isPresent(),
                "Fashion-MNIST is not installed");
        Dataset.Split parts = FashionMnist.load();
        assertEquals(
                "fashion-mnist train: 60000 images of 1x28x28, 10 classes",
                parts.train().toString());
        assertEquals(10_000, parts.test().size());
        int[] even = new int[10];
        Arrays.fill(even, 6000);
        assertArrayEquals(even, parts.train().classCounts());
        Normalization values = parts.train().normalization();
        assertEquals(0.2860, values.mean().get(0), 1e-4);
        assertEquals(0.3530, values.std().get(0), 1e-4);
    }
}
