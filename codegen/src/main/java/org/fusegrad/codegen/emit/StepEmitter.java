package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/**
 * Emits the innermost loop of one step: what does not vary along the row is loaded once, the loop
 * computes the rest, adds to sums and stores. The vector form runs whole vectors and leaves the
 * rest of the row to the scalar form of the same statements.
 */
final class StepEmitter {
    private final LoopKernel kernel;
    private final LoopStep step;
    private final KernelNames names;
    private final boolean vector;
    private final boolean joined;
    private final boolean columns;
    private final List<Reduction> reductions;
    private final FrameLocals locals;
    private final Handover handover;
    private final SumEmitter sums;
    private final PrefetchEmitter prefetch;
    private final VectorLoops vectors;

    /** Which of its forms a step is emitted in. */
    enum Form {
        /** Sums in lanes. */
        PLAIN,
        /** As plain, but down each column of all rows. */
        COLUMNS,
        /** As plain, as one of the steps that each row goes through. */
        JOINED,
        /** Sums term by term in float64, for a block whose float32 sums overflowed. */
        EXACT,
        /** As exact, but only sums along the row: the others were added already. */
        RETRY;

        boolean isExact() {
            return this == EXACT || this == RETRY;
        }
    }

    /**
     * Prepares a step.
     *
     * @param width lanes of a vector; 1 for scalar code
     * @param locals of the method it becomes part of
     * @param handover values that other steps of the method have made or need
     */
    StepEmitter(
            LoopKernel kernel,
            LoopStep step,
            KernelNames names,
            int width,
            Form form,
            FrameLocals locals,
            Handover handover) {
        this.kernel = kernel;
        this.step = step;
        this.names = names;
        this.joined = form == Form.JOINED;
        this.columns = form == Form.COLUMNS;
        this.locals = locals;
        this.handover = handover;
        this.vector = width > 1 && !form.isExact() && vectorisable();
        this.sums = new SumEmitter(kernel, step, names, this, width, form, locals, handover);
        this.prefetch = new PrefetchEmitter(kernel, step, names, this);
        this.vectors = new VectorLoops(step, names, this, sums, prefetch, width);
        this.reductions = step.reductions().stream()
                .filter(r -> form != Form.RETRY || r.mode() == Mode.ROW)
                .toList();
    }

    /** Whether the step is emitted with vectors. */
    boolean isVector() {
        return vector;
    }

    /** Whether it is one of the steps that each row goes through. */
    boolean isJoined() {
        return joined;
    }

    /** Whether it runs down columns. */
    boolean isColumns() {
        return columns;
    }

    /**
     * Whether a row can go through it and through others in one method: in few vector operations,
     * or as a single value.
     */
    boolean joins() {
        return !step.isFull() || vector && vectors.areShort();
    }

    /** Its loops over whole vectors. */
    VectorLoops vectors() {
        return vectors;
    }

    /** Its reductions. */
    SumEmitter sums() {
        return sums;
    }

    private boolean vectorisable() {
        boolean body = step.isFull()
                && step.step().body().stream().allMatch(VectorLanes.INSTANCE::supports);
        boolean loads = step.step().loads().stream()
                .allMatch(n ->
                        VectorLanes.isFloat(n) || !variesAlongRow(n) && n.dtype() == DType.BOOL);
        boolean stores = step.step().stores().stream().allMatch(VectorLanes::isFloat);
        boolean constants = constants().stream().noneMatch(c -> c.dtype().isHalf());
        boolean terms = step.reductions().stream()
                .allMatch(r -> r.node().inputs().stream().allMatch(VectorLanes::isFloat));
        return body && loads && stores && constants && terms;
    }

    boolean variesAlongRow(Node n) {
        return step.inner() >= 0 && kernel.schedule().mask(n)[step.inner()];
    }

    /** The statements for all rows: column by column, or one by one if shorter than a vector. */
    void columns(CodeBlock.Builder code) {
        vectors.columns(code, constants());
        code.beginControlFlow("for (int row = 0; from < n && row < rows; row++)");
        scalarLoop(code, "i = from; i < n; i++");
        locals.advance(code);
        code.endControlFlow();
    }

    /** The statements for one row. */
    void row(CodeBlock.Builder code) {
        rowStart(code);
        if (vector) {
            vectors.loops(code);
            scalarLoop(code, "; i < n; i++");
        } else if (joined) {
            element(code);
        } else {
            sums.clear(code);
            scalarLoop(code, "int i = 0; i < n; i++");
        }
        sums.epilogue(code);
    }

    /** What follows after all rows. */
    void end(CodeBlock.Builder code) {
        prefetch.end(code);
    }

    // What is fetched before the rows, and before each row.

