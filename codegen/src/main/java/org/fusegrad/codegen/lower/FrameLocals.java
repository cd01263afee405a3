package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.codegen.ir.Array;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.graph.Node;
import org.fusegrad.type.DType;

/**
 * The locals of a generated method that its frame fills before the rows: constants, arrays, and
 * where in them the current row is.
 */
final class FrameLocals {
    private final List<Stmt> code = new ArrayList<>();
    private final Map<Node, Array> arrays = new LinkedHashMap<>();
    private final Map<Node, Integer> constants = new LinkedHashMap<>();

    /** The statements that fill them. */
    List<Stmt> statements() {
        return code;
    }

    /** A constant of the kernel. */
    void constant(Node n, int number) {
        if (constants.putIfAbsent(n, number) == null) {
            Expr value = Expr.slot(Field.CONSTANTS, number);
            Type type = Type.of(n.dtype());
            code.add(new Stmt.Let(
                    type,
                    Element.value(n),
                    n.dtype() == DType.BOOL
                            ? Expr.of(value, Infix.UNEQUAL, Expr.of(0))
                            : new Expr.Cast(type, value)));
        }
    }

    /**
     * An array, where the row starts in it, and how far the next row is.
     *
     * @param strided whether to fetch its stride along the row too
     */
    void array(Array array, boolean strided) {
        if (arrays.putIfAbsent(array.node(), array) == null) {
            code.add(new Stmt.Fetch(array, strided));
        }
    }

    /** What is read ahead is gathered, so that the JVM believes it is used. */
    void gatherer() {
        code.add(new Stmt.Let(Type.INT, Local.Fixed.PREFETCHED, Expr.of(0)));
    }

    /** Tells the frame where the current row is, and that it is the only one. */
    List<Stmt> locate() {
        List<Stmt> all = new ArrayList<>();
        arrays.values().forEach(a -> all.add(Stmt.set(Expr.slot(Field.AT, a.number()), a.at())));
        all.add(Stmt.set(new Expr.Given(Field.ROWS), Expr.of(1)));
        return all;
    }

    /** On to the next row. */
    List<Stmt> advance() {
        return arrays.values().stream()
                .map(a -> Stmt.add(a.at(), a.local(Role.OVER)))
                .toList();
    }
}
