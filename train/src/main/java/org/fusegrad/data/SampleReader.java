package org.fusegrad.data;

import java.util.List;
import java.util.Locale;
import org.fusegrad.data.transform.Image;
import org.fusegrad.data.transform.Transform;
import org.fusegrad.type.Shape;

/** A reader of samples into their rows of a batch: a function of the sample and the epoch alone. */
sealed interface SampleReader {
    /** What a batch has of each sample. */
    List<Column> columns();

    /** Fills row {@code row} of the columns' arrays. */
    void read(int sample, int epoch, Object[] arrays, int row);

    /** IndexedDataset as they are. */
    record Plain(IndexedDataset samples) implements SampleReader {
        @Override
        public List<Column> columns() {
            return samples.columns();
        }

        @Override
        public void read(int sample, int epoch, Object[] arrays, int row) {
            samples.read(sample, arrays, row);
        }
    }

    /** Images moved by whole pixels. */
    record Moved(Dataset images, long seed, Augmentation augmentation, Normalization normalization)
            implements SampleReader {
        @Override
        public List<Column> columns() {
            return images.columns();
        }

        @Override
        public void read(int sample, int epoch, Object[] arrays, int row) {
            Augmentation.Move move = augmentation.move(seed, epoch, sample);
            float[] out = (float[]) arrays[0];
            images.fill(sample, out, row * images.shape().volume(), normalization, move);
            ((long[]) arrays[1])[row] = images.label(sample);
        }
    }

    /** Images changed by transforms, which all come out like the first. */
    record Transformed(
            Dataset images,
            long seed,
            Transform transform,
            Normalization normalization,
            List<Column> columns)
            implements SampleReader {

        static Transformed of(Dataset images, long seed, Transform transform, Normalization last) {
            Image first = transformed(images, seed, transform, 0, 0);
            Column label = images.columns().get(1);
            Shape shape = Shape.of(first.channels(), first.height(), first.width());
            Column image = new Column("image", images.columns().get(0).dtype(), shape);
            if (first.channels() != last.channels()) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s: normalization has %d channels but the images have %d",
                        images.name(),
                        last.channels(),
                        first.channels()));
            }
            return new Transformed(images, seed, transform, last, List.of(image, label));
        }

        private static Image transformed(
                Dataset images, long seed, Transform transform, int sample, int epoch) {
            Image picture = images.picture(sample);
            try {
                return transform.apply(picture, Randomness.of(seed, epoch, sample));
            } catch (DataException e) {
                throw e;
            } catch (IllegalArgumentException e) {
                throw new DataException(images.what(sample) + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void read(int sample, int epoch, Object[] arrays, int row) {
            Image image = transformed(images, seed, transform, sample, epoch);
            Shape shape = Shape.of(image.channels(), image.height(), image.width());
            Shape wanted = columns.get(0).shape();
            if (!shape.equals(wanted)) {
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s is %s after the transforms and the first image %s; end with a crop or a"
                                + " resize to one size",
                        images.what(sample),
                        shape,
                        wanted));
            }
            write(image, (float[]) arrays[0], row * shape.numel());
            ((long[]) arrays[1])[row] = images.label(sample);
        }

        private void write(Image image, float[] out, int offset) {
            float[] values = image.values();
            int plane = image.height() * image.width();
            for (int c = 0; c < image.channels(); c++) {
                double scale = 1 / normalization.std().get(c);
                double shift = -normalization.mean().get(c) * scale;
                for (int i = c * plane; i < (c + 1) * plane; i++) {
                    out[offset + i] = (float) (values[i] * scale + shift);
                }
            }
        }
    }
}
