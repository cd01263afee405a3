package org.fusegrad.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Cuts what would be one kernel into several of bounded size, each of which reads what those before
 * it have computed. The JVM compiles no method of more than 8,000 bytes, and the time to schedule,
 * emit and compile a kernel grows faster than the kernel. No bit depends on where the cuts are: a
 * value is the same in memory as in a register.
 */
final class Parts {
    /**
     * Code of one kernel, in units of about 25 bytes: that of one addition. The largest kernels of
     * the layers, with gradients of gradients, have about two thirds.
     */
    static final int MOST = 256;

    /** A loop of its own, which computes again what it needs of the data. */
    private static final int REDUCTION = 6;

    /** Vector forms write functions out. */
    private static final int FUNCTION = 6;

    /** An operand or a result: an array, where a row is in it, and how far the next one is. */
    private static final int ARRAY = 3;

    private final Set<Node> outputs;
    private final Map<Node, List<Node>> users;
    private final List<List<Node>> parts = new ArrayList<>();
    private final Set<Node> operands = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Users in the part, by node of it: those that are left tell whether the part hands it out. */
    private final Map<Node, Integer> waiting = new IdentityHashMap<>();

    private List<Node> part = new ArrayList<>();
    private int code;

    private Parts(Set<Node> outputs, Map<Node, List<Node>> users) {
        this.outputs = outputs;
        this.users = users;
    }

    /**
     * The nodes in the same order, in as few parts as the bound allows.
     *
     * @param nodes of one kernel, operands before users
     * @param outputs of the whole graph
     * @param users of each node in the whole graph
     */
    static List<List<Node>> of(List<Node> nodes, Set<Node> outputs, Map<Node, List<Node>> users) {
        if (nodes.size() * (FUNCTION + 3 * ARRAY) <= MOST) {
            return List.of(nodes);
        }
        Parts p = new Parts(outputs, users);
        nodes.forEach(p::add);
        p.close();
        return p.parts;
    }

    private void add(Node n) {
        int before = code;
        enter(n);
        if (code > MOST && part.size() > 1) {
            part.remove(part.size() - 1);
            code = before;
            close();
            enter(n);
        }
    }

    private void enter(Node n) {
        part.add(n);
        code += work(n) + ARRAY;
        for (Node in : n.inputs()) {
            Integer left = waiting.get(in);
            if (left != null) {
                waiting.put(in, left - 1);
                code -= left == 1 ? ARRAY : 0;
            } else if (!in.is(Op.CONST) && operands.add(in)) {
                code += ARRAY;
            }
        }
        int later = users.getOrDefault(n, List.of()).size();
        waiting.put(n, outputs.contains(n) ? Integer.MAX_VALUE : later);
    }

    private void close() {
        parts.add(part);
        part = new ArrayList<>();
        operands.clear();
        waiting.clear();
        code = 0;
    }

    private static int work(Node n) {
        if (n.op().kind() == Op.Kind.REDUCE) {
            return REDUCTION;
        }
        return switch (n.op()) {
            case EXP, EXPM1, LOG, LOG1P, TANH, SIGMOID, ERF, SIN, COS, ATAN, POW -> FUNCTION;
            default -> 1;
        };
    }
}
