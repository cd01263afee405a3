package org.fusegrad;

import java.util.List;
import org.fusegrad.graph.Node;

/**
 * The trace a symbolic tensor belongs to, its backward included: a tensor means nothing elsewhere.
 * One object for each trace.
 */
final class MainTrace {
    private final String formula;
    private final Dependencies dependencies;

    /**
     * A trace to come.
     *
     * @param formula its name, for messages
     * @param dependencies where what the trace looks at is written down
     */
    MainTrace(String formula, Dependencies dependencies) {
        this.formula = formula;
        this.dependencies = dependencies;
    }

    /** A trace that belongs to no formula and is done once. */
    MainTrace(String formula) {
        this(formula, new Dependencies());
    }

    /** Records a formula, or a backward of it, on these leaves. */
    Tracer tracer(List<Node> leaves) {
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
