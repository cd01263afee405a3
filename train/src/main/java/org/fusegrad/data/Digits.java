package org.fusegrad.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPInputStream;

/**
 * 1,797 handwritten digits of 8x8 pixels with values 0..16, shipped with the library. Origin and
 * licence (CC BY 4.0) are in {@code DIGITS-ORIGIN.md} beside the data.
 */
public final class Digits {
    /** Number of images. */
    public static final int SIZE = 1797;

    private static final String RESOURCE = "digits.csv.gz";
    private static final Dataset.Shape SHAPE = new Dataset.Shape(1, 8, 8);
    private static final int MAX_VALUE = 16;
    private static final double TRAIN_FRACTION = 0.8;
    private static final long SPLIT_SEED = 1797;

    static final List<String> CLASS_NAMES =
            List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");

    private Digits() {}

    /** Returns all digits in file order, 1x8x8, maximum pixel value 16. */
    public static Dataset load() {
        try (InputStream resource = Digits.class.getResourceAsStream(RESOURCE)) {
            if (resource == null) {
                throw new DataException(
                        "digits: " + RESOURCE + " is not beside the classes; rebuild the jar");
            }
            return parse(new GZIPInputStream(resource), SIZE);
        } catch (IOException e) {
            throw new DataException("digits: " + RESOURCE + " cannot be read; rebuild the jar", e);
        }
    }

    /** Returns the fixed stratified split: about 80 percent to train, 20 to validate. */
    public static Dataset.Split split() {
        return load().split(TRAIN_FRACTION, SPLIT_SEED);
    }

    /** Returns the training part of {@link #split}. */
    public static Dataset train() {
        return split().train();
    }

    /** Returns the held-out part of {@link #split}. */
    public static Dataset validation() {
        return split().test();
    }

    static Dataset parse(InputStream csv, int rows) throws IOException {
        int volume = SHAPE.volume();
        byte[] pixels = new byte[rows * volume];
        int[] labels = new int[rows];
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(csv, StandardCharsets.US_ASCII));
        for (int row = 0; row < rows; row++) {
            int[] values = values(lines.readLine(), row);
            for (int i = 0; i < volume; i++) {
                pixels[row * volume + i] = (byte) values[i];
            }
            labels[row] = values[volume];
        }
        if (lines.readLine() != null) {
            throw new DataException(String.format(
                    Locale.ROOT, "digits: more than %d rows; restore the shipped file", rows));
        }
        return new Dataset("digits", SHAPE, MAX_VALUE, pixels, labels, CLASS_NAMES);
    }

    private static int[] values(String line, int row) {
        try {
            int[] values = line == null
                    ? new int[0]
                    : Arrays.stream(line.split(",")).mapToInt(Integer::parseInt).toArray();
            if (values.length == SHAPE.volume() + 1
                    && Arrays.stream(values).allMatch(v -> v >= 0 && v <= MAX_VALUE)) {
                return values;
            }
        } catch (NumberFormatException e) {
            throw new DataException(malformed(row), e);
        }
        throw new DataException(malformed(row));
    }

    private static String malformed(int row) {
        return String.format(
                Locale.ROOT,
                "digits: row %d is not 65 numbers within 0..16; restore the shipped file",
                row + 1);
    }
}
