package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.KernelRuntime;

/**
 * Groups nodes into kernels and lays kernels and views out as the steps of an executable. The laws
 * of fusion:
 *
 * <ol>
 *   <li>element-wise operations and reductions that read one another's values, over compatible
 *       loops,
 *       are one kernel;
 *   <li>so are those that read all of the same operand, which is then read once for all;
 *   <li>whatever lies between two values of a kernel lies in it: a value that comes back through a
 *       contraction, a view or a copy belongs to a later <em>stage</em>, and so to another kernel;
 *   <li>an element-wise value that only later kernels read is computed there, not stored for them;
 *   <li>contractions, pooling, indexing and copies are kernels of their own;
 *   <li>arithmetic on single numbers joins any kernel of its stage;
 *   <li>views cost nothing and are no kernels;
 *   <li>what would be too large a kernel is cut into {@link Parts}, each a kernel of its own.
 * </ol>
 */
final class Assembler {
    private final KernelRuntime runtime;
    private final String name;
    private final Graph graph;
    private final List<Executable.Step> steps = new ArrayList<>();
    private final Map<Node, Integer> slots = new IdentityHashMap<>();
    private final Map<Node, Integer> stages = new IdentityHashMap<>();
    private final Map<Node, Integer> places = new IdentityHashMap<>();
    private final Map<Node, Group> groups = new IdentityHashMap<>();
    private final Map<Reading, Node> readers = new HashMap<>();
    private final Sinking sinking;
    private final Set<Node> outputs = Collections.newSetFromMap(new IdentityHashMap<>());
    private int next;
    private int kernels;
    private Map<Node, List<Node>> users;

    /** Nodes of one kernel and the loops they run over. */
    private static final class Group {
        final List<Node> nodes = new ArrayList<>();
        int[] loops;

        boolean accepts(int[] dims) {
            for (int i = 0; loops != null && i < dims.length; i++) {
                if (dims.length != loops.length
                        || dims[i] != 1 && loops[i] != 1 && dims[i] != loops[i]) {
                    return false;
                }
            }
            return true;
        }

        boolean isScalar() {
            return Arrays.stream(loops).allMatch(d -> d == 1);
        }

        void widen(int[] dims) {
            if (loops != null && dims.length < loops.length) {
                return; // A constant expression: it has no loops and takes none away.
            }
            int[] merged = dims.clone();
            for (int i = 0; loops != null && i < dims.length; i++) {
                merged[i] = Math.max(loops[i], dims[i]);
            }
            loops = merged;
        }
    }

    Assembler(KernelRuntime runtime, String name, Graph graph) {
        this.runtime = runtime;
        this.name = name;
        this.graph = graph;
        this.sinking = new Sinking(graph);
        outputs.addAll(graph.outputs());
    }

    Executable assemble() {
        for (Node leaf : graph.inputs()) {
            slots.put(leaf, next++);
            stages.put(leaf, 0);
        }
        Map<Integer, List<Node>> byStage = new TreeMap<>();
        for (Node n : graph.nodes()) {
            places.put(n, places.size());
            if (!n.is(Op.INPUT)) {
                byStage.computeIfAbsent(stage(n), s -> new ArrayList<>()).add(n);
            }
        }
        for (List<Node> stage : byStage.values()) {
            Map<Group, Boolean> kernelsHere = new LinkedHashMap<>();
            for (Node n : stage) {
                if (isCompute(n)) {
                    kernelsHere.put(groups.get(n), true);
                } else {
                    step(n);
                }
            }
            withoutScalars(kernelsHere.keySet()).forEach(this::fused);
        }
        int[] outputs = graph.outputs().stream().mapToInt(slots::get).toArray();
        return new Executable(name, runtime, steps, outputs, next);
    }

    /**
     * Arithmetic on single numbers, such as a counter, rides along in the first kernel with loops.
     */
    private List<Group> withoutScalars(Set<Group> found) {
        List<Group> kernels = new ArrayList<>(found);
        Group host = kernels.stream()
                .filter(g -> !g.isScalar())
                .findFirst()
                .orElse(kernels.isEmpty() ? null : kernels.get(0));
        kernels.removeIf(g -> g != host && g.isScalar() && host.nodes.addAll(g.nodes));
        return kernels;
    }

    /** Whether the node can be part of a fused kernel. */
    static boolean isCompute(Node n) {
        boolean compute = n.shape().numel() > 0
                && (n.op().isElementwise() || n.op().kind() == Op.Kind.REDUCE && !n.is(Op.PROD));
        for (int i = 0; compute && i < n.inputs().size(); i++) {
            compute = n.input(i).shape().numel() > 0;
        }
        return compute;
    }

    // Stages and groups.

    private int stage(Node n) {
        boolean compute = isCompute(n);
        int stage = sinking.stage(n);
        for (Node in : n.inputs()) {
            stage = Math.max(stage, stages.get(in) + (!compute && isCompute(in) ? 1 : 0));
        }
        if (compute) {
            stage = join(n, stage);
        }
        stages.put(n, stage);
        return stage;
    }

