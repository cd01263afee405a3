package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.graph.Node;

/**
 * Values of a row that joined steps hand on in locals. Stored to an array and loaded from it again,
 * each would hold up the row by as long as a store takes to be seen.
 */
final class Handover {
    /** Of steps in methods of their own: all goes through arrays. */
    static final Handover NONE = new Handover(Set.of(), Set.of());

    private final Set<Node> kept;
    private final Set<Node> elsewhere;

    private Handover(Set<Node> kept, Set<Node> elsewhere) {
        this.kept = kept;
        this.elsewhere = elsewhere;
    }

    /** What the steps that run for each slab hand on, if slabs are rows. */
    static Handover inside(LoopKernel kernel) {
        List<LoopStep> inside = kernel.inside();
        Set<Node> loaded = new HashSet<>();
        Set<Node> elsewhere = new HashSet<>(kernel.graph().outputs());
        for (LoopStep s : kernel.steps()) {
            (inside.contains(s) ? loaded : elsewhere).addAll(s.step().loads());
        }
        Set<Node> kept = new HashSet<>();
        inside.stream().flatMap(Handover::made).filter(loaded::contains).forEach(kept::add);
        return new Handover(kept, elsewhere);
    }

    /** Values that a step makes one of for each row. */
    private static Stream<Node> made(LoopStep s) {
        return s.isFull()
                ? s.reductions().stream().filter(r -> r.mode() == Mode.ROW).map(r -> r.node())
                : s.step().stores().stream();
    }

    /** Whether a value is handed on. */
    boolean keeps(Node n) {
        return kept.contains(n);
    }

    /** Whether a value must be in its array for others than the joined steps. */
    boolean stores(Node n) {
        return !kept.contains(n) || elsewhere.contains(n);
    }

    /** The local that hands on the value of a name. */
    static String local(String name) {
        return name + "Kept";
    }

    /** The locals, before the first step of a row. */
    void declare(CodeBlock.Builder code, List<Node> nodes, KernelNames names) {
        nodes.stream()
                .filter(kept::contains)
                .forEach(n -> code.addStatement(
                        "$L $L", ScalarLanes.INSTANCE.type(n.dtype()), local(names.of(n))));
    }
}
