package org.fusegrad.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * An image file taken apart: what its header says, and the parts of it that pixels depend on. All
 * else of a file (colour profiles, texts, thumbnails, what programs add for themselves) never
 * reaches a decoder, so none of it can make a sound picture unreadable.
 */
sealed interface ImageFile permits JpegFile, PngFile {
    /** Largest height or width that is decoded. */
    int MAX_SIDE = 16_384;

    /** Most pixels that are decoded, 32 Mi. */
    long MAX_PIXELS = 1L << 25;

    /** Columns as stored, before turning. */
    int width();

    /** Rows as stored, before turning. */
    int height();

    /** How the picture is turned for the viewer. */
    Orientation orientation();

    /** A file of the same pixels without all that they do not depend on. */
    byte[] bare();

    /**
     * Takes a file apart; the format is told by the first bytes.
     *
     * @throws DataException if it is no JPEG or PNG file, of a kind that is not read, above a limit
     *     of this class, or damaged
     */
    static ImageFile parse(Path file, byte[] bytes) {
        if (startsWith(bytes, 0, 0xff, 0xd8)) {
            return new JpegParser(file, bytes).parse();
        } else if (startsWith(bytes, 0, 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n')) {
            return PngFile.parse(file, bytes);
        }
        String kind = otherKind(bytes);
        if (kind.isEmpty()) {
            throw new DataException(
                    file + " does not start like a JPEG or PNG file; convert or remove it");
        }
        throw new DataException(String.format(
                Locale.ROOT,
                "%s is of the format %s, and only JPEG and PNG are read; convert or remove it",
                file,
                kind));
    }

    /** Refuses a size above the limits, before anything is allocated or decoded by it. */
    static void checkSize(Path file, long width, long height) {
        if (width < 1 || height < 1) {
            throw damaged(
                    file, String.format(Locale.ROOT, "it states a size of %dx%d", height, width));
        }
        if (width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s is %dx%d (height x width), over %d per side or %d pixels; scale it",
                    file,
                    height,
                    width,
                    MAX_SIDE,
                    MAX_PIXELS));
        }
    }

    /** The refusal of a file that is not whole. */
    static DataException damaged(Path file, String what) {
        return new DataException(
                String.format(Locale.ROOT, "%s is damaged (%s); replace or remove it", file, what));
    }

    /** The refusal of a sound file of a kind that is not read. */
    static DataException unsupported(Path file, String what) {
        return new DataException(String.format(
                Locale.ROOT,
                "%s %s, which is not read; convert it to an 8-bit JPEG or PNG",
                file,
                what));
    }

    private static boolean startsWith(byte[] bytes, int at, int... start) {
        for (int i = 0; i < start.length; i++) {
            if (at + i >= bytes.length || (bytes[at + i] & 0xff) != start[i]) {
                return false;
            }
        }
        return true;
    }

    /* Files that often lie among images, under their own name or another. */
    private static String otherKind(byte[] bytes) {
        String head = new String(bytes, 0, Math.min(16, bytes.length), StandardCharsets.ISO_8859_1);
        if (head.startsWith("GIF8")) {
            return "GIF";
        } else if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
            return "WebP";
        } else if (head.startsWith("BM")) {
            return "BMP";
        } else if (head.startsWith("II*\0") || head.startsWith("MM\0*")) {
            return "TIFF";
        } else if (head.startsWith("ftyp", 4)) {
            return head.startsWith("avi", 8) ? "AVIF" : "HEIF or video";
        } else if (head.startsWith("\0\0\0\fjP")) {
            return "JPEG 2000";
        } else if (head.startsWith("\0\0\0\fJXL") || head.startsWith("\u00ff\n")) {
            return "JPEG XL";
        }
        return "";
    }
}
