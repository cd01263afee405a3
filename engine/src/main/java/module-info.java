/**
 * Tensors, the tape, the expression graph and its derivative, the interpreter.
 *
 * <p>All but the simplifier is exported, and to everybody: the code generator and the harness may
 * stand on the class path, where a qualified export does not reach them, and generated classes are
 * of no module.
 */
module org.fusegrad.engine {
    // Written against by all who compute.
    exports org.fusegrad;
    exports org.fusegrad.dist;
    exports org.fusegrad.flags;
    exports org.fusegrad.type;

    // Written against by backends and by tools that look at graphs.
    exports org.fusegrad.graph;
    exports org.fusegrad.grad;
    exports org.fusegrad.plan;
    exports org.fusegrad.run;
    exports org.fusegrad.run.interp;

    // Called by generated classes.
    exports org.fusegrad.math;

    uses org.fusegrad.run.BackendProvider;
}
