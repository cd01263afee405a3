package org.fusegrad.data;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The pieces in which a JPEG file carries its colour profile (ICC.1, B.4): each with its number and
 * the number of all. A profile that is incomplete or cannot be used says nothing.
 */
final class IccChunks {
    private final TreeMap<Integer, byte[]> pieces = new TreeMap<>();
    private int count = -1;
    private boolean consistent = true;

    /** Takes a piece: number, count, data. */
    void add(byte[] piece) {
        if (piece.length < 2) {
            consistent = false;
            return;
        }
        int number = piece[0] & 0xff;
        int stated = piece[1] & 0xff;
        consistent &= count < 0 || count == stated;
        count = stated;
        consistent &= number >= 1 && number <= count;
        consistent &= pieces.put(number, Arrays.copyOfRange(piece, 2, piece.length)) == null;
    }

    /** Returns the profile of four inks that the pieces make up, if they do. */
    Optional<ICC_Profile> assembled() {
        if (!consistent || pieces.isEmpty() || pieces.size() != count) {
            return Optional.empty();
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        pieces.values().forEach(all::writeBytes);
        try {
            ICC_Profile profile = ICC_Profile.getInstance(all.toByteArray());
            return Optional.of(profile).filter(p -> p.getColorSpaceType() == ColorSpace.TYPE_CMYK);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
