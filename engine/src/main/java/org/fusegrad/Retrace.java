package org.fusegrad;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;

/**
 * The check that a formula still does what was traced of it. Due at the second call and whenever
 * the number of calls has doubled, so that its cost vanishes; after a failure, at each call until
 * all is as it was. Counts are kept without locks: threads may skip a check, no more.
 */
final class Retrace {
    private int calls;
    private int next = 2;

    /** Counts a call and says whether to check before it. */
    boolean isDue(boolean always) {
        return ++calls == next || always && calls > 1;
    }

    /**
     * Compares a call with what the formula is now.
     *
     * @throws IllegalStateException naming what changed
     */
    void check(String formula, Call traced, Call now) {
        Optional<String> change = captured(traced.bindings(), now.bindings())
                .or(() -> computed(traced.graph().nodes(), now.graph().nodes()))
                .or(() -> rearranged(traced, now))
                .or(() -> declared(traced, now));
        next = change.isPresent() ? calls + 1 : 2 * Math.max(1, calls);
        if (change.isPresent()) {
            throw new IllegalStateException("formula '" + formula
                    + "' is no longer what was traced: " + change.get()
                    + "; what changes between calls must be an argument, a State, a Setting or part"
                    + " of the mode");
        }
    }

    // Captured tensors and states.

    private static Optional<String> captured(List<Object> before, List<Object> now) {
        for (int i = 0; i < Math.min(before.size(), now.size()); i++) {
            Object a = before.get(i);
            Object b = now.get(i);
            if (a != b && !isSame(a, b)) {
                String change = isAlike(a, b) ? " is another object now" : " became " + describe(b);
                return Optional.of(describe(a) + change);
            }
        }
        if (before.size() != now.size()) {
            boolean more = now.size() > before.size();
            List<Object> longer = more ? now : before;
            return Optional.of(describe(longer.get(Math.min(before.size(), now.size())))
                    + (more ? " is captured only now" : " is not captured any more"));
        }
        return Optional.empty();
    }

    /** A constant the formula makes itself is another object each time, with the same value. */
    private static boolean isSame(Object a, Object b) {
        if (a instanceof Draws.Source) {
            return b instanceof Draws.Source;
        }
        return a instanceof Tensor s
                && b instanceof Tensor t
                && !s.wantsGrad()
                && !t.wantsGrad()
                && isAlike(a, b)
                && !s.isReleased()
                && same(s.value(), t.value());
    }

    private static boolean isAlike(Object a, Object b) {
        return describe(a).equals(describe(b));
    }

    private static boolean same(Value a, Value b) {
        return a.dtype() == DType.INT64
                ? Arrays.equals(longs(a), longs(b))
                : Arrays.equals(a.toDoubles(), b.toDoubles());
    }

    private static long[] longs(Value v) {
        Value c = v.contiguous();
        int from = c.offset();
        return Arrays.copyOfRange(c.longs(), from, from + c.shape().numel());
    }

    private static String describe(Object source) {
        if (source instanceof Tensor t) {
            return "the captured tensor " + Misuse.describe(t);
        }
        return source instanceof State s ? "the state '" + s.name() + "'" : "a random number";
    }

    // Constants and operations.

    private static Optional<String> computed(List<Node> before, List<Node> now) {
        Map<Node, Integer> first = positions(before);
        Map<Node, Integer> second = positions(now);
        for (int i = 0; i < Math.min(before.size(), now.size()); i++) {
            Node a = before.get(i);
            Node b = now.get(i);
            if (a.is(Op.CONST) && b.is(Op.CONST) && !a.attrs().equals(b.attrs())) {
                return Optional.of("the constant " + text(a) + " became " + text(b)
                        + user(a, before).map(n -> " at op " + n).orElse(""));
            }
            if (!isSame(a, b, first, second)) {
                return Optional.of("the operation " + text(a) + " became " + text(b));
            }
        }
        return before.size() == now.size()
                ? Optional.empty()
                : Optional.of("it had " + before.size() + " operations and has " + now.size());
    }

    private static Map<Node, Integer> positions(List<Node> nodes) {
        Map<Node, Integer> positions = new IdentityHashMap<>();
        nodes.forEach(n -> positions.put(n, positions.size()));
        return positions;
    }

    private static boolean isSame(
            Node a, Node b, Map<Node, Integer> before, Map<Node, Integer> now) {
        boolean same = a.op() == b.op()
                && a.dtype() == b.dtype()
                && a.shape().equals(b.shape())
                && a.inputs().size() == b.inputs().size()
                // A declared backward is a new object in each trace.
                && (a.attrs() instanceof Attrs.Custom || a.attrs().equals(b.attrs()));
        for (int i = 0; same && i < a.inputs().size(); i++) {
            same = before.get(a.input(i)).equals(now.get(b.input(i)));
        }
        return same;
    }

    private static Optional<Node> user(Node operand, List<Node> nodes) {
        return nodes.stream().filter(n -> n.inputs().contains(operand)).findFirst();
    }

    private static String text(Node n) {
        return n.is(Op.CONST) ? Double.toString(n.constValue()) : n + " " + attrs(n);
    }

    private static String attrs(Node n) {
        return n.attrs() == Attrs.NONE || n.attrs() instanceof Attrs.Custom
                ? "of " + n.inputs().size()
                : n.attrs().toString();
    }

    /** Declared backwards, as far as they have been derived, may capture values of their own. */
    private static Optional<String> declared(Call traced, Call now) {
        if (traced.graph().nodes().stream().noneMatch(n -> n.is(Op.CUSTOM))) {
            return Optional.empty();
        }
        for (Call.Derivation derivation : traced.derivations()) {
            Call.Pullback a = derivation.pullback();
            Call.Pullback b = now.pullback(derivation.wanted(), null);
            Optional<String> change = captured(a.bindings(), b.bindings())
                    .or(() -> computed(a.graph().nodes(), b.graph().nodes()));
            if (change.isPresent()) {
                return change.map(c -> "in a declared backward, " + c);
            }
        }
        return Optional.empty();
    }

    /** The same operations, with other ones as results or as the new values of states. */
    private static Optional<String> rearranged(Call traced, Call now) {
        boolean same = traced.results() == now.results()
                && traced.effects().equals(now.effects())
                && outputs(traced).equals(outputs(now));
        return same ? Optional.empty() : Optional.of("it answers or writes other values");
    }

    private static List<Integer> outputs(Call call) {
        Map<Node, Integer> positions = positions(call.graph().nodes());
        return call.graph().outputs().stream().map(positions::get).toList();
    }
}
