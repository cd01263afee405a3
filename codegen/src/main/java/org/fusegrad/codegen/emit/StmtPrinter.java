package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.List;
import java.util.function.Function;
import org.fusegrad.codegen.ir.Array;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.ir.Stmt;

/** Statements as Java, one by one. */
final class StmtPrinter {
    private final Function<Local, String> names;
    private final ExprPrinter exprs;

    StmtPrinter(Function<Local, String> names) {
        this.names = names;
        this.exprs = new ExprPrinter(names);
    }

    /** A block's statements. */
    CodeBlock print(List<Stmt> body) {
        CodeBlock.Builder code = CodeBlock.builder();
        body.forEach(s -> print(code, s));
        return code.build();
    }

    private void print(CodeBlock.Builder code, Stmt s) {
        if (s instanceof Stmt.Loop loop) {
            CodeBlock start = loop.start().map(this::head).orElse(CodeBlock.of(""));
            CodeBlock condition = exprs.print(loop.condition());
            code.beginControlFlow("for ($L; $L; $L)", start, condition, head(loop.step()));
            code.add(print(loop.body())).endControlFlow();
        } else if (s instanceof Stmt.If choice) {
            code.beginControlFlow("if ($L)", exprs.print(choice.condition()));
            code.add(print(choice.yes()));
            if (!choice.no().isEmpty()) {
                code.nextControlFlow("else").add(print(choice.no()));
            }
            code.endControlFlow();
        } else if (s instanceof Stmt.Scope scope) {
            code.add("{\n$>").add(print(scope.body())).add("$<}\n");
        } else if (s instanceof Stmt.Fetch fetch) {
            fetch(code, fetch);
        } else {
            code.addStatement("$L", head(s));
        }
    }

    /** A statement that fits the head of a loop. */
    private CodeBlock head(Stmt s) {
        if (s instanceof Stmt.Let let) {
            return CodeBlock.of(
                    "$T $L = $L",
                    JavaTypes.of(let.type()),
                    names.apply(let.local()),
                    exprs.print(let.value()));
        } else if (s instanceof Stmt.Declare declare) {
            return CodeBlock.of(
                    "$T $L", JavaTypes.of(declare.type()), names.apply(declare.local()));
        } else if (s instanceof Stmt.Assign assign) {
            return assign(assign);
        } else if (s instanceof Stmt.StoreLanes store) {
            return CodeBlock.of(
                    "$L.intoArray($L, $L)",
                    exprs.term(store.value()),
                    exprs.print(store.array()),
                    exprs.print(store.index()));
        } else if (s instanceof Stmt.Do call) {
            return exprs.print(call.call());
        } else if (s instanceof Stmt.Run run) {
            return CodeBlock.of("$L(f)", run.method());
        }
        throw new IllegalStateException("no pass has placed " + s);
    }

    private CodeBlock assign(Stmt.Assign s) {
        CodeBlock place = exprs.print(s.place());
        return s.update() == Stmt.Update.ADD && s.value().equals(Expr.of(1))
                ? CodeBlock.of("$L++", place)
                : CodeBlock.of("$L $L $L", place, s.update().sign(), exprs.print(s.value()));
    }

    private void fetch(CodeBlock.Builder code, Stmt.Fetch s) {
        Array array = s.array();
        code.addStatement(
                "$1T $2L = ($1T) $3L",
                JavaTypes.array(array.element()),
                name(array, Role.ARRAY),
                exprs.print(Expr.slot(Field.ARRAYS, array.number())));
        position(code, array, Role.AT, Field.AT);
        position(code, array, Role.OVER, Field.OVER);
        if (s.strided()) {
            position(code, array, Role.BY, Field.BY);
        }
    }

    private void position(CodeBlock.Builder code, Array array, Role role, Field field) {
        CodeBlock slot = exprs.print(Expr.slot(field, array.number()));
        code.addStatement("int $L = $L", name(array, role), slot);
    }

    private String name(Array array, Role role) {
        return names.apply(Local.of(array.node(), role));
    }
}
