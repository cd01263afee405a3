package org.fusegrad.codegen.ir;

/**
 * The part that a local plays for a value of the graph. A local is named after the value and its
 * role, so the names of values must stay clear of every role's ending: all endings there are stand
 * here.
 */
public enum Role {
    /** The value itself, one element of it. */
    VALUE("", false),
    /** The array it is stored in. */
    ARRAY("Array", false),
    /** Where the current row starts in the array. */
    AT("At", false),
    /** The stride along the row. */
    BY("By", false),
    /** From the start of one row to that of the next. */
    OVER("Over", false),
    /** Where a column is in the current row. */
    ROW("Row", false),
    /** A vector of half precision elements as they are stored. */
    STORED("H", false),
    /** An intermediate: half precision widened to ints, or a sum that has yet to change places. */
    PENDING("P", false),
    /** A vector of elements. */
    VECTOR("V", false),
    /** A reduction's result for one row. */
    SUM("Sum", false),
    /** What one step of a row hands to another. */
    KEPT("Kept", false),
    /** A vector of a reduction's lanes. */
    ACCUMULATOR("V", true),
    /** A vector that rows have in common. */
    HELD("Held", true);

    private final String ending;
    private final boolean numbered;

    Role(String ending, boolean numbered) {
        this.ending = ending;
        this.numbered = numbered;
    }

    /** What is added to the name of the value. */
    public String ending() {
        return ending;
    }

    /** Whether a number follows. */
    public boolean isNumbered() {
        return numbered;
    }
}
