package org.fusegrad.run;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.fusegrad.DType;
import org.fusegrad.Shape;

/**
 * The rows of a batch that one replica holds. The batch is what all replicas hold, one after the
 * other in order of ranks.
 *
 * @param among the replicas
 * @param first position of this replica's first row in the batch
 * @param rows of this replica; may be 0
 * @param total rows of the batch
 */
public record Share(Collective among, int first, int rows, int total) {
    /**
     * Tells the replicas how many rows this one has and what a row is, and learns the same of them.
     *
     * @param what names the exchange, the same on all replicas
     * @param mine this replica's rows, along axis 0
     * @throws IllegalArgumentException on all replicas alike, if their rows differ in shape or type
     */
    public static Share of(Collective among, String what, DType dtype, Shape mine) {
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
        return new Share(among, first, mine.dim(0), total);
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
