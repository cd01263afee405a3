package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.fusegrad.Tensor;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.checkpoint.MalformedFileException;
import org.fusegrad.checkpoint.Safetensors;
import org.fusegrad.data.DataException;
import org.fusegrad.data.Idx;
import org.fusegrad.data.ImageFolder;
import org.fusegrad.nn.Linear;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that lie: each is refused in one sentence, before anything is made by what it claims. */
final class HostileFilesTest {
    /** What refusing a file of a few bytes may allocate: buffers of fixed size, messages. */
    private static final long BOUND = 8 << 20;

    private static final String FINE = "\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]";

    @TempDir
    Path folder;

    private static String tensor(String dtype, String shape, String offsets) {
        return "{\"a\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":"
                + offsets + "}}";
    }

    static Stream<Arguments> headers() {
        String many = "1,".repeat(100_000) + "1";
        return Stream.of(
                Arguments.of("2^31 elements", tensor("F32", "[2147483647,2]", "[0,8]")),
                Arguments.of("2^31 elements", tensor("F64", "[65536,65536,65536,65536]", "[0,8]")),
                Arguments.of("overflow", tensor("F32", "[4294967298]", "[0,8]")),
                Arguments.of("are not", tensor("F32", "[2]", "[8,9223372036854775807]")),
                Arguments.of("are not", tensor("F32", "[500000000]", "[0,8]")),
                Arguments.of("the data at 8", tensor("F32", "[500000000]", "[0,2000000000]")),
                Arguments.of("are not", tensor("F32", "[2]", "[0,9223372036854775808]")),
                Arguments.of("header is bad", tensor("F32", "[1e400]", "[0,8]")),
                Arguments.of("negative", tensor("F32", "[-1,-2]", "[0,8]")),
                Arguments.of("negative", tensor("F32", "[2]", "[-9223372036854775808,8]")),
                Arguments.of("more than 32", tensor("F32", "[" + many + "]", "[0,8]")),
                Arguments.of("more than 2", tensor("F32", "[2]", "[" + many + "]")),
                Arguments.of("has the type 'F8'", tensor("F8", "[2]", "[0,8]")),
                Arguments.of("has the type ''", tensor("", "[2]", "[0,8]")),
                Arguments.of("are not", tensor("I64", "[2]", "[0,8]")),
                Arguments.of("occurs twice", "{\"a\":{" + FINE + "},\"a\":{" + FINE + "}}"),
                Arguments.of(
                        "occurs twice",
                        "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"},\"a\":{" + FINE + "}}"),
                Arguments.of("occurs twice", "{\"__metadata__\":{},\"__metadata__\":{}}"),
                Arguments.of("begins at 0", "{\"a\":{" + FINE + "},\"b\":{" + FINE + "}}"),
                Arguments.of("header is bad", "[".repeat(1_000_000)),
                Arguments.of("header is bad", "{\"a\":" + "[".repeat(1_000_000)),
                Arguments.of("unknown field", "{\"a\":" + "{\"b\":".repeat(300_000)),
                Arguments.of("not text", "{\"__metadata__\":{\"k\":" + "[".repeat(1_000_000)),
                Arguments.of("header is bad", "{\"" + "k".repeat(1_000_000)),
                Arguments.of("header is bad", "\0".repeat(100)),
                Arguments.of("header is bad", "{\"a\":{" + FINE + "}/**/}"),
                Arguments.of("header is bad", "{\"a\":{" + FINE + ",}}"),
                Arguments.of("header is bad", "NaN"));
    }

    private Path raw(long length, byte[] header, int data) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(8 + header.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(header);
        return Files.write(folder.resolve("hostile"), all.array());
    }

    /** Bytes this thread allocates while it does something. */
    private static long allocated(Runnable work) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void refused(Path file, long bound, String says) {
        long bytes = allocated(() -> {
            String message = assertThrows(
                            MalformedFileException.class, () -> Safetensors.read(file))
                    .getMessage();
            assertTrue(message.contains(says), () -> shortened(message));
            assertTrue(message.startsWith(file.toString()), () -> shortened(message));
            assertTrue(message.length() < 1000, () -> message.length() + " characters");
        });
        assertTrue(bytes < bound, bytes + " bytes were allocated");
    }

    private static String shortened(String message) {
        return message.substring(0, Math.min(300, message.length()));
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource("headers")
    void headersThatLieAreRefused(String says, String header) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        refused(raw(text.length, text, 8), BOUND + 16L * text.length, says);
    }

    @Test
    void lengthsThatLieAreRefused() throws IOException {
        for (long length : new long[] {
            -1, Long.MIN_VALUE, Long.MAX_VALUE, 11, 1L << 32, 100_000_000, 100_000_001, 1L << 31
        }) {
            refused(raw(length, "{}".getBytes(StandardCharsets.UTF_8), 8), BOUND, "a header of");
        }
        refused(raw(0, new byte[0], 0), BOUND, "header is bad");
        refused(raw(2, new byte[] {(byte) 0xc3, 0x28}, 0), BOUND, "not UTF-8");
    }

    /** Names of tensors are keys and nothing else: no file comes to be by one. */
    @Test
    void namesOfTensorsAreNoPaths() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : List.of("../../up", "/etc/passwd", "C:\\x", "a/b/../../c", "", "\0")) {
            tensors.put(name, Tensor.of(1f, 2f));
        }
        Path inner = Files.createDirectories(folder.resolve("in/ner"));
        Path file = inner.resolve("model");
        Safetensors.write(file, new Checkpoint(tensors, Map.of("../k", "../v")));
        Checkpoint read = Safetensors.read(file);
        assertEquals(tensors.keySet(), read.tensors().keySet());
        assertArrayEquals(new float[] {1, 2}, read.tensors().get("../../up").toFloats());
        try (Stream<Path> files = Files.walk(folder)) {
            assertEquals(List.of(file), files.filter(Files::isRegularFile).toList());
        }
        Linear model = new Linear(2, 1);
        double[] before = model.weight().toDoubles();
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.load(model, file));
        assertArrayEquals(before, model.weight().toDoubles());
    }

    // Data.

    private static byte[] idx(int dataBytes, int... header) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * header.length + dataBytes);
        for (int h : header) {
            buffer.putInt(h);
        }
        return buffer.array();
    }

    /** A gzip file of many zeros, written without holding them. */
    private Path zeros(String name, long count, byte[] head) throws IOException {
        Path file = folder.resolve(name);
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(head);
            byte[] piece = new byte[1 << 20];
            for (long left = count; left > 0; left -= piece.length) {
                out.write(piece, 0, (int) Math.min(left, piece.length));
            }
        }
        return file;
    }

    private static void dataRefused(Path file, String says) {
        long bytes = allocated(() -> {
            String message =
                    assertThrows(DataException.class, () -> Idx.images(file)).getMessage();
            assertTrue(message.contains(says), message);
        });
        assertTrue(bytes < BOUND, bytes + " bytes were allocated");
    }

    @Test
    void gzipBombsStopAtWhatTheyState() throws IOException {
        dataRefused(zeros("more", 1L << 28, idx(0, 0x803, 2, 3, 2)), "more than the 12 data bytes");
        dataRefused(zeros("none", 1L << 28, new byte[0]), "starts with 0x00000000");
        Path liar = folder.resolve("liar");
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(liar))) {
            out.write(idx(10, 0x803, 1, 4096, 4096));
        }
        dataRefused(liar, "compressed bytes cannot hold");
        Path plain = Files.write(folder.resolve("plain"), idx(9, 0x803, 60, 4096, 4096));
        dataRefused(plain, "should be 1006632976 bytes");
        Path over = Files.write(folder.resolve("over"), idx(9, 0x803, 10_000_000, 4096, 4096));
        dataRefused(over, "more than the limit");
    }

    /** A PNG that states a size and holds that many rows of zeros, which deflate to little. */
    private static byte[] png(int width, int height, int rows) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        chunk(
                out,
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put(new byte[] {8, 0, 0, 0, 0})
                        .array());
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        try (DeflaterOutputStream zipped = new DeflaterOutputStream(data)) {
            for (int i = 0; i < rows; i++) {
                zipped.write(new byte[width + 1]);
            }
        }
        chunk(out, "IDAT", data.toByteArray());
        chunk(out, "IEND", new byte[0]);
        return out.toByteArray();
    }

    private static void chunk(ByteArrayOutputStream out, String name, byte[] data)
            throws IOException {
        byte[] type = name.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(type);
        crc.update(data);
        DataOutputStream to = new DataOutputStream(out);
        to.writeInt(data.length);
        to.write(type);
        to.write(data);
        to.writeInt((int) crc.getValue());
    }

    private Path imageFolder(byte[] image) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("images/one")).getParent();
        Files.write(classes.resolve("one/a.png"), image);
        return classes;
    }

    private static String imagesRefused(Path classes) {
        List<String> message = new ArrayList<>();
        ImageFolder.Options options =
                ImageFolder.Options.defaults().grey().resize(4, 4).threads(1);
        long bytes = allocated(() -> message.add(
                assertThrows(DataException.class, () -> ImageFolder.loadClasses(classes, options))
                        .getMessage()));
        assertTrue(bytes < BOUND, bytes + " bytes were allocated");
        return message.get(0);
    }

    @Test
    void imagesThatStateTooMuchAreRefusedByTheirHeader() throws IOException {
        for (int[] size : new int[][] {{1 << 20, 1 << 20}, {16_384, 16_384}, {1, 16_385}}) {
            String message = imagesRefused(imageFolder(png(size[0], size[1], 1)));
            assertTrue(message.contains("a.png"), message);
            assertFalse(message.contains("damaged"), message);
        }
        String cut = imagesRefused(imageFolder(png(30, 30, 2)));
        assertTrue(cut.contains("damaged"), cut);
        assertEquals(
                1,
                ImageFolder.loadClasses(
                                imageFolder(png(30, 30, 30)),
                                ImageFolder.Options.defaults()
                                        .grey()
                                        .resize(4, 4)
                                        .threads(1))
                        .size());
    }

    /** The reader would make an array of what a chunk states. */
    @Test
    void chunksThatStateTooMuchAreRefused() throws IOException {
        byte[] fine = png(4, 4, 4);
        for (int length : new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 16, -1, 1 << 28}) {
            ByteBuffer hostile = ByteBuffer.allocate(fine.length + 12)
                    .put(fine, 0, 33)
                    .putInt(length)
                    .put("PLTE....".getBytes(StandardCharsets.US_ASCII))
                    .put(fine, 33, fine.length - 33);
            hostile.put(25, (byte) 2); // coloured, so that the palette is read
            String message = imagesRefused(imageFolder(hostile.array()));
            assertTrue(message.contains("a.png is damaged (a chunk"), message);
        }
    }

    /** Links lead out of a folder; none is followed, whatever it stands for. */
    @Test
    void linksOutOfAnImageFolderAreRefused() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.write(outside.resolve("secret.png"), png(4, 4, 4));
        Path classes = imageFolder(png(4, 4, 4));
        for (String link : List.of("two", "one/b.png")) {
            Path place = classes.resolve(link);
            Path to = link.equals("two") ? outside : outside.resolve("secret.png");
            Files.createSymbolicLink(place, to);
            String message = imagesRefused(classes);
            assertTrue(message.contains("symbolic link"), message);
            Files.delete(place);
        }
    }
}
