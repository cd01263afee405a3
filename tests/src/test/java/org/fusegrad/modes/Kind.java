package org.fusegrad.modes;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;

/** The layers that are defined by which values share a statistic. */
enum Kind {
    BATCH,
    INSTANCE,
    GROUP,
    LAYER,
    RMS;

    static final int CHANNELS = 4;
    private static final int GROUPS = 2;
    private static final int[][] SHAPES = {
        {7, CHANNELS}, {3, CHANNELS, 9}, {3, CHANNELS, 5, 3}, {2, CHANNELS, 3, 2, 3}
    };

    /** A kind on inputs of a rank. */
    record Ranked(Kind kind, int rank) {
        int[] shape() {
            return SHAPES[rank - 2];
        }

        /** Whether statistics can be kept between steps. */
        boolean keeps() {
            return kind == BATCH || kind == INSTANCE;
        }

        Norm layer(NormOptions options) {
            int[] shape = shape();
            return switch (kind) {
                case BATCH ->
                    switch (rank) {
                        case 2, 3 -> new BatchNorm1d(CHANNELS, options);
                        case 4 -> new BatchNorm2d(CHANNELS, options);
                        default -> new BatchNorm3d(CHANNELS, options);
                    };
                case INSTANCE -> new InstanceNorm(CHANNELS, options);
                case GROUP -> new GroupNorm(GROUPS, CHANNELS, options);
                case LAYER -> new LayerNorm(options, Arrays.copyOfRange(shape, 1, rank));
                case RMS -> new RMSNorm(options, Arrays.copyOfRange(shape, 1, rank));
            };
        }

        Oracle oracle() {
            int[] shape = shape();
            int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            int sample = size / shape[0];
            int plane = sample / CHANNELS;
            return switch (kind) {
                case BATCH ->
                    new Oracle(size, i -> channel(i, plane), i -> channel(i, plane), true);
                case INSTANCE -> new Oracle(size, i -> i / plane, i -> channel(i, plane), true);
                case GROUP ->
                    new Oracle(size, i -> i / (sample / GROUPS), i -> channel(i, plane), true);
                case LAYER -> new Oracle(size, i -> i / sample, i -> i % sample, true);
                case RMS -> new Oracle(size, i -> i / sample, i -> i % sample, false);
            };
        }

        private static int channel(int i, int plane) {
            return i / plane % CHANNELS;
        }

        @Override
        public String toString() {
            return kind + " of rank " + rank;
        }
    }

    /** Every kind on every rank it is defined on. */
    static List<Ranked> all() {
        List<Ranked> all = new ArrayList<>();
        for (Kind kind : values()) {
            for (int rank = kind == INSTANCE ? 3 : 2; rank <= 5; rank++) {
                all.add(new Ranked(kind, rank));
            }
        }
        return all;
    }
}
