package org.fusegrad.nn;

import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/**
 * The differences that loading values into a module lets pass; any other is refused as a whole.
 *
 * <pre>{@code
 * // The trunk of a network saved in half precision, with another number of classes.
 * LoadPolicy trunk = LoadPolicy.FOREIGN
 *         .skipMismatched()
 *         .renamed(key -> key.replace("module.", ""));
 * }</pre>
 *
 * @param missing parameters and states without a value keep the one they have
 * @param unexpected values of no parameter or state are left out
 * @param mismatched values of another shape are left out
 * @param casts values of another type are cast: among floating types rounded, any other change of
 *     type only where every value survives it
 * @param lackingCounters {@code num_batches_tracked} may be missing, which older programs do not
 *     save
 * @param keys the path in the module for a key of the values; {@code null} leaves a value out
 */
public record LoadPolicy(
        boolean missing,
        boolean unexpected,
        boolean mismatched,
        boolean casts,
        boolean lackingCounters,
        UnaryOperator<String> keys) {
    /** Exactly the parameters and states of the module, in their types and shapes. */
    public static final LoadPolicy STRICT =
            new LoadPolicy(false, false, false, false, false, UnaryOperator.identity());

    /** As {@link #STRICT}, but in any type, and without counters: what another program saved. */
    public static final LoadPolicy FOREIGN = STRICT.castTypes().withoutCounters();

    public LoadPolicy {
        Objects.requireNonNull(keys, "keys");
    }

    /** This one, {@link #missing} let pass. */
    public LoadPolicy allowMissing() {
        return new LoadPolicy(true, unexpected, mismatched, casts, lackingCounters, keys);
    }

    /** This one, {@link #unexpected} let pass. */
    public LoadPolicy allowUnexpected() {
        return new LoadPolicy(missing, true, mismatched, casts, lackingCounters, keys);
    }

    /** This one, {@link #mismatched} let pass. */
    public LoadPolicy skipMismatched() {
        return new LoadPolicy(missing, unexpected, true, casts, lackingCounters, keys);
    }

    /** This one, {@link #casts} let pass. */
    public LoadPolicy castTypes() {
        return new LoadPolicy(missing, unexpected, mismatched, true, lackingCounters, keys);
    }

    /** This one, {@link #lackingCounters} let pass. */
    public LoadPolicy withoutCounters() {
        return new LoadPolicy(missing, unexpected, mismatched, casts, true, keys);
    }

    /** This one with paths by a function of the values' keys; {@code null} leaves a value out. */
    public LoadPolicy renamed(UnaryOperator<String> newKeys) {
        return new LoadPolicy(missing, unexpected, mismatched, casts, lackingCounters, newKeys);
    }

    /** This one with other paths for some keys of the values; the rest stay. */
    public LoadPolicy renamed(Map<String, String> newKeys) {
        Map<String, String> copy = Map.copyOf(newKeys);
        return renamed(key -> copy.getOrDefault(key, key));
    }
}
