package org.fusegrad;

import java.util.List;

/**
 * The trace a symbolic tensor belongs to, its backward included: a tensor means nothing elsewhere.
 * One object for each trace.
 */
final class Origin {
    private final String formula;
    private final Dependencies dependencies;

    /**
     * A trace to come.
     *
     * @param formula its name, for messages
     * @param dependencies where what the trace looks at is written down
     */
    Origin(String formula, Dependencies dependencies) {
        this.formula = formula;
        this.dependencies = dependencies;
    }

    /** A trace that belongs to no formula and is done once. */
    Origin(String formula) {
        this(formula, new Dependencies());
    }

    /** Records a formula, or a backward of it, on these leaves. */
    Tracer tracer(List<org.fusegrad.graph.Node> leaves) {
        return new Tracer(this, leaves);
    }

    Dependencies dependencies() {
        return dependencies;
    }

    @Override
    public String toString() {
        return "formula '" + formula + "'";
    }
}
