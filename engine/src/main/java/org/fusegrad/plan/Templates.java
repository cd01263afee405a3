package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.run.Budget;
import org.fusegrad.run.LruCache;
import org.fusegrad.type.Ints;

/**
 * The plans of one engine by structure, so that known formulas are bound to new sizes instead of
 * being planned again. Bounded: what was used longest ago goes first. For any number of threads.
 */
public final class Templates {
    /** Many more than the formulas of a large network, which differ in sizes mostly. */
    private static final int MOST_STRUCTURES = 128;

    /** Plans of one structure: one for general sizes, others for sizes that coincide. */
    private static final int MOST_OF_ONE = 8;

    private final Map<Structure, Variants> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Structure, Variants> eldest) {
            return size() > MOST_STRUCTURES;
        }
    };

    /** A graph to the last size and constant, and where in memory its inputs lie. */
    private record Exactly(Structure structure, List<Attrs> attrs, Ints sizes, Layouts layouts) {}

    /** The plans of one structure. One thread makes a plan; others that want one wait for it. */
    private static final class Variants {
        private volatile List<Template> all = List.of();

        Planned bound(Graph graph) {
            for (Template t : all) {
                Planned bound = t.bind(graph);
                if (bound != null) {
                    return bound;
                }
            }
            return null;
        }

        synchronized Planned boundOrMade(Graph graph, Function<Graph, Planned> plan) {
            Planned bound = bound(graph);
            if (bound != null) {
                return bound;
            }
            Template made = Template.of(graph, plan);
            List<Template> more = new ArrayList<>(all);
            more.add(made);
            // The latest were made for what the earlier ones do not hold for.
            all = List.copyOf(more.subList(Math.max(0, more.size() - MOST_OF_ONE), more.size()));
            return made.planned();
        }
    }

    private final LruCache<Exactly, Planned> latest;

    /**
     * No plans yet.
     *
     * @param budget what plans may take, with the calls that hold them
     */
    public Templates(Budget budget) {
        latest = new LruCache<>(budget, Planned::bytes);
        budget.alsoClears(this::forget);
    }

    /**
     * The plan of a graph over loop domains.
     *
     * @param what is made of it: plans of the same structure are equal if this is too
     * @param plan makes one from the graph that passes are done with
     */
    Planned get(Graph graph, String what, Function<Graph, Planned> plan) {
        Structure structure = Structure.of(graph, what);
        if (structure == null) {
            return Template.of(graph, plan).planned();
        }
        Variants variants = of(structure);
        Planned bound = variants.bound(graph);
        return bound == null ? variants.boundOrMade(graph, plan) : bound;
    }

    /**
     * The plan of a graph as it was traced, if one like it was planned lately: a network has many
     * layers alike.
     *
     * @param layouts of its inputs in memory
     * @param plan makes one
     */
    Planned lately(Graph traced, String what, Layouts layouts, Supplier<Planned> plan) {
        Structure structure = Structure.of(traced, what);
        if (structure == null) {
            return plan.get();
        }
        Ints sizes = Ints.of(Structure.sizes(traced));
        Exactly key = new Exactly(structure, Structure.attrs(traced), sizes, layouts);
        return latest.get(key, plan);
    }

    private synchronized Variants of(Structure structure) {
        return known.computeIfAbsent(structure, key -> new Variants());
    }

    private synchronized void forget() {
        known.clear();
    }
}
