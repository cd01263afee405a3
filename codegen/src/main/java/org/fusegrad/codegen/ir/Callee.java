package org.fusegrad.codegen.ir;

/** A method that generated code calls, other than the operations of the graph. */
public enum Callee {
    // Of the frame.
    CLEAR_LANES,
    SUM_LANES,
    SUM_WIDE_LANES,
    OR_ELSE,
    // Of the class: the trees over the lanes.
    TREE,
    TREES,
    // Of the JDK.
    MIN,
    FLOAT_BITS,
    COPY_ARRAY,
    // Half precision, one element at a time.
    FROM_BFLOAT16,
    FROM_FLOAT16,
    TO_BFLOAT16,
    TO_FLOAT16,
    // Of a vector.
    FLOATS_AS_BITS,
    BITS_AS_FLOATS,
    INTS_TO_FLOATS,
    SHORTS_TO_INTS,
    INTS_TO_SHORTS,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    GREATEST_LANE,
    LEAST_LANE,
    ZERO_LANES
}
