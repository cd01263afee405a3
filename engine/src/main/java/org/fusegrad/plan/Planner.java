package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.fusegrad.grad.Differentiate;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.simplify.Pass;

/**
 * The way from a graph to an executable, and from a forward and its pullback to two of them. Keeps
 * plans by structure. For any number of threads.
 */
public final class Planner {
    private final KernelRuntime runtime;
    private final Templates templates;

    /** A planner whose plans run there and are kept in its budget. */
    public Planner(KernelRuntime runtime) {
        this.runtime = runtime;
        this.templates = new Templates(runtime.plans());
    }

    /** Where the plans run. */
    public KernelRuntime runtime() {
        return runtime;
    }

    /** Rewrites a graph without markers over loop domains, simplifies and compiles it. */
    public Executable plan(String name, Graph graph, Layouts layouts) {
        Graph loops = Canonical.rewrite(graph, layouts);
        return templates
                .get(loops, name, g -> new Planned(compile(name, g), null, 0))
                .forward();
    }

    /**
     * Simplifies forward and pullback as one graph, cuts it apart and compiles both. A plan that
     * was made for other sizes serves where it holds.
     */
    public Planned plan(String name, Graph forward, Graph pullback, Layouts layouts) {
        Graph joint = joint(forward, pullback);
        int inputs = forward.inputs().size();
        int outputs = forward.outputs().size();
        String what = name + " " + inputs + " " + outputs + " ";
        return templates.lately(
                joint,
                what,
                layouts,
                () -> templates.get(
                        Canonical.rewrite(joint, layouts),
                        what,
                        g -> compile(name, Cut.apply(g, inputs, outputs))));
    }

    /** Compiles a forward and its backward. */
    public Planned compile(String name, Split split) {
        return new Planned(
                compile(name + "_fwd", split.forward()),
                compile(name + "_bwd", split.backward()),
                split.saved());
    }

    /** As {@link #plan} for a graph of a whole batch: the plan of one replica's rows of it. */
    public Executable plan(String name, Graph graph, BatchShard share, BitSet rowInputs) {
        Graph whole = Pass.runAll(Canonical.rewrite(graph, Layouts.SHARED));
        return compile(name, Localize.graph(whole, share, rowInputs));
    }

    /** As {@link #split} for graphs of a whole batch: what one replica does of it. */
    public static Split split(Graph forward, Graph pullback, BatchShard share, BitSet rowInputs) {
        return Localize.split(split(forward, pullback, Layouts.SHARED), share, rowInputs);
    }

    /**
     * Simplifies forward and pullback as one graph, in which what one computes the other sees, and
     * cuts it apart. Both share their first inputs and are built of the same nodes.
     */
    public static Split split(Graph forward, Graph pullback, Layouts layouts) {
        Graph lowered = Pass.runAll(Canonical.rewrite(joint(forward, pullback), layouts));
        return Cut.apply(lowered, forward.inputs().size(), forward.outputs().size());
    }

    private static Graph joint(Graph forward, Graph pullback) {
        List<Node> outputs = new ArrayList<>(forward.outputs());
        outputs.addAll(pullback.outputs());
        return Differentiate.withoutMarkers(Graph.of(pullback.inputs(), outputs));
    }

    /** Compiles a graph over loop domains as it stands. */
    public Executable compile(String name, Graph graph) {
        return new Assembler(runtime, name, graph).assemble();
    }
}
