package org.fusegrad.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reader of the one entry of Exif data that pixels depend on. */
final class Exif {
    private static final int ORIENTATION = 0x0112;
    private static final int ENTRY_BYTES = 12;
    private static final int TIFF_MAGIC = 42;

    private Exif() {}

    /**
     * Returns the orientation in the first directory of a TIFF structure. Exif data that cannot be
     * understood says nothing: cameras and programs write much of it wrong, and the picture beside
     * it is sound.
     */
    static Orientation orientation(byte[] tiff) {
        ByteBuffer in = ByteBuffer.wrap(tiff);
        if (tiff.length < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) {
            return Orientation.AS_STORED;
        }
        in.order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = in.getInt(4) & 0xffff_ffffL;
        if (in.getShort(2) != TIFF_MAGIC || directory + 2 > tiff.length) {
            return Orientation.AS_STORED;
        }
        int entries = in.getShort((int) directory) & 0xffff;
        for (int i = 0; i < entries; i++) {
            long at = directory + 2 + (long) i * ENTRY_BYTES;
            if (at + ENTRY_BYTES > tiff.length) {
                break;
            }
            if ((in.getShort((int) at) & 0xffff) == ORIENTATION) {
                return Orientation.of(value(in, (int) at));
            }
        }
        return Orientation.AS_STORED;
    }

    /* A short by the standard; some programs write a byte or a long. */
    private static long value(ByteBuffer in, int entry) {
        return switch (in.getShort(entry + 2)) {
            case 1 -> in.get(entry + 8) & 0xff;
            case 3 -> in.getShort(entry + 8) & 0xffff;
            case 4 -> in.getInt(entry + 8) & 0xffff_ffffL;
            default -> 0;
        };
    }
}
