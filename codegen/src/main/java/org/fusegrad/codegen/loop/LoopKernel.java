package org.fusegrad.codegen.loop;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.plan.KernelSchedule;

/**
 * A fused kernel as loops: its arrays, constants and steps, numbered. What the emitter prints and
 * the driver runs. Two kernels with the same {@link #key} share generated code, whatever their
 * sizes.
 */
public final class LoopKernel {
    private final String name;
    private final KernelSchedule schedule;
    private final List<Node> arrays = new ArrayList<>();
    private final Map<Node, Integer> numbers = new IdentityHashMap<>();
    private final List<Node> constants = new ArrayList<>();
    private final List<LoopStep> steps = new ArrayList<>();
    private final Slabs slabs;
    private final Optional<LoopStep> joined;

    private LoopKernel(KernelGraph kernel) {
        this.name = kernel.name();
        this.schedule = KernelSchedule.of(kernel);
        Graph graph = kernel.graph();
        for (Node leaf : graph.inputs()) {
            number(leaf);
        }
        for (Node n : graph.nodes()) {
            if (n.is(Op.CONST)) {
                constants.add(n);
            } else if (schedule.isStored(n)) {
                number(n);
            }
        }
        int partials = arrays.size();
        for (KernelSchedule.Step step : schedule.steps()) {
            LoopStep s = LoopStep.of(steps.size(), step, schedule, partials);
            partials += s.partials();
            steps.add(s);
        }
        this.slabs = Slabs.of(schedule, steps);
        this.joined = slabs.joined(schedule.slab(), steps.size());
    }

    /** The loops of a fused kernel graph. */
    public static LoopKernel of(KernelGraph kernel) {
        return new LoopKernel(kernel);
    }

    private void number(Node n) {
        if (!numbers.containsKey(n)) {
            numbers.put(n, arrays.size());
            arrays.add(n);
        }
    }

    public String name() {
        return name;
    }

    public KernelSchedule schedule() {
        return schedule;
    }

    public Graph graph() {
        return schedule.graph();
    }

    /** Stored values; their index is the number of their array. */
    public List<Node> arrays() {
        return arrays;
    }

    /** Arrays of stored values and of partial sums. */
    public int arrayCount() {
        return arrays.size() + steps.stream().mapToInt(LoopStep::partials).sum();
    }

    public int number(KernelSchedule.Step step) {
        return schedule.steps().indexOf(step);
    }

    /** The array that holds a stored value. */
    public int array(Node n) {
        return numbers.get(n);
    }

    /** Numbers of the arrays that a step touches. */
    public int[] touched(LoopStep step) {
        List<Integer> touched = new ArrayList<>();
        step.step().loads().forEach(n -> touched.add(array(n)));
        step.step().stores().forEach(n -> touched.add(array(n)));
        step.prefetched().forEach(n -> touched.add(array(n)));
        for (LoopStep.Reduction r : step.reductions()) {
            touched.add(array(r.node()));
            if (r.partial() >= 0) {
                touched.add(r.partial());
            }
        }
        return touched.stream().mapToInt(Integer::intValue).distinct().toArray();
    }

    public List<Node> constants() {
        return constants;
    }

    public List<LoopStep> steps() {
        return steps;
    }

    /** Steps that run for each slab. */
    public List<LoopStep> inside() {
        return slabs.inside();
    }

    /** Steps that run when all slabs are done. */
    public List<LoopStep> after() {
        return slabs.after();
    }

    /** What runs for each slab as one step, if slabs are single rows. */
    public Optional<LoopStep> joined() {
        return joined;
    }

    /**
     * Identity of the generated code: operations, types and the loops values vary over, but neither
     * sizes nor constants nor names.
     */
    public String key() {
        StringBuilder key = new StringBuilder();
        Map<Node, Integer> ids = new IdentityHashMap<>();
        List<Node> nodes = new ArrayList<>(graph().inputs());
        graph().nodes().stream().filter(n -> !n.is(Op.INPUT)).forEach(nodes::add);
        for (Node n : nodes) {
            ids.put(n, ids.size());
            key.append(n.op()).append(n.dtype().ordinal()).append(':');
            for (int d : n.shape().dims()) {
                key.append(d == 1 ? '1' : 'n');
            }
            if (n.attrs() instanceof Attrs.Axes a) {
                key.append(a.axes());
            }
            n.inputs().forEach(in -> key.append(',').append(ids.get(in)));
            key.append(';');
        }
        graph().outputs().forEach(out -> key.append('>').append(ids.get(out)));
        return key.toString();
    }
}
