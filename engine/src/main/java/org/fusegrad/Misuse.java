package org.fusegrad;

import java.util.List;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Value;

/** The errors of tensors that are used where they stand for nothing: one sentence and the cure. */
final class Misuse {
    private Misuse() {}

    /** A symbolic tensor whose value was asked for. */
    static IllegalStateException noValue(Tensor t, MainTrace origin) {
        Tracer tracer = Context.get().tracer;
        if (tracer == null || tracer.origin() != origin) {
            return outside(t, origin, tracer == null ? null : tracer.origin());
        }
        return new IllegalStateException(origin + " cannot look at values: " + describe(t)
                + " is symbolic while it is traced; use where() instead of a Java condition, or"
                + " return the tensor and look at the result");
    }

    /** A symbolic tensor used in no formula, or in another one than its own. */
    static IllegalStateException outside(Tensor t, MainTrace origin, MainTrace current) {
        String where = current == null ? "outside of it, or on another thread" : "in " + current;
        return new IllegalStateException(describe(t) + " belongs to one trace of " + origin
                + " and stands for nothing " + where
                + "; return it from the formula and use the result of the call");
    }

    /** Something that has no meaning on a symbolic tensor. */
    static IllegalStateException onSymbol(String what, Tensor t, MainTrace origin) {
        return new IllegalStateException(what + " on " + describe(t) + " inside " + origin
                + ": a formula is traced once and differentiated as a whole, so its tensors have no"
                + " gradients of their own; do it outside, with the argument or the result of the"
                + " call");
    }

    /**
     * Refuses an effect on tensors while a formula is traced, when it would happen once and not at
     * each call.
     *
     * @param fresh whether the tensor may have been made inside, where setting it up is no effect
     */
    static void refuseInFormula(String what, Tensor t, boolean fresh) {
        if (t.isSymbolic()) {
            Tracer tracer = Context.get().tracer;
            if (tracer == null) {
                throw noValue(t, t.origin());
            }
            throw onSymbol(what, t, t.origin());
        }
        Tracer tracer = Context.get().tracer;
        if (tracer != null && !(fresh && !tracer.captures(t))) {
            throw new IllegalStateException(what + " on " + describe(t) + " inside "
                    + tracer.origin() + " would happen when it is traced and not at each call; do"
                    + " it before or after the call, and let a formula write only to a State");
        }
    }

    /** Refuses to replace the value of a state while a formula is traced. */
    static void refuseSet(State state) {
        Tracer tracer = Context.get().tracer;
        if (tracer != null) {
            throw new IllegalStateException("State.set of '" + state.name() + "' inside "
                    + tracer.origin() + " would happen when it is traced and not at each call; use"
                    + " write()");
        }
    }

    /** A tensor read after its scope has closed. */
    static IllegalStateException released(Tensor t, Value value) {
        return new IllegalStateException("this tensor, " + describe(t) + ", was returned by its"
                + " scope; what must outlive the scope is kept inside it: call keep() on this"
                + " tensor, or compute what you need of it before the scope closes");
    }

    /** What a backward needs, after the scope of the forward has closed. */
    static void requireUnreleased(String call, Value... needed) {
        for (Value v : needed) {
            if (v != null && v.buffer().isReleased()) {
                throw new IllegalStateException("the backward of " + call + " needs " + v
                        + ", which was returned by the scope of its forward; run backward before"
                        + " that scope closes, or open the scope around both");
            }
        }
    }

    /** Refuses what a formula cannot have answered. */
    static List<Tensor> checkResults(String formula, List<Tensor> results) {
        if (results == null) {
            throw new IllegalStateException("formula '" + formula
                    + "' answered null; return a tensor, or a list of tensors");
        }
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) == null) {
                throw new IllegalStateException("formula '" + formula + "' answered null"
                        + (results.size() == 1 ? "" : " as result " + i + " of " + results.size())
                        + "; return a tensor for each result");
            }
        }
        return results;
    }

    /** Refuses arguments a formula cannot be called with. */
    static void checkArguments(String formula, int arity, Tensor[] arguments) {
        if (arity >= 0 && arguments.length != arity) {
            throw new IllegalArgumentException("formula '" + formula + "' takes " + arity
                    + (arity == 1 ? " argument" : " arguments") + ", not " + arguments.length
                    + "; Fused.ofAll makes one of any number");
        }
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] == null) {
                throw new IllegalArgumentException(
                        "argument " + i + " of formula '" + formula + "' is null");
            }
        }
    }

    static String describe(Tensor t) {
        Node node = t.node();
        String name = node == null ? t.name() : node.hint();
        String op = node == null ? "" : " (" + node.op() + ")";
        return t.dtype() + t.shape().toString() + (name == null ? "" : " '" + name + "'") + op;
    }
}
