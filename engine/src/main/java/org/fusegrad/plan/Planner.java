package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.fusegrad.grad.Differentiate;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Share;
import org.fusegrad.simplify.Pass;

/** From a graph to an executable, and from a forward and its pullback to two of them. */
public final class Planner {
    private Planner() {}

    /** Rewrites a graph without markers over loop domains, simplifies and compiles it. */
    public static Executable plan(
            KernelRuntime runtime, String name, Graph graph, Layouts layouts) {
        return compile(runtime, name, Pass.runAll(Canonical.rewrite(graph, layouts)));
    }

    /** As {@link #plan} for a graph of a whole batch: the plan of one replica's rows of it. */
    public static Executable plan(
            KernelRuntime runtime, String name, Graph graph, Share share, BitSet rowInputs) {
        Graph whole = Pass.runAll(Canonical.rewrite(graph, Layouts.SHARED));
        return compile(runtime, name, Localize.graph(whole, share, rowInputs));
    }

    /** As {@link #split} for graphs of a whole batch: what one replica does of it. */
    public static Split split(Graph forward, Graph pullback, Share share, BitSet rowInputs) {
        return Localize.split(split(forward, pullback, Layouts.SHARED), share, rowInputs);
    }

    /**
     * Simplifies forward and pullback as one graph, in which what one computes the other sees, and
     * cuts it apart. Both share their first inputs and are built of the same nodes.
     */
    public static Split split(Graph forward, Graph pullback, Layouts layouts) {
        List<Node> outputs = new ArrayList<>(forward.outputs());
        outputs.addAll(pullback.outputs());
        Graph joint = Differentiate.withoutMarkers(Graph.of(pullback.inputs(), outputs));
        Graph lowered = Pass.runAll(Canonical.rewrite(joint, layouts));
        return Cut.apply(lowered, forward.inputs().size(), forward.outputs().size());
    }

    /** Compiles a graph over loop domains as it stands. */
    public static Executable compile(KernelRuntime runtime, String name, Graph graph) {
        return new Assembler(runtime, name, graph).assemble();
    }
}
