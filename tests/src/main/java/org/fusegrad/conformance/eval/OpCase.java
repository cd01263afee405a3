package org.fusegrad.conformance.eval;

import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Unsupported;

/** The way to compute the cases of one operation: reads the attributes, answers the formula. */
@FunctionalInterface
public interface OpCase {
    /**
     * The formula for a case.
     *
     * @throws Unsupported if the attributes ask for what has no counterpart here
     */
    Formula prepare(Setup setup);

    /** Whether the formula is a layer that fuses by itself, to be called as it is. */
    default boolean isLayer() {
        return false;
    }

    /** A layer that fuses by itself. */
    static OpCase layer(OpCase preparation) {
        return new OpCase() {
            @Override
            public Formula prepare(Setup setup) {
                return preparation.prepare(setup);
            }

            @Override
            public boolean isLayer() {
                return true;
            }
        };
    }

    /** An operation with one result. */
    static OpCase of(Single single) {
        return setup -> in -> Outputs.of(single.apply(setup, in));
    }

    /** An operation with one result, from the attributes and the inputs. */
    @FunctionalInterface
    interface Single {
        Tensor apply(Setup setup, Inputs in);
    }
}
