package org.fusegrad.nn.parallel;

import java.util.List;
import org.fusegrad.dist.Collective;
import org.fusegrad.run.Value;

/** One replica of a group. */
record Member(Rendezvous rendezvous, int rank) implements Collective {
    @Override
    public int size() {
        return rendezvous.size();
    }

    @Override
    public List<Value> gather(String what, Value part) {
        return rendezvous.gather(rank, what, part);
    }
}
