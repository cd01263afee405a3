package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.plan.Nests.Nest;

/**
 * The way a fused region runs: as <em>steps</em>, each one loop nest over some loops of the domain.
 * A value is <em>stored</em> if it is an operand, a reduction, a result, or meets values that vary
 * along more loops than itself; everything else is computed inside each step that needs it, never
 * stored. Stored values that need equally many earlier steps and run over the same loops share a
 * step.
 *
 * <p>Loops over which no step hands a sum to a later step of the same nest are <em>slabs</em>: all
 * steps run for one index of them before the next, so that a second scan finds its data in cache.
 */
public final class KernelSchedule {
    /**
     * One loop nest.
     *
     * @param loops whether it runs over each loop of the domain
     * @param isFull whether no other nest runs over these loops and more: where the data is
     * @param body values computed inside, operands first; ends in the operands of reductions and
     *     the values stored element by element
     * @param loads stored values it reads
     * @param reductions reductions it performs
     * @param stores values it stores element by element
     */
    public record Step(
            boolean[] loops,
            boolean isFull,
            List<Node> body,
            List<Node> loads,
            List<Node> reductions,
            List<Node> stores) {
        /** The innermost loop it runs over, or -1 for a single element. */
        public int inner() {
            for (int i = loops.length - 1; i >= 0; i--) {
                if (loops[i]) {
                    return i;
                }
            }
            return -1;
        }
    }

    private final Graph graph;
    private final int[] domain;
    private final Map<Node, boolean[]> masks = new IdentityHashMap<>();
    private final Set<Node> stored = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Step> steps = new ArrayList<>();
    private final boolean[] slab;
    private final List<Step> before = new ArrayList<>();
    private final List<Step> inside = new ArrayList<>();
    private final List<Step> after = new ArrayList<>();

    private KernelSchedule(Graph graph) {
        this.graph = graph;
        this.domain = domain(graph);
        findStored();
        buildSteps();
        slab = findSlab();
        place();
    }

    /** The schedule of a fused kernel graph. */
    public static KernelSchedule of(KernelGraph kernel) {
        return new KernelSchedule(kernel.graph());
    }

    public Graph graph() {
        return graph;
    }

    /** Sizes of the loops, outermost first. */
    public int[] domain() {
        return domain.clone();
    }

    /** All steps in order. */
    public List<Step> steps() {
        return steps;
    }

    /** Loops that cut the domain into independent slabs. */
    public boolean[] slab() {
        return slab.clone();
    }

    /** Steps that run once, before the slabs. */
    public List<Step> before() {
        return before;
    }

    /** Steps that run for each slab. */
    public List<Step> inside() {
        return inside;
    }

    /** Steps that run once, after the slabs. */
    public List<Step> after() {
        return after;
    }

    /** Loops along which a value varies. */
    public boolean[] mask(Node n) {
        return masks.get(n);
    }

    /** Whether the value is kept in an array. */
    public boolean isStored(Node n) {
        return stored.contains(n);
    }

    private static int[] domain(Graph graph) {
        int rank = 1;
        for (Node n : graph.nodes()) {
            rank = Math.max(rank, n.shape().rank());
        }
        int[] dims = new int[rank];
        Arrays.fill(dims, 1);
        for (Node n : graph.nodes()) {
            for (int i = 0; i < n.shape().rank(); i++) {
                dims[i] = Math.max(dims[i], n.shape().dim(i));
            }
        }
        return dims;
    }

    private boolean[] maskOf(Node n) {
        boolean[] mask = new boolean[domain.length];
        for (int i = 0; i < n.shape().rank(); i++) {
            mask[i] = n.shape().dim(i) != 1;
        }
        return mask;
    }

    /** Loops the evaluation of a node runs over: its own, and those it reduces. */
    public boolean[] loops(Node n) {
        boolean[] loops = masks.get(n).clone();
        for (Node in : n.inputs()) {
            boolean[] m = masks.get(in);
            for (int i = 0; i < loops.length; i++) {
                loops[i] |= m[i];
            }
        }
        return loops;
    }

    static boolean isReduction(Node n) {
        return n.op().kind() == Op.Kind.REDUCE;
    }

    private void findStored() {
        for (Node n : graph.nodes()) {
            masks.put(n, maskOf(n));
        }
        stored.addAll(graph.inputs());
        stored.addAll(graph.outputs());
        for (Node n : graph.nodes()) {
            if (isReduction(n)) {
                stored.add(n);
            }
            for (Node in : n.inputs()) {
                if (!in.is(Op.CONST) && !Arrays.equals(masks.get(in), loops(n))) {
                    stored.add(in);
                }
            }
        }
    }

    private void buildSteps() {
        Map<Nest, List<Node>> nests = new Nests(this).find();
        for (Nest nest : nests.keySet()) {
            steps.add(step(nest, Nests.isFull(nest, nests.keySet()), nests.get(nest)));
        }
    }

    /** Whether a step has to make this value: it is stored and not given. */
    boolean isMade(Node n) {
        return stored.contains(n) && n.op().kind() != Op.Kind.LEAF;
    }

