package org.fusegrad;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * All that one formula has been seen to read besides its arguments, over all its traces. The values
 * of all that belong to the signature of its calls: a trace is used only where everything it looked
 * at is as it was. Only grows; safe in any thread.
 */
final class Dependencies {
    /** A mode and what the formula would see now, in the order of the dependencies. */
    private record Seen(Object mode, List<Object> values) {
        /** Whether nothing has changed since. */
        boolean holds(Object now, Dependency[] all) {
            boolean same = Objects.equals(mode, now) && values.size() == all.length;
            for (int i = 0; same && i < all.length; i++) {
                same = Objects.equals(values.get(i), all[i].current());
            }
            return same;
        }
    }

    private static final Dependency[] NONE = {};

    private volatile Dependency[] known = NONE;

    /** What was seen last, mostly what is seen next. */
    private volatile Seen last;

    /** The mode of a call together with what the formula would see now. */
    Object signature(Object mode) {
        Dependency[] all = known;
        if (all.length == 0) {
            return mode;
        }
        Seen before = last;
        if (before != null && before.holds(mode, all)) {
            return before;
        }
        Object[] values = new Object[all.length];
        for (int i = 0; i < all.length; i++) {
            values[i] = all[i].current();
        }
        Seen now = new Seen(mode, Arrays.asList(values));
        last = now;
        return now;
    }

    /** How many are known; more may come to be. */
    int count() {
        return known.length;
    }

    /** Adds what a trace has looked at. */
    void addAll(Set<Dependency> found) {
        if (!Arrays.asList(known).containsAll(found)) {
            synchronized (this) {
                List<Dependency> before = Arrays.asList(known);
                Dependency[] added =
                        found.stream().filter(d -> !before.contains(d)).toArray(Dependency[]::new);
                Dependency[] all = Arrays.copyOf(known, known.length + added.length);
                System.arraycopy(added, 0, all, known.length, added.length);
                known = all;
            }
        }
    }
}
