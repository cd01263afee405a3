package org.fusegrad.flags;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The caches of a core, as the operating system tells them; usual sizes where it does not.
 *
 * @param line bytes that memory hands over at once
 * @param l1 bytes of the data cache nearest to a core
 * @param l2 bytes of the next one
 */
public record Caches(int line, int l1, int l2) {
    private static final Caches USUAL = new Caches(64, 32 << 10, 1 << 20);
    private static final Path LINUX = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final int MOST = 8;

    /** Those of this machine. */
    public static Caches here() {
        return under(LINUX);
    }

    /** As a folder describes them in the manner of Linux: one folder {@code index0}... for each. */
    static Caches under(Path folder) {
        int line = USUAL.line;
        int l1 = USUAL.l1;
        int l2 = USUAL.l2;
        for (int i = 0; i < MOST; i++) {
            Path cache = folder.resolve("index" + i);
            int level = number(read(cache.resolve("level")));
            int bytes = number(read(cache.resolve("size")));
            boolean data = !read(cache.resolve("type")).equals("Instruction");
            if (level == 1 && data && bytes > 0) {
                l1 = bytes;
                int found = number(read(cache.resolve("coherency_line_size")));
                line = isLine(found) ? found : line;
            } else if (level == 2 && data && bytes > 0) {
                l2 = bytes;
            }
        }
        return new Caches(line, l1, l2);
    }

    /** Whether lines may have so many bytes: a power of two, and room for some floats. */
    static boolean isLine(int bytes) {
        return bytes >= 32 && bytes <= 1024 && Integer.bitCount(bytes) == 1;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException | SecurityException e) {
            return "";
        }
    }

    /** A number of bytes, as in 64, 32K or 1M; 0 if it is none. */
    private static int number(String text) {
        if (!text.matches("[0-9]{1,7}[KM]?")) {
            return 0;
        }
        int shift = text.endsWith("K") ? 10 : text.endsWith("M") ? 20 : 0;
        String digits = shift == 0 ? text : text.substring(0, text.length() - 1);
        long bytes = Long.parseLong(digits) << shift;
        return bytes > Integer.MAX_VALUE ? 0 : (int) bytes;
    }
}
