package org.fusegrad;

import java.util.Arrays;
import java.util.BitSet;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Value;
import org.fusegrad.type.Shape;

/**
 * A recorded call of a compiled graph. Keeps the inputs its backward reads and what the forward
 * saved.
 */
final class CallNode extends TapeNode {
    private final Call call;
    private final Call.Derivation derivation;
    private final Shape[] shapes;
    private Value[] inputs;
    private Value[] saved;

    /**
     * A call.
     *
     * @param values of all inputs; belongs to the node from here on
     * @param out results, new values of states, and last what is saved
     */
    CallNode(Call call, Call.Derivation derivation, Edge[] edges, Value[] values, Value[] out) {
        super(edges);
        this.call = call;
        this.derivation = derivation;
        this.shapes = new Shape[call.results()];
        for (int i = 0; i < shapes.length; i++) {
            shapes[i] = out[i].shape();
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = derivation.kept()[i] ? values[i] : null;
        }
        inputs = values;
        saved = Arrays.copyOfRange(out, out.length - derivation.saved(), out.length);
    }

    @Override
    int outputs() {
        return shapes.length;
    }

    @Override
    void release() {
        inputs = null;
        saved = null;
    }

    @Override
    Tensor[] backward(Tensor[] upstream, boolean createGraph) {
        requireKept(inputs);
        Misuse.requireUnreleased(call.name(), inputs);
        Misuse.requireUnreleased(call.name(), saved);
        Call.Pullback p = derivation.pullback();
        BitSet present = present(upstream);
        Tensor[] grads;
        // States of declared backwards count every step, also one that needs nothing of them.
        if (present != null && p.effects().isEmpty()) {
            Call part = call.partial(derivation.wanted(), present);
            grads = Tensor.recording(createGraph, () -> part.invoke(operands(p, upstream)));
        } else {
            grads = createGraph ? record(upstream) : run(upstream);
        }
        Tensor[] all = new Tensor[inputs().length];
        int[] operands = derivation.pullback().operands();
        for (int i = 0; i < operands.length; i++) {
            all[operands[i]] = grads[i];
        }
        return all;
    }

    /** The results a gradient has arrived at; null if that are all that can have one. */
    private BitSet present(Tensor[] upstream) {
        boolean all = true;
        for (int i = 0; i < shapes.length && all; i++) {
            all = upstream[i] != null || !call.graph().outputs().get(i).dtype().isFloating();
        }
        if (all) {
            return null;
        }
        BitSet present = new BitSet();
        for (int i = 0; i < shapes.length; i++) {
            present.set(i, upstream[i] != null);
        }
        return present;
    }

    private Tensor upstream(Tensor[] upstream, int i) {
        return upstream[i] == null
                ? Tensor.full(shapes[i], 0, call.graph().outputs().get(i).dtype())
                : upstream[i];
    }

    /**
     * Values only: the compiled backward on kept inputs, upstream gradients, states, saved values.
     */
    private Tensor[] run(Tensor[] upstream) {
        Call.Pullback p = derivation.pullback();
        Value[] in = new Value[p.graph().inputs().size() + saved.length];
        System.arraycopy(inputs, 0, in, 0, inputs.length);
        int n = inputs.length;
        for (int i = 0; i < shapes.length; i++) {
            in[n++] = upstream(upstream, i).value();
        }
        Context context = Context.get();
        for (Object source : p.bindings()) {
            in[n++] = Call.value(source, context);
        }
        System.arraycopy(saved, 0, in, n, saved.length);
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
        Tensor[] args = operands(p, upstream);
        Call reverse = call.reverse(p);
        StateUpdates updates = StateUpdates.nested();
        Tensor[] grads = updates.during(() -> reverse.invoke(args));
        if (commitsNow()) {
            updates.commit();
        }
        return grads;
    }

    /** What a pullback is called on: inputs, which are on the tape, and upstream gradients. */
    private Tensor[] operands(Call.Pullback p, Tensor[] upstream) {
        Tensor[] args = new Tensor[inputs.length + shapes.length];
        for (int i = 0; i < inputs.length; i++) {
            Edge edge = inputs()[i];
            args[i] = inputs[i] == null
                    ? unused(p.graph().inputs().get(i))
                    : Tensor.recorded(inputs[i], edge);
        }
        for (int i = 0; i < shapes.length; i++) {
            args[inputs.length + i] = upstream(upstream, i);
        }
        return args;
    }

    /** A stand-in for an input the backward does not read. */
    private static Tensor unused(Node leaf) {
        return Tensor.full(leaf.shape(), 0, leaf.dtype());
    }
}
