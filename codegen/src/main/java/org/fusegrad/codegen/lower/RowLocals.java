package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.graph.Node;

/**
 * Values of a row that joined steps hand on in locals. Stored to an array and loaded from it again,
 * each would hold up the row by as long as a store takes to be seen.
 */
final class RowLocals {
    /** Of steps in methods of their own: all goes through arrays. */
    static final RowLocals NONE = new RowLocals(Set.of(), Set.of());

    private final Set<Node> kept;
    private final Set<Node> elsewhere;

    private RowLocals(Set<Node> kept, Set<Node> elsewhere) {
        this.kept = kept;
        this.elsewhere = elsewhere;
    }

    /** What the steps that run for each slab hand on, if slabs are rows. */
    static RowLocals inside(LoopKernel kernel) {
        List<LoopStep> inside = kernel.inside();
        Set<Node> loaded = new HashSet<>();
        Set<Node> elsewhere = new HashSet<>(kernel.graph().outputs());
        for (LoopStep s : kernel.steps()) {
            (inside.contains(s) ? loaded : elsewhere).addAll(s.step().loads());
        }
        Set<Node> kept = new HashSet<>();
        inside.stream().flatMap(RowLocals::made).filter(loaded::contains).forEach(kept::add);
        return new RowLocals(kept, elsewhere);
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

    /** The local that hands on a value. */
    static Local local(Node n) {
        return Local.of(n, Role.KEPT);
    }

    /** The locals, before the first step of a row. */
    List<Stmt> declarations(List<Node> nodes) {
        return nodes.stream()
                .filter(kept::contains)
                .map(n -> (Stmt) new Stmt.Declare(Type.of(n.dtype()), local(n)))
                .toList();
    }

    /** The statements with locals for the arrays of what is handed on. */
    List<Stmt> instead(List<Stmt> body) {
        List<Stmt> code = new ArrayList<>();
        for (Stmt s : body) {
            Node stored = s instanceof Stmt.Assign assign ? stored(assign.place()) : null;
            if (stored != null && keeps(stored)) {
                code.add(Stmt.set(Expr.read(local(stored)), Expr.read(Element.value(stored))));
            }
            if (stored == null) {
                code.add(s.rewrite(this::instead));
            } else if (stores(stored)) {
                code.add(s);
            }
        }
        return code;
    }

    private Expr instead(Expr e) {
        Node stored = stored(e);
        if (stored != null && keeps(stored)) {
            return Expr.read(local(stored));
        }
        // A truth value is a byte in its array, and itself in a local.
        boolean truth = e instanceof Expr.Binary b
                && b.infix() == Infix.UNEQUAL
                && b.left() instanceof Expr.Read r
                && r.local() instanceof Local.Of of
                && of.role() == Role.KEPT;
        return truth ? ((Expr.Binary) e).left() : e;
    }

    /** The value whose array an element is of; null for any other expression. */
    private static Node stored(Expr e) {
        return e instanceof Expr.Element element
                        && element.array() instanceof Expr.Read read
                        && read.local() instanceof Local.Of array
                        && array.role() == Role.ARRAY
                ? array.node()
                : null;
    }
}
