package org.fusegrad.run;

import java.util.List;
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
    /** Tells the replicas how many rows this one has, and learns the same of them. */
    public static Share of(Collective among, int rows) {
        Value mine = Value.wrap(DType.INT64, new long[] {rows}, Shape.SCALAR);
        List<Value> all = among.gather("rows of the batch", mine);
        int total = 0;
        int first = 0;
        for (int i = 0; i < all.size(); i++) {
            first = i == among.rank() ? total : first;
            total += (int) all.get(i).longs()[0];
        }
        return new Share(among, first, rows, total);
    }
}
