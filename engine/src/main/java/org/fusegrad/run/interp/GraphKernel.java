package org.fusegrad.run.interp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * A graph prepared for evaluation: a list of steps over numbered slots, the inputs first. A value
 * is dropped after its last use, and a node that is an output is evaluated into the caller's
 * memory.
 */
final class GraphKernel implements Kernel {
    /** One node: where its operands are, where its value goes, and which slots end with it. */
    private record Step(Node node, int[] operands, int slot, int output, int[] last) {}

    private final KernelGraph kernel;
    private final List<Step> steps = new ArrayList<>();
    private final int[] outputSlots;
    private final int slots;

    GraphKernel(KernelGraph kernel) {
        this.kernel = kernel;
        Graph graph = kernel.graph();
        Map<Node, Integer> slot = new IdentityHashMap<>();
        for (Node leaf : graph.inputs()) {
            slot.put(leaf, slot.size());
        }
        int next = graph.inputs().size();
        for (Node node : graph.nodes()) {
            if (slot.containsKey(node)) {
                continue;
            }
            if (node.is(Op.INPUT)) {
                throw new KernelException(
                        kernel.name() + ": " + node + " is not among the graph's inputs", null);
            }
            int[] operands = node.inputs().stream().mapToInt(slot::get).toArray();
            int output = graph.outputs().indexOf(node);
            steps.add(new Step(node, operands, next, output, new int[0]));
            slot.put(node, next++);
        }
        slots = next;
        outputSlots = graph.outputs().stream().mapToInt(slot::get).toArray();
        markLastUses();
    }

    private void markLastUses() {
        boolean[] used = new boolean[slots];
        for (int s : outputSlots) {
            used[s] = true;
        }
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            int[] last = Arrays.stream(step.operands)
                    .filter(s -> !used[s])
                    .distinct()
                    .toArray();
            for (int s : last) {
                used[s] = true;
            }
            steps.set(i, new Step(step.node, step.operands, step.slot, step.output, last));
        }
    }

    @Override
    public void run(Value[] inputs, Value[] outputs, Workers workers) {
        Value[] values = Arrays.copyOf(inputs, slots);
        for (Step step : steps) {
            Value[] in = new Value[step.operands.length];
            for (int i = 0; i < in.length; i++) {
                in[i] = values[step.operands[i]];
            }
            values[step.slot] = target(step, inputs, outputs);
            Interpreter.evaluate(step.node, in, values[step.slot], workers);
            for (int s : step.last) {
                values[s] = null;
            }
        }
        for (int i = 0; i < outputs.length; i++) {
            if (values[outputSlots[i]] != outputs[i]) {
                Convert.copy(values[outputSlots[i]], outputs[i], workers);
            }
        }
    }

    /** The caller's memory if it may be written before all inputs are read, else fresh memory. */
    private static Value target(Step step, Value[] inputs, Value[] outputs) {
        if (step.output >= 0) {
            Value out = outputs[step.output];
            boolean direct = out.dtype() == step.node.dtype();
            for (Value in : inputs) {
                direct &= in.buffer().array() != out.buffer().array();
            }
            if (direct) {
                return out;
            }
        }
        return Value.zeros(step.node.dtype(), step.node.shape());
    }

    @Override
    public String describe() {
        return "interpreted node by node:\n" + kernel.graph();
    }
}
