package org.fusegrad.data;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Checks of the arrays that a data set is made of. */
final class DatasetChecks {
    private DatasetChecks() {}

    static void sizes(String name, Dataset.Shape shape, int maxValue, byte[] pixels, int[] labels) {
        if ((long) labels.length * shape.volume() != pixels.length) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: %d labels of %s images need %d pixels but there are %d",
                    name,
                    labels.length,
                    shape,
                    (long) labels.length * shape.volume(),
                    pixels.length));
        }
        if (maxValue < 1 || maxValue > 255) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s: maximum pixel value %d is not within 1..255",
                    name,
                    maxValue));
        }
    }

    static void labels(String name, int[] labels, List<String> classNames) {
        if (Set.copyOf(classNames).size() != classNames.size()) {
            throw new DataException(name + ": class names repeat in " + classNames);
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classNames.size()) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: label %d of image %d is not within the %d classes",
                        name,
                        labels[i],
                        i,
                        classNames.size()));
            }
        }
    }

    static void pixels(String name, Dataset.Shape shape, int maxValue, byte[] pixels) {
        if (maxValue == 255) {
            return;
        }
        for (int i = 0; i < pixels.length; i++) {
            if ((pixels[i] & 0xff) > maxValue) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: image %d has pixel value %d above the stated maximum %d",
                        name,
                        i / shape.volume(),
                        pixels[i] & 0xff,
                        maxValue));
            }
        }
    }
}
