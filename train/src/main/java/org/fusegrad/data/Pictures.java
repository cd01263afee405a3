package org.fusegrad.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The pixels of a data set, wherever they are. Safe to share between threads. */
interface Pictures {
    /**
     * A picture's values, C x H x W.
     *
     * @param bytes that hold it, not to be written to
     * @param offset of its first value
     */
    record Planes(byte[] bytes, int offset, Dataset.Shape shape) {}

    /** Returns the number of pictures. */
    int count();

    /** Returns a picture in the size of the data set. */
    Planes planes(int index);

    /** Returns a picture in its own size, unless all are resized. */
    default Planes picture(int index) {
        return planes(index);
    }

    /** Returns the file of a picture, if it has one of its own. */
    default Optional<String> what(int index) {
        return Optional.empty();
    }

    /** Returns the pictures at the given indices. */
    Pictures subset(String name, int[] indices);

    /** Returns mean and deviation of the values divided by the greatest. */
    Normalization statistics(int maxValue);

    /** Pictures one after another in an array. */
    record InMemory(Dataset.Shape shape, byte[] pixels) implements Pictures {
        @Override
        public int count() {
            return pixels.length / shape.volume();
        }

        @Override
        public Planes planes(int index) {
            return new Planes(pixels, index * shape.volume(), shape);
        }

        @Override
        public Pictures subset(String name, int[] indices) {
            int volume = shape.volume();
            if ((long) indices.length * volume > Dataset.MAX_BYTES) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: a subset of %d images of %s does not fit one array",
                        name,
                        indices.length,
                        shape));
            }
            byte[] chosen = new byte[indices.length * volume];
            for (int i = 0; i < indices.length; i++) {
                System.arraycopy(pixels, indices[i] * volume, chosen, i * volume, volume);
            }
            return new InMemory(shape, chosen);
        }

        @Override
        public Normalization statistics(int maxValue) {
            int[] all = new int[count()];
            Arrays.setAll(all, i -> i);
            return Moments.of(this, all, shape, maxValue);
        }
    }
}
