package org.fusegrad.codegen.ir;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.fusegrad.codegen.loop.LoopStep.Reduction;

/** A statement of generated code. Immutable; passes make new ones. */
public sealed interface Stmt {
    /** A local and its value. */
    record Let(Type type, Local local, Expr value) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new Let(type, local, value.rewrite(pass));
        }
    }

    /** A local without a value. */
    record Declare(Type type, Local local) implements Stmt {}

    /** Sets a local, a field or an element of an array. */
    record Assign(Expr place, Update update, Expr value) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new Assign(place.rewrite(pass), update, value.rewrite(pass));
        }
    }

    /** Stores a vector. */
    record StoreLanes(Expr array, Expr index, Expr value) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new StoreLanes(array.rewrite(pass), index.rewrite(pass), value.rewrite(pass));
        }
    }

    /** Adds terms to a reduction, wherever it accumulates; a pass says where before printing. */
    record Accumulate(Reduction reduction, List<Expr> terms) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new Accumulate(
                    reduction, terms.stream().map(e -> e.rewrite(pass)).toList());
        }
    }

    /** Locals of an array from the frame: the array, its row and its strides. */
    record Fetch(Array array, boolean strided) implements Stmt {}

    /** A loop. */
    record Loop(Optional<Stmt> start, Expr condition, Stmt step, List<Stmt> body) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new Loop(
                    start.map(s -> s.rewrite(pass)),
                    condition.rewrite(pass),
                    step.rewrite(pass),
                    Stmt.rewrite(body, pass));
        }
    }

    /** A choice; without a second part if that is empty. */
    record If(Expr condition, List<Stmt> yes, List<Stmt> no) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new If(condition.rewrite(pass), Stmt.rewrite(yes, pass), Stmt.rewrite(no, pass));
        }
    }

    /** Statements whose locals end with them. */
    record Scope(List<Stmt> body) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new Scope(Stmt.rewrite(body, pass));
        }
    }

    /** A call for what it does. */
    record Do(Expr call) implements Stmt {
        @Override
        public Stmt rewrite(UnaryOperator<Expr> pass) {
            return new Do(call.rewrite(pass));
        }
    }

    /** Runs another method of the class on the frame. */
    record Run(String method) implements Stmt {}

    /** How a value goes into a place. */
    enum Update {
        SET("="),
        ADD("+="),
        OR("|=");

        private final String sign;

        Update(String sign) {
            this.sign = sign;
        }

        /** As written in Java. */
        public String sign() {
            return sign;
        }
    }

    /** The statement after a pass has seen every expression in it. */
    default Stmt rewrite(UnaryOperator<Expr> pass) {
        return this;
    }

    /** As {@link #rewrite(UnaryOperator)}, of several. */
    static List<Stmt> rewrite(List<Stmt> body, UnaryOperator<Expr> pass) {
        return body.stream().map(s -> s.rewrite(pass)).toList();
    }

    /** {@code place = value}. */
    static Stmt set(Expr place, Expr value) {
        return new Assign(place, Update.SET, value);
    }

    /** {@code place += value}. */
    static Stmt add(Expr place, Expr value) {
        return new Assign(place, Update.ADD, value);
    }
}