    /** Fetches what it needs before the rows. */
    void prologue(CodeBlock.Builder code) {
        for (Node c : constants()) {
            locals.constant(code, kernel.constants().indexOf(c), names.of(c), c.dtype());
        }
        for (List<Node> stored : List.of(step.step().loads(), step.step().stores())) {
            for (Node n : stored) {
                if (handover.stores(n) || sums.retries()) {
                    array(code, kernel.array(n), names.of(n), n.dtype());
                }
            }
        }
        reductions.forEach(r -> sums.target(code, r));
        prefetch.targets(code);
    }

    /** Constants that the step reads. */
    private List<Node> constants() {
        Set<Node> read = new HashSet<>();
        for (Node n : reading()) {
            n.inputs().stream().filter(in -> in.is(Op.CONST)).forEach(read::add);
        }
        return kernel.constants().stream().filter(read::contains).toList();
    }

    /** Nodes computed or reduced here. */
    private List<Node> reading() {
        List<Node> nodes = new ArrayList<>(step.step().body());
        nodes.addAll(step.step().reductions());
        return nodes;
    }

    private void rowStart(CodeBlock.Builder code) {
        if (vector) {
            constants().forEach(c -> vectors.broadcast(code, c));
        }
        for (Node n : step.step().loads()) {
            if (!variesAlongRow(n)) {
                String name = names.of(n);
                code.addStatement(
                        "$L $L = $L",
                        ScalarLanes.INSTANCE.type(n.dtype()),
                        name,
                        stored(n, name + "At"));
                if (vector) {
                    vectors.broadcast(code, n);
                }
            }
        }
        reductions.forEach(r -> sums.start(code, r));
    }

    /** A stored value as a scalar: handed on by a step before, or from its array. */
    private String stored(Node n, String index) {
        String name = names.of(n);
        return handover.keeps(n)
                ? Handover.local(name)
                : name + "Array[" + index + "]" + (n.dtype() == DType.BOOL ? " != 0" : "");
    }

    /** Fetches an array before the rows. */
    void array(CodeBlock.Builder code, int number, String name, DType dtype) {
        locals.array(code, number, name, dtype, !step.isFull() && !joined);
    }

    // Scalar loop.

    private void scalarLoop(CodeBlock.Builder code, String control) {
        code.beginControlFlow("for ($L)", control);
        element(code);
        code.endControlFlow();
    }

    /** The statements for one element. */
    private void element(CodeBlock.Builder code) {
        for (Node n : step.step().loads()) {
            if (variesAlongRow(n)) {
                String element = stored(n, index(names.of(n)));
                String value =
                        n.dtype() == DType.BOOL ? element : ScalarLanes.widened(element, n.dtype());
                code.addStatement(
                        "$L $L = $L",
                        ScalarLanes.INSTANCE.type(n.dtype().compute()),
                        names.of(n),
                        value);
            }
        }
        for (Node n : step.step().body()) {
            List<String> operands = n.inputs().stream().map(this::scalarOperand).toList();
            code.addStatement(
                    "$L $L = $L",
                    ScalarLanes.INSTANCE.type(n.dtype()),
                    names.of(n),
                    ScalarLanes.INSTANCE.apply(n, operands));
        }
        reductions.forEach(r -> sums.scalarAdd(code, r));
        step.step().stores().forEach(n -> store(code, n));
    }

    private void store(CodeBlock.Builder code, Node n) {
        String name = names.of(n);
        if (handover.keeps(n)) {
            code.addStatement("$L = $L", Handover.local(name), name);
        }
        if (handover.stores(n)) {
            store(code, n, name, index(name));
        }
    }

    /** Stores a scalar as one element of a value's array. */
    void store(CodeBlock.Builder code, Node n, String scalar, String index) {
        String value = n.dtype() == DType.BOOL ? "(byte) (" + scalar + " ? 1 : 0)" : scalar;
        code.addStatement("$LArray[$L] = $L", names.of(n), index, value);
    }

    String scalarOperand(Node in) {
        boolean loadedHere = step.step().loads().contains(in) && variesAlongRow(in);
        return in.dtype().isHalf() && !loadedHere
                ? ScalarLanes.widened(names.of(in), in.dtype())
                : names.of(in);
    }

    /** Whether a value that varies along the rows is the same in all of them. */
    boolean isShared(Node n) {
        int rows = step.inner() - 1;
        while (!step.step().loops()[rows]) {
            rows--;
        }
        return !kernel.schedule().mask(n)[rows];
    }

    /** Where in its array the vector of a value lies that the loop is at. */
    String vectorIndex(Node n) {
        String name = names.of(n);
        return columns && !isShared(n) ? name + "Row" : index(name);
    }

    String index(String name) {
        return step.isFull()
                ? name + "At + i"
                : joined ? name + "At" : name + "At + i * " + name + "By";
    }

    /** The lines of the graph that this step computes, for the comment above it. */
    String listing() {
        StringBuilder text = new StringBuilder();
        for (Node n : reading()) {
            text.append(names.of(n))
                    .append(" = ")
                    .append(GraphPrinter.equation(n, names.all()))
                    .append('\n');
        }
        return text.toString();
    }
}
