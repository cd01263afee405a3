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
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.fusegrad.Tensor;
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
    static byte[] idx(int dataBytes, int... header) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * header.length + dataBytes);
        Arrays.stream(header).forEach(buffer::putInt);
        for (int i = 0; i < dataBytes; i++) {
            buffer.put((byte) i);
        }
        return buffer.array();
    }

    static byte[] gzip(byte[] plain) throws IOException {
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

    static byte[] typed(int type, int[] sizes, double... values) {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * sizes.length + 8 * values.length);
        out.putInt(type << 8 | sizes.length);
        Arrays.stream(sizes).forEach(out::putInt);
        for (double value : values) {
            switch (type) {
                case 0x0b -> out.putShort((short) value);
                case 0x0c -> out.putInt((int) value);
                case 0x0d -> out.putFloat((float) value);
                case 0x0e -> out.putDouble(value);
                default -> out.put((byte) value);
            }
        }
        return Arrays.copyOf(out.array(), out.position());
    }

    @ParameterizedTest
    @CsvSource({
        "0x08, 0, 127, 255, int64",
        "0x09, -128, 0, 127, int64",
        "0x0b, -32768, 1, 32767, int64",
        "0x0c, -2147483648, 1, 2147483647, int64",
        "0x0d, -0.5, 0.25, 1e30, float32",
        "0x0e, -0.1, 1e-300, 1e300, float64"
    })
    void readsEveryElementTypeAndRank(String code, double a, double b, double c, String dtype)
            throws IOException {
        int type = Integer.decode(code);
        for (int[] sizes :
                new int[][] {{6}, {2, 3}, {1, 3, 2}, {3, 1, 1, 2}, {1, 1, 1, 1, 1, 2, 1, 3}}) {
            byte[] plain = typed(type, sizes, a, b, c, c, b, a);
            for (byte[] bytes : List.of(plain, gzip(plain))) {
                Tensor read = Idx.tensor(write("any", bytes));
                assertEquals(dtype, read.dtype().toString());
                assertArrayEquals(sizes, read.shape().dims());
                double[] expected = {a, b, c, c, b, a};
                for (int i = 0; i < 6; i++) {
                    double value = type == 0x0d ? (float) expected[i] : expected[i];
                    assertEquals(value, read.toDoubles()[i]);
                }
            }
            assertTensorRefused(Arrays.copyOf(plain, plain.length - 1), "should be");
            assertTensorRefused(Arrays.copyOf(plain, plain.length + 1), "should be");
            assertTensorRefused(gzip(Arrays.copyOf(plain, plain.length - 1)), "ends after");
            assertTensorRefused(gzip(Arrays.copyOf(plain, plain.length + 1)), "holds more than");
        }
        assertEquals(a, Idx.tensor(write("scalar", typed(type, new int[0], a))).toDoubles()[0]);
        Tensor none = Idx.tensor(write("none", typed(type, new int[] {2, 0})));
        assertArrayEquals(new int[] {2, 0}, none.shape().dims());
    }

    private void assertTensorRefused(byte[] bytes, String says) throws IOException {
        Path file = write("refused", bytes);
        String message =
                assertThrows(DataException.class, () -> Idx.tensor(file)).getMessage();
        assertTrue(message.startsWith(file.toString()) && message.contains(says), message);
    }

    @Test
    void refusesHostileTensors() throws IOException {
        assertTensorRefused(new byte[0], "ends after 0 of the 4 header bytes");
        assertTensorRefused(idx(0, 0x804, 1, 1), "ends after 12 of the 20 header bytes");
        assertTensorRefused(idx(9, 0xa01, 9), "starts with 0x00000a01");
        assertTensorRefused(idx(9, 0x0f01, 9), "starts with 0x00000f01");
        assertTensorRefused(idx(9, 0x1000801, 9), "starts with 0x01000801");
        assertTensorRefused(idx(90, 0x809), "a rank of 9");
        assertTensorRefused(idx(90, 0x8ff), "states a rank of 255");
        assertTensorRefused(idx(9, 0x801, -1), "a size of -1");
        assertTensorRefused(
                idx(9, 0x802, Integer.MAX_VALUE, Integer.MAX_VALUE), "more than the limit");
        int[] huge = {0xe08, -1 >>> 1, -1 >>> 1, -1 >>> 1, -1 >>> 1, -1 >>> 1, -1 >>> 1, 1, 1};
        assertTensorRefused(idx(9, huge), "more than the limit");
        assertTensorRefused(gzip(idx(9, 0xe01, 1 << 27)), "compressed bytes cannot hold");
        assertTensorRefused(gzip(idx(9, 0xe01, 1 << 28)), "more than the limit");
    }

    @Test
    void refusesBytesBehindGzipData() throws IOException {
        byte[] zipped = gzip(idx(12, IMAGES, 2, 3, 2));
        for (int more : new int[] {1, 9, 100_000}) {
            byte[] followed = Arrays.copyOf(zipped, zipped.length + more);
            assertRefused(write("followed.gz", followed), "behind its gzip data");
        }
    }

    @Test
    void imagesOfEveryTypeBecomePixels() throws IOException {
        int[] sizes = {2, 1, 3};
        byte[] expected = {0, 1, 127, 5, 9, 100};
        for (int type : new int[] {0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e}) {
            Path file = write("typed", typed(type, sizes, 0, 1, 127, 5, 9, 100));
            assertArrayEquals(expected, Idx.images(file).pixels(), "type " + type);
        }
        Path whole = write("whole", typed(0x0b, sizes, 255, 0, 0, 0, 0, 254));
        assertArrayEquals(new byte[] {-1, 0, 0, 0, 0, -2}, Idx.images(whole).pixels());
        for (int type : new int[] {0x0d, 0x0e}) {
            Path fractions = write("fractions", typed(type, sizes, 0, 1, 0.5, 0.1, 0.25, 0.999));
            byte[] rounded = {0, -1, (byte) 128, 26, 64, -1};
            assertArrayEquals(rounded, Idx.images(fractions).pixels());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x09, -1",
        "0x0b, 256",
        "0x0b, -1",
        "0x0c, 70000",
        "0x0d, 1.5",
        "0x0d, NaN",
        "0x0e, Infinity",
        "0x0e, 255.5",
        "0x0e, 256",
        "0x0d, -0.25"
    })
    void refusesValuesThatAreNoPixels(String code, double value) throws IOException {
        byte[] bytes = typed(Integer.decode(code), new int[] {2, 1, 2}, 0, 2, 0, value);
        assertRefused(write("pixels", bytes), "value " + value + " of image 1 is no pixel");
    }

    @Test
    void labelsMayBeAnyIntegers() throws IOException {
        for (int type : new int[] {0x08, 0x09, 0x0b, 0x0c}) {
            Path file = write("labels", typed(type, new int[] {3}, 2, 0, 100));
            assertArrayEquals(new int[] {2, 0, 100}, Idx.labels(file));
        }
        Path many = write("labels", typed(0x0c, new int[] {1}, 1_000_000));
        assertArrayEquals(new int[] {1_000_000}, Idx.labels(many));
        for (byte[] wrong : List.of(
                typed(0x09, new int[] {2}, 0, -1),
                typed(0x0d, new int[] {1}, 1),
                typed(0x0c, new int[] {2, 1}, 1, 1))) {
            Path file = write("labels", wrong);
            assertThrows(DataException.class, () -> Idx.labels(file));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void damagedFilesAreRefusedByNameOrLoad(boolean zip) throws IOException {
        Random random = new Random(5);
        for (int type : new int[] {0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e}) {
            byte[] whole = typed(type, new int[] {2, 1, 3}, 0, 1, 2, 3, 4, 5);
            for (int i = 0; i < 100; i++) {
                byte[] damaged = zip ? gzip(whole) : whole.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                damaged = Arrays.copyOf(damaged, damaged.length - random.nextInt(2));
                Path file = write("damaged", damaged);
                try {
                    assertEquals(6, Idx.tensor(file).shape().numel());
                } catch (DataException e) {
                    assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
                }
            }
        }
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
