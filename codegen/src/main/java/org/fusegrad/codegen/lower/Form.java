package org.fusegrad.codegen.lower;

/** A form in which a step is written. */
enum Form {
    /** Sums in lanes. */
    PLAIN,
    /** As plain, but down each column of all rows. */
    COLUMNS,
    /** As plain, as one of the steps that each row goes through. */
    JOINED,
    /** Sums term by term in float64, for a block whose float32 sums overflowed. */
    EXACT,
    /** As exact, but only sums along the row: the others were added already. */
    RETRY;

    boolean isExact() {
        return this == EXACT || this == RETRY;
    }
}
