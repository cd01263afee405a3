package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.run.Value;

/**
 * A recorded call of a compiled graph. Keeps the inputs its backward reads and what the forward
 * saved.
 */
final class CallNode extends TapeNode {
    private final Call call;
    private final Call.Derivation derivation;
    private final int outputs;
    private final Shape[] shapes;
    private final DType[] dtypes;
    private Value[] inputs;
    private Value[] saved;

    CallNode(Call call, Call.Derivation derivation, Tensor[] in, Value[] values, Value[] out) {
        super(edges(in));
        this.call = call;
        this.derivation = derivation;
        this.outputs = call.results();
        this.shapes = new Shape[outputs];
        this.dtypes = new DType[outputs];
        for (int i = 0; i < outputs; i++) {
            shapes[i] = out[i].shape();
            dtypes[i] = out[i].dtype();
        }
        inputs = new Value[values.length];
        for (int i = 0; i < values.length; i++) {
            inputs[i] = derivation.kept()[i] ? values[i] : null;
        }
        saved = new Value[derivation.saved()];
        System.arraycopy(out, out.length - saved.length, saved, 0, saved.length);
    }

    private static List<Edge> edges(Tensor[] in) {
        List<Edge> edges = new ArrayList<>(in.length);
        for (Tensor t : in) {
            edges.add(t.edge());
        }
        return edges;
    }

    @Override
    int outputs() {
        return outputs;
    }

    @Override
    void release() {
        inputs = null;
        saved = null;
    }

    @Override
    Tensor[] backward(Tensor[] upstream, boolean createGraph) {
        requireKept(inputs);
        Tensor[] grads = createGraph ? record(upstream) : run(upstream);
        Tensor[] all = new Tensor[inputs().size()];
        int[] operands = derivation.pullback().operands();
        for (int i = 0; i < operands.length; i++) {
            all[operands[i]] = grads[i];
        }
        return all;
    }

    private Tensor upstream(Tensor[] upstream, int i) {
        return upstream[i] == null ? Tensor.full(shapes[i], 0, dtypes[i]) : upstream[i];
    }

    /**
     * Values only: the compiled backward on kept inputs, upstream gradients, states, saved values.
     */
    private Tensor[] run(Tensor[] upstream) {
        Call.Pullback p = derivation.pullback();
        Value[] in = new Value[p.graph().inputs().size() + saved.length];
        System.arraycopy(inputs, 0, in, 0, inputs.length);
        int n = inputs.length;
        for (int i = 0; i < outputs; i++) {
            in[n++] = upstream(upstream, i).value();
        }
        for (Object source : p.bindings()) {
            in[n++] = source instanceof State s ? s.read().value() : ((Tensor) source).value();
        }
        System.arraycopy(saved, 0, in, n, saved.length);
        Context context = Context.get();
        Value[] out = derivation.backward().run(in, call.allocator(context));
        if (commitsNow()) {
            Call.commit(context, p.effects(), out, p.operands().length);
        }
        Tensor[] grads = new Tensor[p.operands().length];
        for (int i = 0; i < grads.length; i++) {
            grads[i] = Tensor.constant(out[i]);
        }
        return grads;
    }

    /** Calls the pullback as a recorded operation of the inputs and upstream gradients. */
    private Tensor[] record(Tensor[] upstream) {
        Call.Pullback p = derivation.pullback();
        Tensor[] args = new Tensor[inputs.length + outputs];
        for (int i = 0; i < inputs.length; i++) {
            Edge edge = inputs().get(i);
            args[i] = inputs[i] == null
                    ? unused(p.graph().inputs().get(i))
                    : Tensor.recorded(inputs[i], edge);
        }
        for (int i = 0; i < outputs; i++) {
            args[inputs.length + i] = upstream(upstream, i);
        }
        Call reverse = call.reverse(p);
        StateUpdates updates = StateUpdates.nested();
        Tensor[] grads = updates.during(() -> reverse.invoke(args));
        if (commitsNow()) {
            updates.commit();
        }
        return grads;
    }

    /** A stand-in for an input the backward does not read. */
    private static Tensor unused(org.fusegrad.graph.Node leaf) {
        return Tensor.full(leaf.shape(), 0, leaf.dtype());
    }
}