    private Step step(Nest nest, boolean full, List<Node> made) {
        boolean[] loops = new boolean[domain.length];
        for (int i = 0; i < loops.length; i++) {
            loops[i] = nest.loops().get(i);
        }
        Set<Node> body = new LinkedHashSet<>();
        Set<Node> loads = new LinkedHashSet<>();
        List<Node> todo = new ArrayList<>();
        for (Node n : made) {
            todo.addAll(isReduction(n) ? n.inputs() : List.of(n));
        }
        Set<Node> roots = new LinkedHashSet<>(made);
        for (int i = 0; i < todo.size(); i++) {
            Node n = todo.get(i);
            if (n.is(Op.CONST)) {
                continue;
            }
            if (stored.contains(n) && !roots.contains(n)) {
                loads.add(n);
            } else if (body.add(n)) {
                todo.addAll(n.inputs());
            }
        }
        List<Node> ordered = graph.nodes().stream().filter(body::contains).toList();
        return new Step(
                loops,
                full,
                ordered,
                List.copyOf(loads),
                made.stream().filter(KernelSchedule::isReduction).toList(),
                made.stream().filter(n -> !isReduction(n)).toList());
    }

    // Slabs.

    private boolean[] findSlab() {
        boolean[] chosen = new boolean[domain.length];
        for (int i = 0; i < domain.length - 1; i++) {
            boolean[] trial = chosen.clone();
            trial[i] = true;
            if (isSlab(trial)) {
                chosen = trial;
            }
        }
        return chosen;
    }

    private static boolean covers(boolean[] loops, boolean[] slab) {
        for (int i = 0; i < slab.length; i++) {
            if (slab[i] && !loops[i]) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether a step can run slab by slab: over all loops of the slabs, and not along one to a sum.
     * Such a sum is of all slabs; parts of it would be added in the order in which they are ready.
     */
    private static boolean runsIn(Step s, boolean[] slab) {
        int inner = s.inner();
        boolean along = inner >= 0
                && slab[inner]
                && s.reductions().stream()
                        .anyMatch(r -> ((Attrs.Axes) r.attrs()).axes().get(0) == inner);
        return !along && covers(s.loops(), slab);
    }

    /** No value leaves the nest over these loops and comes back into it. */
    private boolean isSlab(boolean[] trial) {
        Map<Node, Boolean> crossed = new IdentityHashMap<>();
        boolean any = false;
        for (Step s : steps) {
            boolean in = runsIn(s, trial);
            any |= in;
            boolean tainted = s.loads().stream().anyMatch(n -> crossed.getOrDefault(n, false));
            if (in && tainted) {
                return false;
            }
            boolean fromNest = s.loads().stream().anyMatch(crossed::containsKey);
            for (List<Node> made : List.of(s.reductions(), s.stores())) {
                for (Node n : made) {
                    if (in && covers(masks.get(n), trial)) {
                        crossed.putIfAbsent(n, false);
                    } else if (in || fromNest) {
                        crossed.put(n, true);
                    }
                }
            }
        }
        return any && steps.stream().filter(Step::isFull).allMatch(s -> runsIn(s, trial));
    }

    private void place() {
        Set<Node> fromNest = Collections.newSetFromMap(new IdentityHashMap<>());
        boolean sliced = false;
        for (boolean b : slab) {
            sliced |= b;
        }
        for (Step s : steps) {
            boolean in = !sliced || runsIn(s, slab);
            boolean late = s.loads().stream().anyMatch(fromNest::contains);
            (in ? inside : late ? after : before).add(s);
            if (in || late) {
                fromNest.addAll(s.reductions());
                fromNest.addAll(s.stores());
            }
        }
    }

    /** Scans, tensors and bytes of the whole schedule. */
    public Traffic traffic() {
        int scans = 0;
        int reads = 0;
        int writes = 0;
        long read = 0;
        long written = 0;
        long largest = steps.stream().mapToLong(this::extent).max().orElse(0);
        for (Step s : steps) {
            boolean full = s.isFull() && extent(s) == largest;
            scans += full ? 1 : 0;
            for (Node n : s.loads()) {
                boolean leaf = n.is(Op.INPUT);
                reads += full && Arrays.equals(masks.get(n), s.loops()) ? 1 : 0;
                read += leaf || full ? bytes(n) : 0;
            }
            for (Node n : s.stores()) {
                writes += full ? 1 : 0;
                written += full || graph.outputs().contains(n) ? bytes(n) : 0;
            }
            for (Node n : s.reductions()) {
                written += graph.outputs().contains(n) ? bytes(n) : 0;
            }
        }
        return new Traffic(scans, reads, writes, read, written, unfused());
    }

    private long extent(Step s) {
        long n = 1;
        for (int i = 0; i < domain.length; i++) {
            n *= s.loops()[i] ? domain[i] : 1;
        }
        return n;
    }

    private long unfused() {
        long bytes = 0;
        for (Node n : graph.nodes()) {
            if (n.op().kind() != Op.Kind.LEAF) {
                bytes += bytes(n)
                        + n.inputs().stream().mapToLong(KernelSchedule::bytes).sum();
            }
        }
        return bytes;
    }

    private static long bytes(Node n) {
        return n.is(Op.CONST) ? 0 : (long) n.shape().numel() * n.dtype().bytes();
    }
}
