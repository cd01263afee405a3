package org.fusegrad.data;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The taking apart of one JPEG file, marker by marker (ITU-T T.81, annex B).
 *
 * <p>Like libjpeg it skips bytes between segments that belong to none, and goes by JFIF's marker,
 * Adobe's, and the names of the components, in this order, for what the components mean. What
 * follows the end marker is not read.
 */
final class JpegParser {
    /** What introduces Exif data. */
    static final String EXIF_NAME = "Exif\0\0";

    /* Each scan of a file is one more decoding of the whole picture to the JDK, so their number is
     * limited with the size: 10, as encoders write, for the largest picture, and more for smaller
     * ones. Of small pictures a scan counts as much as one of 256 x 256. */
    private static final long MAX_WORK = 10 * ImageFile.MAX_PIXELS;
    private static final int LEAST_WORK = 1 << 16;

    private static final String ICC_NAME = "ICC_PROFILE\0";
    private static final int SOF0 = 0xc0;
    private static final int SOF2 = 0xc2;
    private static final int DHT = 0xc4;
    private static final int JPG = 0xc8;
    private static final int DAC = 0xcc;
    private static final int SOF15 = 0xcf;
    private static final int RST0 = 0xd0;
    private static final int RST7 = 0xd7;
    private static final int SOI = 0xd8;
    private static final int EOI = 0xd9;
    private static final int SOS = 0xda;
    private static final int DQT = 0xdb;
    private static final int DRI = 0xdd;
    private static final int DHP = 0xde;
    private static final int EXP = 0xdf;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP2 = 0xe2;
    private static final int APP14 = 0xee;
    private static final int TEM = 0x01;

    private final Path file;
    private final byte[] bytes;
    private final ByteArrayOutputStream body;
    private final IccChunks profile = new IccChunks();
    private int at = 2;
    private JpegFrame frame;
    private boolean jfif;
    private int adobeTransform = -1;
    private Optional<Orientation> orientation = Optional.empty();
    private long scans;
    private long scanBytes;

    /** Prepares to take apart a file that starts with the start marker. */
    JpegParser(Path file, byte[] bytes) {
        this.file = file;
        this.bytes = bytes;
        body = new ByteArrayOutputStream(bytes.length);
    }

    /** Returns what is behind a name at the start of some data, or nothing if it is not there. */
    static Optional<byte[]> afterName(byte[] data, String name) {
        byte[] start = name.getBytes(StandardCharsets.ISO_8859_1);
        boolean named = data.length >= start.length
                && Arrays.equals(data, 0, start.length, start, 0, start.length);
        return named
                ? Optional.of(Arrays.copyOfRange(data, start.length, data.length))
                : Optional.empty();
    }

    /** Takes the file apart, up to its end marker. */
    JpegFile parse() {
        for (int marker = nextMarker(); marker != EOI; marker = nextMarker()) {
            boolean alone = marker == TEM || marker >= RST0 && marker <= RST7;
            if (!alone) {
                checkMarker(marker);
                int end = segmentEnd();
                segment(marker, Arrays.copyOfRange(bytes, at + 2, end));
                at = end;
                if (marker == SOS) {
                    copyScan();
                }
            }
        }
        if (scans == 0) {
            throw damaged("it holds no picture");
        }
        frame.checkData(file, scanBytes);
        return new JpegFile(
                frame.width(),
                frame.height(),
                orientation.orElse(Orientation.AS_STORED),
                frame.components() == 4
                        ? Optional.of(new Inks(ycck(), profile.assembled()))
                        : Optional.empty(),
                bare());
    }

    private DataException damaged(String what) {
        return ImageFile.damaged(file, what);
    }

    /* Moves behind the next marker. Its first byte may be repeated as padding. */
    private int nextMarker() {
        for (; at + 1 < bytes.length; at++) {
            int second = bytes[at + 1] & 0xff;
            if (bytes[at] == (byte) 0xff && second != 0 && second != 0xff) {
                at += 2;
                return second;
            }
        }
        throw damaged("it ends before its end marker");
    }

