package org.fusegrad.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;

/**
 * Pictures in files, each decoded whenever it is asked for, so that a set may be larger than
 * memory. As many are decoded at once as threads ask.
 */
final class FilePictures implements Pictures {
    /** Pictures of which mean and deviation are taken, at most. */
    static final int SAMPLED = 1024;

    private final List<Path> files;
    private final Dataset.Shape shape;
    private final boolean resizes;
    private final ConcurrentLinkedQueue<ImageDecoder> idle = new ConcurrentLinkedQueue<>();
    private Normalization statistics;

    /**
     * Pictures of some files.
     *
     * @param shape of the data set
     * @param resizes whether pictures of another size are stretched to it
     */
    FilePictures(List<Path> files, Dataset.Shape shape, boolean resizes) {
        this.files = List.copyOf(files);
        this.shape = shape;
        this.resizes = resizes;
    }

    @Override
    public int count() {
        return files.size();
    }

    @Override
    public Planes planes(int index) {
        ImageDecoder decoder = decoder();
        try {
            byte[] bytes = new byte[shape.volume()];
            decoder.decode(files.get(index), shape, resizes, bytes, 0);
            return new Planes(bytes, 0, shape);
        } finally {
            idle.add(decoder);
        }
    }

    @Override
    public Planes picture(int index) {
        if (resizes) {
            return planes(index);
        }
        ImageDecoder decoder = decoder();
        try {
            return decoder.decode(files.get(index));
        } finally {
            idle.add(decoder);
        }
    }

    private ImageDecoder decoder() {
        ImageDecoder decoder = idle.poll();
        return decoder == null ? new ImageDecoder(shape.channels()) : decoder;
    }

    @Override
    public Optional<String> what(int index) {
        return Optional.of(files.get(index).toString());
    }

    @Override
    public Pictures subset(String name, int[] indices) {
        List<Path> chosen = Arrays.stream(indices).mapToObj(files::get).toList();
        return new FilePictures(chosen, shape, resizes);
    }

    @Override
    public synchronized Normalization statistics(int maxValue) {
        if (statistics == null) {
            int n = Math.min(SAMPLED, count());
            int[] chosen = IntStream.range(0, n)
                    .map(i -> (int) ((long) i * count() / n))
                    .toArray();
            statistics = Moments.of(this, chosen, shape, maxValue);
        }
        return statistics;
    }
}
