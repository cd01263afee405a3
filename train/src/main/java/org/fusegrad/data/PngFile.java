package org.fusegrad.data;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A PNG file taken apart. Every checksum is held against the data: that of each chunk, and that of
 * the compressed picture, which must be whole and no larger than the header's size asks for.
 *
 * @param width columns
 * @param height rows
 * @param orientation of its chunk {@code eXIf}
 * @param bare header, palette and picture data
 */
record PngFile(int width, int height, Orientation orientation, byte[] bare) implements ImageFile {
    private static final int SIGNATURE_BYTES = 8;
    private static final int HEADER_BYTES = 13;

    /* Length, type and checksum of a chunk. */
    private static final int FRAME_BYTES = 12;

    /* What may follow the last row inside the compressed data before it is no picture any more. */
    private static final int EXCESS_BYTES = 1 << 16;

    private static final Set<String> NEEDED = Set.of("IHDR", "PLTE", "IDAT", "IEND");
    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGB_ALPHA = 6;

    /* Where the pixels of each pass of an interlaced file begin, and how far apart they are. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8},
        {4, 0, 8, 8},
        {0, 4, 4, 8},
        {2, 0, 4, 4},
        {0, 2, 2, 4},
        {1, 0, 2, 2},
        {0, 1, 1, 2}
    };

    /** What the header says; of a palette or grey picture a pixel may be part of a byte. */
    private record Header(int width, int height, int bits, int colour, boolean interlaced) {
        int channels() {
            return switch (colour) {
                case RGB -> 3;
                case GREY_ALPHA -> 2;
                case RGB_ALPHA -> 4;
                default -> 1;
            };
        }

        boolean sound() {
            boolean power = Integer.bitCount(bits) == 1 && bits <= 16;
            return switch (colour) {
                case GREY -> power;
                case PALETTE -> power && bits <= 8;
                case RGB, GREY_ALPHA, RGB_ALPHA -> bits == 8 || bits == 16;
                default -> false;
            };
        }

        /* Bytes of all rows, each with one byte for its filter. */
        long dataBytes() {
            if (!interlaced) {
                return height * rowBytes(width);
            }
            long bytes = 0;
            for (int[] pass : PASSES) {
                int columns = (width - pass[0] + pass[2] - 1) / pass[2];
                int rows = (height - pass[1] + pass[3] - 1) / pass[3];
                bytes += columns < 1 ? 0 : rows * rowBytes(columns);
            }
            return bytes;
        }

        private long rowBytes(int columns) {
            return 1 + ((long) columns * channels() * bits + 7) / 8;
        }
    }

    /** Takes a file apart that starts with the signature. */
    static PngFile parse(Path file, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        ByteArrayOutputStream bare = new ByteArrayOutputStream(bytes.length);
        bare.write(bytes, 0, SIGNATURE_BYTES);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        Orientation orientation = Orientation.AS_STORED;
        Header header = null;
        boolean palette = false;
        int at = SIGNATURE_BYTES;
        String type = "";
        while (!type.equals("IEND")) {
            int length = chunkLength(file, in, at);
            type = new String(bytes, at + 4, 4, StandardCharsets.ISO_8859_1);
            checkChunk(file, in, at, length, type);
            if ((header == null) != type.equals("IHDR")) {
                throw ImageFile.damaged(file, "a chunk " + type + " where none may be");
            }
            int from = at + 8;
            switch (type) {
                case "IHDR" -> header = header(file, in, from, length);
                case "PLTE" -> palette = true;
                case "IDAT" -> data.write(bytes, from, length);
                case "eXIf" -> orientation = Exif.orientation(exif(bytes, from, length));
                default -> {}
            }
            at += FRAME_BYTES + length;
            if (NEEDED.contains(type)) {
                bare.write(bytes, at - FRAME_BYTES - length, FRAME_BYTES + length);
            }
        }
        if (header.colour() == PALETTE && !palette) {
            throw ImageFile.damaged(file, "its palette is missing");
        }
        checkData(file, header, data.toByteArray());
        return new PngFile(header.width(), header.height(), orientation, bare.toByteArray());
    }

    /* Decoders make arrays of what chunks state as their length: held against the file first. */
    private static int chunkLength(Path file, ByteBuffer in, int at) {
        if (in.limit() - at < FRAME_BYTES) {
            throw ImageFile.damaged(file, "it ends before its last chunk");
        }
        int length = in.getInt(at);
        if (length < 0 || length > in.limit() - at - FRAME_BYTES) {
            throw ImageFile.damaged(file, "a chunk is longer than the file");
        }
        return length;
    }

    private static void checkChunk(Path file, ByteBuffer in, int at, int length, String type) {
        CRC32 checksum = new CRC32();
        checksum.update(in.array(), at + 4, 4 + length);
        if ((int) checksum.getValue() != in.getInt(at + 8 + length)) {
            throw ImageFile.damaged(
                    file,
                    String.format(
                            Locale.ROOT,
                            "a chunk %s does not match its checksum",
                            printable(type)));
        }
        boolean critical = Character.isUpperCase(type.charAt(0));
        if (critical && !NEEDED.contains(type)) {
            throw ImageFile.unsupported(
                    file,
                    String.format(
                            Locale.ROOT, "needs its own chunk %s understood", printable(type)));
        }
    }

    private static String printable(String type) {
        return type.replaceAll("[^A-Za-z]", "?");
    }

    private static Header header(Path file, ByteBuffer in, int at, int length) {
        if (length != HEADER_BYTES) {
            throw ImageFile.damaged(
                    file, String.format(Locale.ROOT, "its header is %d bytes long", length));
        }
        ImageFile.checkSize(file, in.getInt(at) & 0xffff_ffffL, in.getInt(at + 4) & 0xffff_ffffL);
        Header header = new Header(
                in.getInt(at),
                in.getInt(at + 4),
                in.get(at + 8),
                in.get(at + 9),
                in.get(at + 12) == 1);
        boolean known = in.getShort(at + 10) == 0 && (in.get(at + 12) & ~1) == 0;
        if (!known || !header.sound()) {
            throw ImageFile.damaged(file, "its header states a form that PNG does not have");
        }
        return header;
    }

    /* Some programs repeat here the name that JPEG files put before this data. */
    private static byte[] exif(byte[] bytes, int at, int length) {
        byte[] tiff = new byte[length];
        System.arraycopy(bytes, at, tiff, 0, length);
        return JpegParser.afterName(tiff, JpegParser.EXIF_NAME).orElse(tiff);
    }

    /* Inflates the picture for nothing but its checksum and its length, piece by piece: the JDK's
     * reader stops behind the last row, where the checksum has not been seen. */
    private static void checkData(Path file, Header header, byte[] data) {
        long needed = header.dataBytes();
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(data);
            byte[] piece = new byte[1 << 13];
            boolean stuck = false;
            while (!inflater.finished() && !stuck) {
                stuck = inflater.inflate(piece) == 0 && !inflater.finished();
                if (inflater.getBytesWritten() > needed + EXCESS_BYTES) {
                    throw ImageFile.damaged(file, "it holds more picture than its size needs");
                }
            }
            if (stuck || inflater.getBytesWritten() < needed) {
                throw ImageFile.damaged(file, "its picture is cut off");
            }
        } catch (DataFormatException e) {
            throw ImageFile.damaged(file, "its compressed picture: " + e.getMessage());
        } finally {
            inflater.end();
        }
    }
}