    private void checkMarker(int marker) {
        if (marker == SOI || marker < SOF0) {
            throw damaged(String.format(Locale.ROOT, "a marker 0x%02x where none may be", marker));
        }
        if (marker == DHP || marker == EXP) {
            throw ImageFile.unsupported(file, "is a hierarchical JPEG");
        }
    }

    private int segmentEnd() {
        int length = at + 2 > bytes.length ? -1 : (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
        if (length < 2 || length > bytes.length - at) {
            throw damaged("a segment is longer than the file");
        }
        return at + length;
    }

    private void segment(int marker, byte[] data) {
        switch (marker) {
            case APP0 -> jfif |= afterName(data, "JFIF\0").isPresent();
            case APP1 -> {
                if (orientation.isEmpty()) {
                    orientation = afterName(data, EXIF_NAME).map(Exif::orientation);
                }
            }
            case APP2 -> afterName(data, ICC_NAME).ifPresent(profile::add);
            case APP14 -> adobe(data);
            case DQT, DHT, DRI -> copy(marker, data);
            case SOS -> {
                startScan();
                copy(marker, data);
            }
            default -> {
                if (marker <= SOF15 && marker != JPG && marker != DAC) {
                    startFrame(marker, data);
                    copy(marker, data);
                }
            }
        }
    }

    private void copy(int marker, byte[] data) {
        body.write(0xff);
        body.write(marker);
        body.write(data.length + 2 >> 8);
        body.write(data.length + 2);
        body.write(data, 0, data.length);
    }

    /* Version, two words of flags and the transform follow the name. */
    private void adobe(byte[] data) {
        Optional<byte[]> rest = afterName(data, "Adobe");
        if (rest.isPresent() && rest.get().length >= 7) {
            adobeTransform = rest.get()[6] & 0xff;
        }
    }

    private void startFrame(int marker, byte[] data) {
        if (frame != null) {
            throw damaged("it has a second frame");
        }
        if (marker > SOF2) {
            boolean arithmetic = marker > JPG;
            throw ImageFile.unsupported(
                    file,
                    arithmetic ? "is arithmetically coded" : "is a lossless or hierarchical JPEG");
        }
        frame = JpegFrame.parse(file, data);
    }

    private void startScan() {
        if (frame == null) {
            throw damaged("a scan before its frame");
        }
        scans++;
        long pixels = (long) frame.width() * frame.height();
        if (scans > 1 && scans * Math.max(pixels, LEAST_WORK) > MAX_WORK) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s draws its %dx%d pixels in more than %d scans, more work than a picture"
                            + " needs; write it again as a baseline JPEG",
                    file,
                    frame.height(),
                    frame.width(),
                    scans - 1));
        }
    }

    /* Up to the next marker that is no restart marker. */
    private void copyScan() {
        int from = at;
        for (; at + 1 < bytes.length; at++) {
            int second = bytes[at + 1] & 0xff;
            boolean inside = second == 0 || second == 0xff || second >= RST0 && second <= RST7;
            if (bytes[at] == (byte) 0xff && !inside) {
                break;
            }
        }
        scanBytes += at - from;
        body.write(bytes, from, at - from);
    }

    private boolean ycck() {
        return adobeTransform < 0 ? frame.subsampled() : adobeTransform != 0;
    }

    /* The JDK would guess otherwise than libjpeg where no marker tells, so one always does. */
    private byte[] bare() {
        boolean rgb = frame.components() == 3
                && !jfif
                && (adobeTransform < 0 ? frame.named("RGB") : adobeTransform == 0);
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.size() + 32);
        out.write(0xff);
        out.write(SOI);
        if (rgb || frame.components() == 4) {
            out.writeBytes(new byte[] {(byte) 0xff, (byte) APP14, 0, 14, 'A', 'd', 'o', 'b', 'e'});
            out.writeBytes(new byte[] {0, 100, 0, 0, 0, 0, (byte) (!rgb && ycck() ? 2 : 0)});
        } else {
            out.writeBytes(new byte[] {(byte) 0xff, (byte) APP0, 0, 16, 'J', 'F', 'I', 'F', 0});
            out.writeBytes(new byte[] {1, 2, 0, 0, 1, 0, 1, 0, 0});
        }
        out.writeBytes(body.toByteArray());
        out.write(0xff);
        out.write(EOI);
        return out.toByteArray();
    }
}
