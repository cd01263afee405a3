package org.fusegrad.plan;

import java.util.stream.Collectors;
import org.fusegrad.graph.Formula;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.BufferPool;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;

/** Plans graphs for the tests, on one thread and interpreted, and compares what they compute. */
final class Plans {
    static final Layouts ROW_MAJOR = new Layouts(new int[0][], false);

    private Plans() {}

    static KernelRuntime runtime() {
        return new KernelRuntime(
                new Interpreter(),
                new Interpreter(),
                new Workers(1),
                new BufferPool(),
                true,
                false);
    }

    /** The plan of a graph, which computes what the graph says. */
    static Executable plan(Graph graph) {
        Executable plan = new Planner(runtime()).plan("f", graph, ROW_MAJOR);
        Value[] want = Formula.values(graph);
        Value[] got = plan.run(Formula.inputs(graph), Buffer::allocate);
        for (int i = 0; i < want.length; i++) {
            Formula.assertClose(want[i], got[i], 1e-5);
        }
        return plan;
    }

    /** Kernel by kernel what it hands out. */
    static String kernels(Executable plan) {
        return plan.kernels().stream().map(Plans::kernel).collect(Collectors.joining("; "));
    }

    private static String kernel(KernelGraph kernel) {
        return kernel.name() + (kernel.fused() ? ": " : " alone: ") + outputs(kernel.graph());
    }

    static String outputs(Graph graph) {
        return graph.outputs().stream().map(Formula::text).collect(Collectors.joining(" | "));
    }
}
