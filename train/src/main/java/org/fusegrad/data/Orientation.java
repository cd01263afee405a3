package org.fusegrad.data;

/**
 * The eight ways in which a stored picture may be turned or mirrored for the viewer, in the order
 * of Exif's tag 0x0112 (Exif 2.32, 4.6.4 A): value 1 is {@link #AS_STORED}.
 */
enum Orientation {
    AS_STORED(false, false, false),
    MIRRORED(false, false, true),
    HALF_TURN(false, true, true),
    FLIPPED(false, true, false),
    TRANSPOSED(true, false, false),
    CLOCKWISE(true, true, false),
    TRANSVERSE(true, true, true),
    COUNTER_CLOCKWISE(true, false, true);

    /* Seen from an upright pixel: whether its row is a stored column, and whether the stored row
     * and the stored column are counted from their ends. */
    private final boolean swaps;
    private final boolean fromLastRow;
    private final boolean fromLastColumn;

    Orientation(boolean swaps, boolean fromLastRow, boolean fromLastColumn) {
        this.swaps = swaps;
        this.fromLastRow = fromLastRow;
        this.fromLastColumn = fromLastColumn;
    }

    /** The orientation of an Exif value; as other readers do, as stored if it is not in 1..8. */
    static Orientation of(long value) {
        return value < 1 || value > 8 ? AS_STORED : values()[(int) value - 1];
    }

    /** The shape of an upright picture that is stored in a shape. */
    Dataset.Shape upright(Dataset.Shape stored) {
        return swaps
                ? new Dataset.Shape(stored.channels(), stored.width(), stored.height())
                : stored;
    }

    /** Returns the planes turned upright; {@code stored} is the shape before. */
    byte[] upright(byte[] planes, Dataset.Shape stored) {
        if (this == AS_STORED) {
            return planes;
        }
        Dataset.Shape shape = upright(stored);
        int width = stored.width();
        int rowStep = fromLastRow ? -width : width;
        int columnStep = fromLastColumn ? -1 : 1;
        int first = (fromLastRow ? (stored.height() - 1) * width : 0)
                + (fromLastColumn ? width - 1 : 0);
        int downStep = swaps ? columnStep : rowStep;
        int rightStep = swaps ? rowStep : columnStep;
        byte[] out = new byte[planes.length];
        int to = 0;
        for (int c = 0; c < shape.channels(); c++) {
            int corner = c * stored.height() * width + first;
            for (int y = 0; y < shape.height(); y++) {
                int from = corner + y * downStep;
                for (int x = 0; x < shape.width(); x++) {
                    out[to++] = planes[from + x * rightStep];
                }
            }
        }
        return out;
    }
}
