package org.fusegrad.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An IDX file in memory, plain or gzip-compressed: two zero bytes, one for the element type, one
 * for the rank, the sizes, and the elements; all big-endian. Sizes are held against the file before
 * anything is allocated by them.
 *
 * @param file where it was read from
 * @param element type of the elements
 * @param sizes one for each dimension
 * @param data the elements as stored, row-major
 */
record IdxFile(Path file, Element element, int[] sizes, ByteBuffer data) {
    /** Stands for any rank. */
    static final int ANY_RANK = -1;

    private static final int MAX_RANK = 8;

    /* Deflate emits at most 258 bytes per 2 bits, so no honest file expands further than this. */
    private static final long MAX_EXPANSION = 1032;

    private static final String CURE = "; download the file again";

    /** The element types, with their codes. */
    enum Element {
        UINT8(0x08, 1),
        INT8(0x09, 1),
        INT16(0x0b, 2),
        INT32(0x0c, 4),
        FLOAT32(0x0d, 4),
        FLOAT64(0x0e, 8);

        private final int code;
        private final int bytes;

        Element(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        boolean floating() {
            return this == FLOAT32 || this == FLOAT64;
        }

        static Optional<Element> of(int code) {
            return Arrays.stream(values()).filter(e -> e.code == code).findFirst();
        }
    }

    /** Number of elements. */
    int count() {
        return data.limit() / element.bytes;
    }

    /** An element's value, which a double holds exactly whatever the type. */
    double value(int index) {
        return switch (element) {
            case UINT8 -> data.get(index) & 0xff;
            case INT8 -> data.get(index);
            case INT16 -> data.getShort(2 * index);
            case INT32 -> data.getInt(4 * index);
            case FLOAT32 -> data.getFloat(4 * index);
            case FLOAT64 -> data.getDouble(8 * index);
        };
    }

    /**
     * Reads a file.
     *
     * @param rank the rank it must have, or {@link #ANY_RANK}
     * @param what what the file should hold, for messages
     * @param limits refuses sizes, before the file's length is held against them
     * @throws DataException if the file cannot be read, is of another form or rank, exceeds a limit
     *     of {@link Idx}, or is shorter or longer than its header says
     */
    static IdxFile read(Path file, int rank, String what, BiConsumer<Path, int[]> limits) {
        // A directory or pipe is refused first: opening a pipe would wait for ever.
        if (!Files.isRegularFile(file)) {
            throw new DataException(file + " is not a file; check the path");
        }
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            boolean zipped = startsLikeGzip(raw);
            InputStream in = zipped ? new Gunzip(raw) : raw;
            return read(new Request(file, rank, what, limits), in, zipped);
        } catch (EOFException | ZipException e) {
            throw new DataException(file + " is cut off or damaged inside its gzip data" + CURE, e);
        } catch (IOException e) {
            throw new DataException(file + " cannot be read; check its permissions", e);
        }
    }

    /** A gzip stream that tells whether anything follows its end. */
    private static final class Gunzip extends GZIPInputStream {
        private static final int TRAILER_BYTES = 8;

        Gunzip(InputStream raw) throws IOException {
            super(raw, 1 << 16);
        }

        /* The decoder has read ahead: of what is left to it, the trailer comes first. */
        boolean followed() throws IOException {
            return inf.getRemaining() > TRAILER_BYTES || in.read() >= 0;
        }
    }

    /** What is to be read. */
    private record Request(Path file, int rank, String what, BiConsumer<Path, int[]> limits) {}

    private static IdxFile read(Request request, InputStream in, boolean zipped)
            throws IOException {
        Path file = request.file();
        byte[] magic = in.readNBytes(4);
        int stated = 4 + 4 * Math.max(0, request.rank());
        checkLength(file, magic.length, 4, stated, "header bytes");
        Element element = element(request, ByteBuffer.wrap(magic).getInt());
        int headerBytes = 4 + 4 * magic[3];
        byte[] header = in.readNBytes(headerBytes - 4);
        checkLength(file, 4 + header.length, headerBytes, headerBytes, "header bytes");
        int[] sizes = new int[magic[3]];
        ByteBuffer.wrap(header).asIntBuffer().get(sizes);
        request.limits().accept(file, sizes);
        long bytes = dataBytes(file, element, sizes);
        checkFileSize(file, headerBytes + bytes, zipped);
        return new IdxFile(file, element, sizes, ByteBuffer.wrap(readData(file, in, (int) bytes)));
    }

    private static boolean startsLikeGzip(InputStream raw) throws IOException {
        raw.mark(2);
        boolean zipped = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        return zipped;
    }

    private static void checkLength(Path file, int read, int asked, int stated, String of) {
        if (read < asked) {
            throw new DataException(String.format(
                    Locale.ROOT, "%s ends after %d of the %d %s%s", file, read, stated, of, CURE));
        }
    }

    private static Element element(Request request, int magic) {
        Optional<Element> element = Element.of(magic >> 8);
        int rank = magic & 0xff;
        boolean any = request.rank() == ANY_RANK;
        if (element.isEmpty() || (!any && rank != request.rank())) {
            String start = any
                    ? "0x0000, its type and its rank"
                    : String.format(
                            Locale.ROOT, "0x%08x", Element.UINT8.code << 8 | request.rank());
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s starts with 0x%08x but an IDX file of %s starts with %s; check the path",
                    request.file(),
                    magic,
                    request.what(),
                    start));
        }
        if (rank > MAX_RANK) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s states a rank of %d, above the limit of %d%s",
                    request.file(),
                    rank,
                    MAX_RANK,
                    CURE));
        }
        return element.get();
    }

    private static long dataBytes(Path file, Element element, int[] sizes) {
        long bytes = element.bytes;
        for (int size : sizes) {
            if (size < 0) {
                throw new DataException(
                        String.format(Locale.ROOT, "%s states a size of %d%s", file, size, CURE));
            }
            bytes = bytes > Idx.MAX_DATA_BYTES ? bytes : bytes * size;
        }
        if (bytes > Idx.MAX_DATA_BYTES) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s states sizes of %s, more than the limit of %d data bytes; split the file",
                    file,
                    Arrays.toString(sizes),
                    Idx.MAX_DATA_BYTES));
        }
        return bytes;
    }

    private static void checkFileSize(Path file, long expected, boolean zipped) throws IOException {
        long size = Files.size(file);
        if (zipped && expected / MAX_EXPANSION > size) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s states %d bytes, which its %d compressed bytes cannot hold%s",
                    file,
                    expected,
                    size,
                    CURE));
        }
        if (!zipped && expected != size) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s should be %d bytes long by its header but is %d%s",
                    file,
                    expected,
                    size,
                    CURE));
        }
    }

    /* readNBytes allocates as bytes arrive, so even a header within all limits costs no more memory
     * than the data behind it. One byte more is read to notice data the header does not state. */
    private static byte[] readData(Path file, InputStream in, int expected) throws IOException {
        byte[] data = in.readNBytes(expected);
        checkLength(file, data.length, expected, expected, "data bytes its header states");
        if (in.read() >= 0) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s holds more than the %d data bytes its header states%s",
                    file,
                    expected,
                    CURE));
        }
        if (in instanceof Gunzip zipped && zipped.followed()) {
            throw new DataException(String.format(
                    Locale.ROOT, "%s holds more bytes behind its gzip data%s", file, CURE));
        }
        return data;
    }
}
