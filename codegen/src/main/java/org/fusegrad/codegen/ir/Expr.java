package org.fusegrad.codegen.ir;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.graph.Op;

/** An expression of generated code. Immutable; passes make new ones. */
public sealed interface Expr {
    /** A local. */
    record Read(Local local) implements Expr {}

    /** A Java literal. */
    record Literal(String text) implements Expr {}

    /** A field of what the method is given. */
    record Given(Field field) implements Expr {}

    /**
     * A place in a value's array.
     *
     * @param base where the row, or the column's part of it, starts
     * @param along what the loop adds to it
     * @param ahead elements from there on
     */
    record Index(Array array, Role base, Along along, int ahead) implements Expr {}

    /** One element of an array. */
    record Element(Expr array, Expr index) implements Expr {
        @Override
        public List<Expr> operands() {
            return List.of(array, index);
        }

        @Override
        public Expr of(List<Expr> operands) {
            return new Element(operands.get(0), operands.get(1));
        }
    }

    /** The elements of an array that fill a vector. */
    record Lanes(Type type, Expr array, Expr index) implements Expr {
        @Override
        public List<Expr> operands() {
            return List.of(array, index);
        }

        @Override
        public Expr of(List<Expr> operands) {
            return new Lanes(type, operands.get(0), operands.get(1));
        }
    }

    /** An operation of the graph, on elements or on vectors as the type says. */
    record Computed(Op op, Type type, List<Expr> operands) implements Expr {
        @Override
        public Expr of(List<Expr> operands) {
            return new Computed(op, type, operands);
        }
    }

    /** Arithmetic of positions, and conditions. */
    record Binary(Infix infix, Expr left, Expr right) implements Expr {
        @Override
        public List<Expr> operands() {
            return List.of(left, right);
        }

        @Override
        public Expr of(List<Expr> operands) {
            return new Binary(infix, operands.get(0), operands.get(1));
        }
    }

    /** A conversion of Java. */
    record Cast(Type type, Expr value) implements Expr {
        @Override
        public List<Expr> operands() {
            return List.of(value);
        }

        @Override
        public Expr of(List<Expr> operands) {
            return new Cast(type, operands.get(0));
        }
    }

    /** A vector with a check of its class, by which the JVM knows the class again. */
    record Pinned(Type type, Expr value) implements Expr {
        @Override
        public List<Expr> operands() {
            return List.of(value);
        }

        @Override
        public Expr of(List<Expr> operands) {
            return new Pinned(type, operands.get(0));
        }
    }

    /** One element in all lanes. */
    record Broadcast(Type type, Expr value) implements Expr {
        @Override
        public List<Expr> operands() {
            return List.of(value);
        }

        @Override
        public Expr of(List<Expr> operands) {
            return new Broadcast(type, operands.get(0));
        }
    }

    /** A call. */
    record Call(Callee callee, List<Expr> operands) implements Expr {
        @Override
        public Expr of(List<Expr> operands) {
            return new Call(callee, operands);
        }
    }

    /** What the loop over a row adds to where the row starts. */
    enum Along {
        NOTHING,
        /** Rows lie in one piece. */
        POSITION,
        /** Elements lie a stride apart. */
        STRIDES
    }

    /** Fields that generated code reads or sets: of a frame {@code f}, of a tile {@code t}. */
    enum Field {
        N("f.n"),
        ROWS("f.rows"),
        CONSTANTS("f.constants"),
        ARRAYS("f.arrays"),
        AT("f.at"),
        BY("f.by"),
        OVER("f.over"),
        SUMS("f.sums"),
        LANES("f.lanes"),
        WIDE_LANES("f.wideLanes"),
        PREFETCHED("f.prefetched"),
        TILE_A("t.a"),
        TILE_B("t.b"),
        TILE_C("t.c"),
        TILE_LINES("t.lines"),
        TILE_A_AT("t.aAt"),
        TILE_B_AT("t.bAt"),
        TILE_C_AT("t.cAt"),
        TILE_FIRST("t.first"),
        TILE_DEPTH("t.depth"),
        TILE_A_STEP("t.aStep"),
        TILE_B_STEP("t.bStep"),
        TILE_C_STEP("t.cStep"),
        TILE_A_OVER("t.aOver"),
        TILE_C_OVER("t.cOver"),
        TILE_ADD("t.add");

        private final String text;

        Field(String text) {
            this.text = text;
        }

        /** As written in Java. */
        public String text() {
            return text;
        }
    }

    /** What it is computed from. */
    default List<Expr> operands() {
        return List.of();
    }

    /** The same of other operands. */
    default Expr of(List<Expr> operands) {
        return this;
    }

    /** The expression after a pass has seen every part of it, the innermost first. */
    default Expr rewrite(UnaryOperator<Expr> pass) {
        List<Expr> parts = operands();
        return pass.apply(
                parts.isEmpty()
                        ? this
                        : of(parts.stream().map(e -> e.rewrite(pass)).toList()));
    }

    /** A local. */
    static Expr read(Local local) {
        return new Read(local);
    }

    /** A number. */
    static Expr of(int number) {
        return new Literal(Integer.toString(number));
    }

    /** A number, exactly; a bare number in Java could silently become another type. */
    static Expr of(float number) {
        return new Literal(
                Float.isFinite(number)
                        ? number + "f"
                        : "Float.intBitsToFloat(" + Float.floatToRawIntBits(number) + ")");
    }

    /** {@code left sign right}. */
    static Expr of(Expr left, Infix infix, Expr right) {
        return new Binary(infix, left, right);
    }

    /** An element of one of the frame's arrays. */
    static Expr slot(Field field, int number) {
        return new Element(new Given(field), of(number));
    }

    /** A call. */
    static Expr call(Callee callee, Expr... operands) {
        return new Call(callee, List.of(operands));
    }

    /** An operation of the graph. */
    static Expr computed(Op op, Type type, Expr... operands) {
        return new Computed(op, type, List.of(operands));
    }
}
