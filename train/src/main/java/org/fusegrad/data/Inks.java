package org.fusegrad.data;

import java.awt.color.CMMException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.color.ProfileDataException;
import java.awt.image.ColorConvertOp;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.util.Arrays;
import java.util.Optional;

/**
 * Conversion of the four components of a JPEG to red, green and blue.
 *
 * <p>Inks are stored as Adobe does, inverted: 255 is no ink. The file's profile says what colours
 * they are, if it has one that is complete and of four inks. Otherwise, as with the JDK's reader,
 * each ink takes its share of the light: linear red is (1 - cyan)(1 - black), then encoded as sRGB.
 */
final class Inks {
    private final boolean ycck;
    private final Optional<ColorConvertOp> profiled;

    /**
     * Prepares a conversion.
     *
     * @param ycck whether the first three components are the inks' luma and chroma, not the inks
     * @param profile what colours the inks are
     */
    Inks(boolean ycck, Optional<ICC_Profile> profile) {
        this.ycck = ycck;
        profiled = profile.flatMap(Inks::conversion);
    }

    /** What light is left, sRGB, by the stored values of an ink and of black. */
    private static final class Light {
        static final byte[] LEFT = table();

        private static byte[] table() {
            byte[] table = new byte[1 << 16];
            for (int i = 0; i < table.length; i++) {
                float ink = (255 - (i >> 8)) / 255f;
                float black = (255 - (i & 0xff)) / 255f;
                table[i] = (byte) (encoded((1 - black) * (1 - ink)) * 255f + 0.5f);
            }
            return table;
        }

        private static float encoded(float linear) {
            return linear < 0.0031308f
                    ? 12.92f * linear
                    : (float) (1.055 * StrictMath.pow(linear, 1 / 2.4) - 0.055);
        }
    }

    /* A profile may be sound to look at and fail when used, so it is used once. */
    private static Optional<ColorConvertOp> conversion(ICC_Profile profile) {
        ICC_Profile srgb = ICC_Profile.getInstance(ColorSpace.CS_sRGB);
        ColorConvertOp op = new ColorConvertOp(new ICC_Profile[] {profile, srgb}, null);
        try {
            op.filter(pixels(1, 4), pixels(1, 3));
            return Optional.of(op);
        } catch (CMMException | ProfileDataException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static WritableRaster pixels(int width, int bands) {
        return Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, 1, bands, null);
    }

    /** Converts a row of stored components, four for each pixel, into {@code rgb}. */
    void toRgb(int[] stored, int[] rgb) {
        if (ycck) {
            toCmyk(stored);
        }
        if (profiled.isPresent()) {
            WritableRaster inks = pixels(stored.length / 4, 4);
            inks.setPixels(
                    0,
                    0,
                    inks.getWidth(),
                    1,
                    Arrays.stream(stored).map(v -> 255 - v).toArray());
            WritableRaster colours = pixels(inks.getWidth(), 3);
            profiled.get().filter(inks, colours);
            colours.getPixels(0, 0, inks.getWidth(), 1, rgb);
            return;
        }
        for (int i = 0, to = 0; i < stored.length; i += 4) {
            for (int c = 0; c < 3; c++) {
                rgb[to++] = Light.LEFT[stored[i + c] << 8 | stored[i + 3]] & 0xff;
            }
        }
    }

    /* The inks are the complement of the red, green and blue of luma and chroma (JFIF 1.02), in
     * fixed point of 16 bits as libjpeg computes them. */
    private static void toCmyk(int[] row) {
        for (int i = 0; i < row.length; i += 4) {
            int luma = row[i];
            int blue = row[i + 1] - 128;
            int red = row[i + 2] - 128;
            row[i] = 255 - clamp(luma + (91881 * red + 32768 >> 16));
            row[i + 1] = 255 - clamp(luma + (-22554 * blue - 46802 * red + 32768 >> 16));
            row[i + 2] = 255 - clamp(luma + (116130 * blue + 32768 >> 16));
        }
    }

    private static int clamp(int value) {
        return Math.max(0, Math.min(255, value));
    }
}
