package org.fusegrad.data;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The frame header of a JPEG file.
 *
 * @param width columns
 * @param height rows
 * @param names one byte for each component, by which scans refer to it
 * @param across horizontal sampling factors, 1..4
 * @param down vertical sampling factors, 1..4
 */
record JpegFrame(int width, int height, byte[] names, int[] across, int[] down) {
    private static final int FIXED_BYTES = 6;

    /** Reads the header, and refuses what is not read. */
    static JpegFrame parse(Path file, byte[] data) {
        if (data.length < FIXED_BYTES || data.length != FIXED_BYTES + 3 * (data[5] & 0xff)) {
            throw ImageFile.damaged(file, "its frame header has a wrong length");
        }
        if (data[0] != 8) {
            throw ImageFile.unsupported(
                    file, String.format(Locale.ROOT, "has %d bits for each sample", data[0]));
        }
        int height = word(data, 1);
        int width = word(data, 3);
        if (height == 0 && width > 0) {
            throw ImageFile.unsupported(file, "states its height only behind the picture");
        }
        ImageFile.checkSize(file, width, height);
        int components = data[5] & 0xff;
        if (components != 1 && components != 3 && components != 4) {
            throw ImageFile.unsupported(
                    file, String.format(Locale.ROOT, "has %d components", components));
        }
        return sampled(
                file,
                new JpegFrame(
                        width,
                        height,
                        new byte[components],
                        new int[components],
                        new int[components]),
                data);
    }

    private static JpegFrame sampled(Path file, JpegFrame frame, byte[] data) {
        for (int i = 0; i < frame.components(); i++) {
            int at = FIXED_BYTES + 3 * i;
            frame.names[i] = data[at];
            frame.across[i] = data[at + 1] >> 4 & 15;
            frame.down[i] = data[at + 1] & 15;
            int least = Math.min(frame.across[i], frame.down[i]);
            if (least < 1 || Math.max(frame.across[i], frame.down[i]) > 4) {
                throw ImageFile.damaged(file, "its frame header has wrong sampling factors");
            }
        }
        return frame;
    }

    private static int word(byte[] data, int at) {
        return (data[at] & 0xff) << 8 | data[at + 1] & 0xff;
    }

    /** Number of components: 1, 3 or 4. */
    int components() {
        return names.length;
    }

    /** Whether the components' names are these letters. */
    boolean named(String letters) {
        return new String(names, StandardCharsets.ISO_8859_1).equals(letters);
    }

    /** Whether the second and third component are coarser than the first, as chroma is. */
    boolean subsampled() {
        return across[1] < across[0] && across[2] < across[0]
                || down[1] < down[0] && down[2] < down[0];
    }

    /**
     * Refuses less picture data than any file of this size has: the first scan of a component takes
     * at least one bit for each of its blocks. So a short file cannot claim much memory.
     */
    void checkData(Path file, long bytes) {
        int widest = 1;
        int tallest = 1;
        for (int i = 0; i < components(); i++) {
            widest = Math.max(widest, across[i]);
            tallest = Math.max(tallest, down[i]);
        }
        long blocks = 0;
        for (int i = 0; i < components(); i++) {
            blocks += blocks(width, across[i], widest) * blocks(height, down[i], tallest);
        }
        if (blocks > 8 * bytes) {
            throw ImageFile.damaged(
                    file,
                    String.format(
                            Locale.ROOT,
                            "its %d bytes of picture cannot hold %dx%d pixels",
                            bytes,
                            height,
                            width));
        }
    }

    private static long blocks(int side, int factor, int most) {
        long samples = ((long) side * factor + most - 1) / most;
        return (samples + 7) / 8;
    }
}