    /** Puts the node into the kernel of its operands, or into a later one if loops do not agree. */
    private int join(Node n, int stage) {
        int[] dims = loops(n);
        Set<Group> candidates = new LinkedHashSet<>();
        for (Node in : n.inputs()) {
            if (isCompute(in) && stages.get(in) == stage) {
                candidates.add(groups.get(in));
            }
        }
        Group all = new Group();
        all.widen(dims);
        for (Group g : candidates) {
            if (!all.accepts(g.loops)) {
                Group alone = new Group();
                alone.widen(dims);
                put(n, alone);
                return stage + 1;
            }
            all.widen(g.loops);
        }
        for (Node in : n.inputs()) {
            if (!isCompute(in) && Reading.isFull(n, in)) {
                Node reader = readers.putIfAbsent(new Reading(in, stage), n);
                Group g = reader == null ? null : groups.get(reader);
                if (g != null && stages.get(reader) == stage && all.accepts(g.loops)) {
                    all.widen(g.loops);
                    candidates.add(g);
                }
            }
        }
        put(n, merged(all, candidates));
        return stage;
    }

    private void put(Node n, Group group) {
        group.nodes.add(n);
        groups.put(n, group);
    }

    /** All as one, in the largest of them: the nodes of the others move. */
    private Group merged(Group all, Set<Group> parts) {
        Group host =
                parts.stream().max(Comparator.comparingInt(g -> g.nodes.size())).orElse(all);
        for (Group g : parts) {
            if (g != host) {
                host.nodes.addAll(g.nodes);
                g.nodes.forEach(m -> groups.put(m, host));
            }
        }
        host.loops = all.loops;
        return host;
    }

    private static int[] loops(Node n) {
        int[] dims = n.shape().dims();
        for (Node in : n.inputs()) {
            for (int i = 0; i < in.shape().rank(); i++) {
                dims[i] = Math.max(dims[i], in.shape().dim(i));
            }
        }
        return dims;
    }

    // Steps.

    private int slot(Node node) {
        slots.put(node, next);
        return next++;
    }

    private void step(Node node) {
        if (node.is(Op.CONST)) {
            steps.add(new Executable.Constant(node, slot(node)));
        } else if (Views.isView(node)) {
            steps.add(new ViewStep(node, slots.get(node.input(0)), slot(node)));
        } else {
            kernel(List.of(node), false, "_" + node.op());
        }
    }

    private void fused(Group group) {
        group.nodes.sort(Comparator.comparing(places::get));
        users = users == null ? users() : users;
        for (List<Node> part : Parts.of(group.nodes, outputs, users)) {
            kernel(part, true, "");
        }
    }

    /** A kernel that computes these nodes, handing out what others read. */
    private void kernel(List<Node> nodes, boolean fused, String suffix) {
        Map<Node, Node> inside = new IdentityHashMap<>();
        List<Node> operands = new ArrayList<>();
        List<Node> leaves = new ArrayList<>();
        Set<Node> members = Collections.newSetFromMap(new IdentityHashMap<>());
        members.addAll(nodes);
        for (Node n : nodes) {
            for (Node in : n.inputs()) {
                if (!members.contains(in) && !inside.containsKey(in)) {
                    boolean constant = in.is(Op.CONST) && fused;
                    inside.put(
                            in,
                            constant
                                    ? in
                                    : Node.input(leaves.size(), in.dtype(), in.shape(), hint(in)));
                    if (!constant) {
                        operands.add(in);
                        leaves.add(inside.get(in));
                    }
                }
            }
            inside.put(n, n.withInputs(n.inputs().stream().map(inside::get).toList()));
        }
        List<Node> results =
                nodes.stream().filter(n -> isUsedOutside(n, members)).toList();
        Graph body = Graph.of(leaves, results.stream().map(inside::get).toList());
        KernelGraph kernel = new KernelGraph(name + suffix + "_" + ++kernels, body, fused);
        int[] from = operands.stream().mapToInt(slots::get).toArray();
        int[] to = results.stream().mapToInt(this::slot).toArray();
        steps.add(new Executable.Call(kernel, runtime.compile(kernel), from, to));
    }

    /** The name of the value a view shows. */
    private static String hint(Node n) {
        while (n.hint() == null && Views.isView(n) && !n.is(Op.SLICE)) {
            n = n.input(0);
        }
        return n.hint();
    }

    private boolean isUsedOutside(Node n, Set<Node> members) {
        users = users == null ? users() : users;
        return outputs.contains(n)
                || users.getOrDefault(n, List.of()).stream().anyMatch(u -> !members.contains(u));
    }

    private Map<Node, List<Node>> users() {
        Map<Node, List<Node>> all = new IdentityHashMap<>();
        for (Node user : graph.nodes()) {
            for (Node in : user.inputs()) {
                all.computeIfAbsent(in, k -> new ArrayList<>()).add(user);
            }
        }
        return all;
    }
}
