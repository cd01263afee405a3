package org.fusegrad.codegen.emit;

import com.palantir.javapoet.ClassName;
import com.palantir.javapoet.CodeBlock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.ir.Array;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Infix;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Type;
import org.fusegrad.math.Half;

/** Expressions as Java. Decides nothing: every operation has its line in a table. */
final class ExprPrinter {
    private static final Map<String, Object> CLASSES = Map.of(
            "frame",
            ClassName.get(Frame.class),
            "half",
            ClassName.get(Half.class),
            "vectors",
            JavaTypes.FLOAT_VECTOR,
            "ops",
            JavaTypes.VECTOR_OPERATORS);

    private final Function<Local, String> names;

    ExprPrinter(Function<Local, String> names) {
        this.names = names;
    }

    /** The expression as it stands between commas, or after a sign of equality. */
    CodeBlock print(Expr e) {
        if (e instanceof Expr.Read read) {
            return CodeBlock.of("$L", names.apply(read.local()));
        } else if (e instanceof Expr.Literal literal) {
            return CodeBlock.of("$L", literal.text());
        } else if (e instanceof Expr.Given given) {
            return CodeBlock.of("$L", given.field().text());
        } else if (e instanceof Expr.Index index) {
            return index(index);
        } else if (e instanceof Expr.Element x) {
            return CodeBlock.of("$L[$L]", print(x.array()), print(x.index()));
        } else if (e instanceof Expr.Lanes x) {
            return CodeBlock.of(
                    "$T.fromArray($L, $L, $L)",
                    JavaTypes.of(x.type()),
                    JavaTypes.species(x.type()),
                    print(x.array()),
                    print(x.index()));
        } else if (e instanceof Expr.Binary x) {
            return infix(x.infix(), x.left(), x.right());
        } else if (e instanceof Expr.Cast x) {
            return CodeBlock.of("($T) $L", JavaTypes.of(x.type()), term(x.value()));
        } else if (e instanceof Expr.Pinned x) {
            String pin = JavaTypes.vectorClass(x.type());
            return CodeBlock.of("($T) $L.cast($L)", JavaTypes.of(x.type()), pin, print(x.value()));
        } else if (e instanceof Expr.Broadcast x) {
            return broadcast(x);
        } else if (e instanceof Expr.Computed x) {
            return computed(x);
        }
        Expr.Call call = (Expr.Call) e;
        return formatted(CallTable.format(call.callee()), call.operands(), Map.of());
    }

    /** The expression as a term that binds more strongly than any operator. */
    CodeBlock term(Expr e) {
        boolean loose = e instanceof Expr.Binary
                || e instanceof Expr.Index
                || e instanceof Expr.Cast
                || e instanceof Expr.Pinned
                || e instanceof Expr.Computed c
                        && !c.type().isVector()
                        && !ScalarTable.isTerm(c.op());
        return loose ? CodeBlock.of("($L)", print(e)) : print(e);
    }

    private CodeBlock computed(Expr.Computed e) {
        if (e.type().isVector()) {
            return formatted(VectorTable.format(e.op()), e.operands(), Map.of());
        }
        Infix sign = ScalarTable.sign(e.op(), e.type());
        if (sign != null) {
            return infix(sign, e.operands().get(0), e.operands().get(1));
        }
        Map<String, Object> more =
                Map.of("type", JavaTypes.of(e.type()), "fn", JavaTypes.functions(e.type()));
        return formatted(ScalarTable.format(e.op(), e.type()), e.operands(), more);
    }

    private CodeBlock formatted(String format, List<Expr> operands, Map<String, Object> more) {
        Map<String, Object> arguments = new HashMap<>(CLASSES);
        arguments.putAll(more);
        for (int k = 0; k < operands.size(); k++) {
            arguments.put(Character.toString('a' + k), print(operands.get(k)));
            if (k < 3) {
                arguments.put(Character.toString('x' + k), term(operands.get(k)));
            }
        }
        return CodeBlock.builder().addNamed(format, arguments).build();
    }

    private CodeBlock infix(Infix sign, Expr left, Expr right) {
        return CodeBlock.of(
                "$L $L $L",
                side(left, sign.strength()),
                sign.sign(),
                side(right, sign.strength() + 1));
    }

    /** An operand, in parentheses if it binds less strongly than the operator asks. */
    private CodeBlock side(Expr e, int least) {
        Infix own = e instanceof Expr.Binary b
                ? b.infix()
                : e instanceof Expr.Computed c && !c.type().isVector()
                        ? ScalarTable.sign(c.op(), c.type())
                        : null;
        if (own != null) {
            return own.strength() < least ? CodeBlock.of("($L)", print(e)) : print(e);
        }
        return e instanceof Expr.Cast ? print(e) : term(e);
    }

    private CodeBlock broadcast(Expr.Broadcast e) {
        return e.type() == Type.MASK
                ? CodeBlock.of("S.maskAll($L)", print(e.value()))
                : CodeBlock.of(
                        "$T.broadcast($L, $L)",
                        JavaTypes.of(e.type()),
                        JavaTypes.species(e.type()),
                        print(e.value()));
    }

    private CodeBlock index(Expr.Index e) {
        CodeBlock.Builder code = CodeBlock.builder().add("$L", name(e.array(), e.base()));
        switch (e.along()) {
            case POSITION -> code.add(" + i");
            case STRIDES -> code.add(" + i * $L", name(e.array(), Role.BY));
            case NOTHING -> code.add("");
        }
        return e.ahead() == 0 ? code.build() : code.add(" + $L", e.ahead()).build();
    }

    private String name(Array array, Role role) {
        return names.apply(Local.of(array.node(), role));
    }
}
