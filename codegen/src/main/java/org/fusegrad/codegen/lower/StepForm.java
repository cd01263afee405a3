package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.ir.Array;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Along;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * One step of a kernel in one of its forms: what passes ask about it.
 *
 * @param width lanes of a vector; 1 for scalar code
 */
record StepForm(LoopKernel kernel, LoopStep step, Form form, int width) {
    /** Operations in the expansion of a function, about. */
    private static final int FUNCTION = Tuning.current().functionCost();

    /** Whether it has vectors. */
    boolean isVector() {
        return width > 1 && !form.isExact() && VectorSupport.covers(this);
    }

    /** Whether it is one of the steps that each row goes through. */
    boolean isJoined() {
        return form == Form.JOINED;
    }

    /** Whether it runs down columns. */
    boolean isColumns() {
        return form == Form.COLUMNS;
    }

    /**
     * Whether a row can go through it and through others in one method: in few vector operations,
     * or as a single value.
     */
    boolean joins() {
        boolean few = !isHalf() && cost() <= Tuning.current().shared();
        return !step.isFull() || isVector() && few;
    }

    List<Node> loads() {
        return step.step().loads();
    }

    List<Node> body() {
        return step.step().body();
    }

    List<Node> stores() {
        return step.step().stores();
    }

    /** Reductions that this form takes. */
    List<Reduction> reductions() {
        return step.reductions().stream()
                .filter(r -> form != Form.RETRY || r.mode() == Mode.ROW)
                .toList();
    }

    /** Values computed or reduced here. */
    List<Node> computed() {
        List<Node> nodes = new ArrayList<>(body());
        nodes.addAll(step.step().reductions());
        return nodes;
    }

    /** Constants that the step reads. */
    List<Node> constants() {
        Set<Node> read = new HashSet<>();
        for (Node n : computed()) {
            n.inputs().stream().filter(in -> in.is(Op.CONST)).forEach(read::add);
        }
        return kernel.constants().stream().filter(read::contains).toList();
    }

    boolean variesAlongRow(Node n) {
        return step.inner() >= 0 && kernel.schedule().mask(n)[step.inner()];
    }

    /** Whether a value that varies along the rows is the same in all of them. */
    boolean isShared(Node n) {
        int rows = step.inner() - 1;
        while (!step.step().loops()[rows]) {
            rows--;
        }
        return !kernel.schedule().mask(n)[rows];
    }

    /** Whether all lanes of a vector of it are one value. */
    boolean isUniform(Node n) {
        return n.is(Op.CONST) || loads().contains(n) && !variesAlongRow(n);
    }

    /** Whether it adds along the row. */
    boolean sumsAlongRow() {
        return step.reductions().stream().anyMatch(r -> r.mode() == Mode.ROW);
    }

    boolean isHalf() {
        return loads().stream().anyMatch(n -> n.dtype().isHalf())
                || body().stream().anyMatch(n -> n.dtype().isHalf());
    }

    boolean hasMasks() {
        return body().stream().anyMatch(n -> n.dtype() == DType.BOOL);
    }

    boolean hasFunctions() {
        return functions() > 0;
    }

    private int functions() {
        return (int) body().stream().filter(n -> Functions.covers(n.op())).count();
    }

    /** Roughly the vector operations that one vector takes. */
    int cost() {
        return body().size() + loads().size() + functions() * FUNCTION;
    }

    /**
     * Whether a vector takes so few operations that they may be written down once more, for columns
     * or the end of a row: in longer methods JDK 17 makes objects of the vectors.
     */
    boolean mayRepeat() {
        return cost() < FUNCTION;
    }

    /** Vectors that hold the lanes of a sum. */
    int accumulators() {
        return sumsAlongRow() ? Frame.LANES / width : 1;
    }

    /** The array of a stored value. */
    Array array(Node n) {
        return new Array(n, kernel.array(n), n.dtype());
    }

    /** Where the loop is in an array. */
    Expr index(Array array) {
        Along along = step.isFull() ? Along.POSITION : isJoined() ? Along.NOTHING : Along.STRIDES;
        return new Expr.Index(array, Role.AT, along, 0);
    }

    /** The element that the loop is at. */
    Expr element(Array array) {
        return new Expr.Element(array.data(), index(array));
    }

    /** The one element of a row. */
    static Expr rowElement(Array array) {
        return new Expr.Element(array.data(), array.at());
    }
}
