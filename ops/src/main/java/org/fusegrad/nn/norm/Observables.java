package org.fusegrad.nn.norm;

import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;

/**
 * The statistics that a norm met in a forward: values for each channel (C), or for each part of the
 * batch and channel, parts in order (parts, C). Which there are depends on the norm.
 *
 * @param values by name: {@link #CORRECTION}, {@link #SHIFT}, {@link #CLIPPED}, {@link #WINDOW}
 */
public record Observables(Map<String, Tensor> values) {
    /** Factor that brings the batch's statistic near to the running one. */
    public static final String CORRECTION = "r";

    /** Summand that does. */
    public static final String SHIFT = "d";

    /** 1 where a correction is at its bound, else 0. */
    public static final String CLIPPED = "clipped";

    /** Average of second moments that the input is divided by the root of. */
    public static final String WINDOW = "chi2";

    /** Nothing to see. */
    public static final Observables NONE = new Observables(Map.of());

    public Observables {
        values = Map.copyOf(values);
    }

    /** A value, if the norm has it. */
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** Whether a value differs between parts of the batch. */
    public boolean varies(String name, int channels) {
        double[] all = find(name).map(Tensor::toDoubles).orElse(new double[0]);
        return IntStream.range(channels, all.length).anyMatch(i -> all[i] != all[i - channels]);
    }

    /** The mean over parts of the batch of each channel's value; empty if there is none. */
    public double[] ofChannels(String name, int channels) {
        double[] all = find(name).map(Tensor::toDoubles).orElse(new double[0]);
        double[] means = new double[all.length == 0 ? 0 : channels];
        int parts = all.length / Math.max(1, channels);
        for (int i = 0; i < all.length; i++) {
            means[i % channels] += all[i] / parts;
        }
        return means;
    }
}
