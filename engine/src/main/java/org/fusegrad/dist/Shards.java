package org.fusegrad.dist;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** The exchange by which replicas learn which rows of their common batch each of them holds. */
public final class Shards {
    private Shards() {}

    /**
     * Tells the replicas how many rows this one has and what a row is, and learns the same of them.
     *
     * @param what names the exchange, the same on all replicas
     * @param mine this replica's rows, along axis 0
     * @throws IllegalArgumentException on all replicas alike, if their rows differ in shape or type
     */
    public static BatchShard of(Collective among, String what, DType dtype, Shape mine) {
        long[] words = LongStream.concat(
                        LongStream.of(dtype.ordinal()),
                        IntStream.of(mine.dims()).asLongStream())
                .toArray();
        Value own = Value.wrap(DType.INT64, words, Shape.of(words.length));
        List<Value> all = among.gather(what, own);
        int total = 0;
        int first = 0;
        for (int i = 0; i < all.size(); i++) {
            long[] other = all.get(i).longs();
            requireSameRows(what, describe(all.get(0).longs()), describe(other), i);
            first = i == among.rank() ? total : first;
            total = Shape.size("batch of all replicas", (long) total + other[1]);
        }
        return new BatchShard(among, first, mine.dim(0), total);
    }

    private static void requireSameRows(String what, String first, String other, int rank) {
        if (!first.equals(other)) {
            throw new IllegalArgumentException("replicas disagree on " + what + ": each of replica "
                    + "0 is " + first + ", each of replica " + rank + " " + other
                    + "; give all replicas samples of one shape and type");
        }
    }

    /** Type and shape of a row. */
    private static String describe(long[] words) {
        int[] dims = LongStream.of(words).skip(2).mapToInt(Math::toIntExact).toArray();
        return DType.values()[(int) words[0]].toString() + Shape.of(dims);
    }
}
