package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.Origin;
import org.fusegrad.graph.Sizes;
import org.fusegrad.simplify.Pass;
import org.fusegrad.type.Shape;

/**
 * The plan of a graph over loop domains, ready to be bound to the sizes and constants of
 * another graph of the same {@link Structure}. It holds for that graph if every comparison that the
 * passes and the planner made comes out as before:
 *
 * <ul>
 *   <li>axes that had one size have one size again;
 *   <li>shapes that had fewer elements than others, or equally many, still do;
 *   <li>constants, given or computed, that were equal to others or to a number that rules look for
 *       still are, and no others are.
 * </ul>
 */
final class Template {
    /** Numbers that rules of passes look for or write. */
    private static final double[] NUMBERS = {0, 1, -1, 2, 0.5};

    private final int[] sizes;
    private final int distinct;
    private final Map<Attrs, Integer> attrs = new IdentityHashMap<>();
    private final List<Integer> constants = new ArrayList<>();
    private final double[] givenValues;
    private final Node[] derived;
    private final Shape[] shapes;
    private final Planned planned;

    private Template(Graph given, Origin.Listing listing, Graph lowered, Planned planned) {
        this.sizes = Structure.sizes(given);
        this.distinct = (int) Arrays.stream(sizes).distinct().count();
        this.planned = planned;
        for (int i = 0; i < given.nodes().size(); i++) {
            Node n = given.nodes().get(i);
            if (n.is(Op.CONST)) {
                constants.add(i);
            } else if (n.attrs() != Attrs.NONE) {
                attrs.putIfAbsent(n.attrs(), i);
            }
        }
        givenValues = constants.stream()
                .mapToDouble(i -> given.nodes().get(i).constValue())
                .toArray();
        derived = listing.constants().values().toArray(Node[]::new);
        Set<Shape> all = new LinkedHashSet<>(listing.compared());
        given.nodes().forEach(n -> all.add(n.shape()));
        lowered.nodes().forEach(n -> all.add(n.shape()));
        shapes = all.stream().sorted(Comparator.comparingInt(Shape::numel)).toArray(Shape[]::new);
    }

    /**
     * Runs the passes over a graph and plans what they make of it.
     *
     * @param plan from the graph that passes are done with
     */
    static Template of(Graph graph, Function<Graph, Planned> plan) {
        Map<Node, Integer> places = new IdentityHashMap<>();
        graph.nodes().forEach(n -> places.put(n, places.size()));
        Graph given = graph.rewrite(
                (n, in) -> n.is(Op.CONST) ? n.given(places.get(n)) : n.withInputs(in));
        Origin.Listing listing = new Origin.Listing();
        Graph lowered = Origin.listing(listing, () -> Pass.runAll(given));
        return new Template(given, listing, lowered, plan.apply(lowered));
    }

    Planned planned() {
        return planned;
    }

    /** The plan for another graph of the same structure; null if it does not hold for its sizes. */
    Planned bind(Graph other) {
        int[] now = Structure.sizes(other);
        int[] table = Sizes.Pairs.table(distinct);
        for (int i = 0; i < now.length; i++) {
            boolean fixed = sizes[i] < Sizes.Pairs.FIXED;
            if (!fixed && !Sizes.Pairs.put(table, sizes[i], now[i])) {
                return null;
            }
        }
        Sizes at = new Sizes(attrs, Structure.attrs(other).toArray(Attrs[]::new), table);
        return ordered(at) && sameConstants(at, other) ? planned.at(at) : null;
    }

    private boolean ordered(Sizes at) {
        long before = -1;
        for (int i = 0; i < shapes.length; i++) {
            long now = numel(shapes[i], at);
            boolean tie = i > 0 && shapes[i].numel() == shapes[i - 1].numel();
            if (tie ? now != before : now <= before) {
                return false;
            }
            before = now;
        }
        return true;
    }

    private static long numel(Shape shape, Sizes at) {
        long n = 1;
        for (int i = 0; i < shape.rank(); i++) {
            n *= at.size(shape.dim(i));
        }
        return n;
    }

    private boolean sameConstants(Sizes at, Graph other) {
        Map<Double, Double> now = new HashMap<>();
        Map<Double, Double> before = new HashMap<>();
        for (double v : NUMBERS) {
            now.put(v, v);
            before.put(v, v);
        }
        boolean same = true;
        for (int i = 0; i < givenValues.length && same; i++) {
            double v = other.nodes().get(constants.get(i)).constValue();
            same = pair(now, before, givenValues[i], v);
        }
        for (int i = 0; i < derived.length && same; i++) {
            same = pair(now, before, derived[i].constValue(), at.constant(derived[i]));
        }
        return same;
    }

    private static boolean pair(
            Map<Double, Double> now, Map<Double, Double> before, double v, double w) {
        Double known = now.putIfAbsent(v, w);
        Double from = before.putIfAbsent(w, v);
        return (known == null || known == w || known.equals(w))
                && (from == null || from == v || from.equals(v));
    }
}
