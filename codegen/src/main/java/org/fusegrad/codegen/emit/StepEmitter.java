package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.fusegrad.DType;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Emits the innermost loop of one step: what does not vary along the row is loaded once, the loop
 * computes the rest, adds to sums and stores. The vector form runs whole vectors and leaves the
 * rest of the row to the scalar form of the same statements.
 */
final class StepEmitter {
    private static final int LANES = Frame.LANES;

    /**
     * Vector operations that may be written out side by side. The JVM's first compiler gives up on
     * methods with many more, and those stay interpreted.
     */
    private static final int UNROLLED = 64;

    /**
     * Vector operations up to which a loop that sums is written out twice. Left to itself the
     * compiler of JDK 25 unrolls so short a loop into an order of loads for which memory takes
     * half as long again; loops of more than one operand are no faster for it.
     */
    private static final int WRITTEN_TWICE = 12;

    /** Operations in the expansion of a function, about. */
    private static final int FUNCTION = 30;

    private final LoopKernel kernel;
    private final LoopStep step;
    private final KernelNames names;
    private final boolean vector;
    private final int width;
    private final List<Reduction> reductions;
    private final FrameLocals locals;
    private final SumEmitter sums;
    private final PrefetchEmitter prefetch;
    private final VectorFunctions functions = new VectorFunctions();

    /** Which of its forms a step is emitted in. */
    enum Form {
        /** Sums in lanes. */
        PLAIN,
        /** Sums term by term in float64, for a block whose float32 sums overflowed. */
        EXACT,
        /** As exact, but only sums along the row: the others were added already. */
        RETRY
    }

    /**
     * Prepares a step.
     *
     * @param width lanes of a vector; 1 for scalar code
     * @param locals of the method it becomes part of
     */
    StepEmitter(
            LoopKernel kernel,
            LoopStep step,
            KernelNames names,
            int width,
            Form form,
            FrameLocals locals) {
        this.kernel = kernel;
        this.step = step;
        this.names = names;
        this.width = width;
        this.locals = locals;
        this.vector = width > 1 && form == Form.PLAIN && vectorisable();
        this.sums = new SumEmitter(kernel, step, names, this, width, form, locals);
        this.prefetch = new PrefetchEmitter(kernel, step, names, this);
        this.reductions = step.reductions().stream()
                .filter(r -> form != Form.RETRY || r.mode() == Mode.ROW)
                .toList();
    }

    /** Whether the step is emitted with vectors. */
    boolean isVector() {
        return vector;
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

    private boolean variesAlongRow(Node n) {
        return step.inner() >= 0 && kernel.schedule().mask(n)[step.inner()];
    }

    /** The statements for one row. */
    void row(CodeBlock.Builder code) {
        rowStart(code);
        if (vector) {
            vectorLoops(code);
            scalarLoop(code, "; i < n; i++");
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
            stored.forEach(n -> array(code, kernel.array(n), names.of(n), n.dtype()));
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
        constants().forEach(c -> broadcast(code, c));
        for (Node n : step.step().loads()) {
            if (!variesAlongRow(n)) {
                String name = names.of(n);
                code.addStatement(
                        "$L $L = $LArray[$LAt]$L",
                        ScalarLanes.INSTANCE.type(n.dtype()),
                        name,
                        name,
                        name,
                        n.dtype() == DType.BOOL ? " != 0" : "");
                broadcast(code, n);
            }
        }
        reductions.forEach(r -> sums.start(code, r));
    }

    private void broadcast(CodeBlock.Builder code, Node n) {
        String name = names.of(n);
        if (vector && VectorLanes.isFloat(n)) {
            code.addStatement(
                    "FloatVector $LV = FloatVector.broadcast(S, $L)",
                    name,
                    ScalarLanes.widened(name, n.dtype()));
        } else if (vector) {
            code.addStatement("VectorMask $LV = S.maskAll($L)", name, name);
        }
    }

    /** Fetches an array before the rows. */
    void array(CodeBlock.Builder code, int number, String name, DType dtype) {
        locals.array(code, number, name, dtype, !step.isFull());
    }

    // Scalar loop.

    private void scalarLoop(CodeBlock.Builder code, String control) {
        code.beginControlFlow("for ($L)", control);
        for (Node n : step.step().loads()) {
            if (variesAlongRow(n)) {
                String element = names.of(n) + "Array[" + index(names.of(n)) + "]";
                String value = n.dtype() == DType.BOOL
                        ? element + " != 0"
                        : ScalarLanes.widened(element, n.dtype());
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
        for (Node n : step.step().stores()) {
            String value =
                    n.dtype() == DType.BOOL ? "(byte) (" + names.of(n) + " ? 1 : 0)" : names.of(n);
            code.addStatement("$LArray[$L] = $L", names.of(n), index(names.of(n)), value);
        }
        code.endControlFlow();
    }

    String scalarOperand(Node in) {
        boolean loadedHere = step.step().loads().contains(in) && variesAlongRow(in);
        return in.dtype().isHalf() && !loadedHere
                ? ScalarLanes.widened(names.of(in), in.dtype())
                : names.of(in);
    }

    String index(String name) {
        return step.isFull() ? name + "At + i" : name + "At + i * " + name + "By";
    }

    // Vector loops.

    private void vectorLoops(CodeBlock.Builder code) {
        boolean inLanes = step.reductions().stream().anyMatch(r -> r.mode() == Mode.ROW);
        int copies = inLanes ? LANES / width : 1;
        boolean rotates = copies * cost() > UNROLLED;
        int ahead = rotates ? 1 : copies;
        CodeBlock.Builder loops = CodeBlock.builder();
        boolean twice = inLanes && 2 * ahead * cost() <= WRITTEN_TWICE;
        int vectors = twice ? 2 * ahead : ahead;
        int turn = width * vectors;
        loops.beginControlFlow("for (int end = n - $L; i <= end; i += $L)", turn, turn);
        for (int k = 0; k < vectors; k++) {
            vectorBlock(loops, k % ahead, k * width, rotates ? copies : 1);
        }
        loops.endControlFlow();
        if (twice) {
            vectorsOnce(loops, 0, ahead);
        }
        for (int k = 0; k + 1 < ahead; k++) {
            vectorsOnce(loops, k, k + 1);
        }
        code.add(functions.constants()).addStatement("int i = 0");
        List<Reduction> rows =
                step.reductions().stream().filter(r -> r.mode() == Mode.ROW).toList();
        rows.forEach(r -> sums.vectorStart(code, r, copies));
        code.add(loops.build());
        rows.forEach(r -> sums.drain(code, r, copies, rotates));
    }

    /** If the row still has so many vectors. */
    private void vectorsOnce(CodeBlock.Builder code, int from, int to) {
        int elements = width * (to - from);
        code.beginControlFlow("if (i + $L <= n)", elements);
        for (int k = from; k < to; k++) {
            vectorBlock(code, k, (k - from) * width, 1);
        }
        code.addStatement("i += $L", elements).endControlFlow();
    }

    /** Roughly the vector operations of one block of the loop. */
    private int cost() {
        int functions = (int) step.step().body().stream()
                .filter(n -> VectorFunctions.covers(n.op()))
                .count();
        return step.step().body().size() + step.step().loads().size() + functions * FUNCTION;
    }

    /**
     * The statements for one vector, in a scope of their own.
     *
     * @param copy number of the accumulators it adds to
     * @param ahead elements between the loop's index and the vector
     * @param turning accumulators that change places after it; 1 for none
     */
    private void vectorBlock(CodeBlock.Builder code, int copy, int ahead, int turning) {
        String plus = ahead == 0 ? "" : " + " + ahead;
        code.add("{\n$>");
        prefetch.lines(code, ahead, plus);
        for (Node n : step.step().loads()) {
            if (variesAlongRow(n)) {
                vectorLoad(code, n, plus);
            }
        }
        for (Node n : step.step().body()) {
            List<String> operands =
                    n.inputs().stream().map(in -> vectorOperand(code, in)).toList();
            String value = VectorFunctions.covers(n.op())
                    ? functions.apply(n.op(), operands.get(0), code)
                    : n.dtype().isHalf()
                            ? functions.rounded(n.dtype(), operands.get(0), code)
                            : VectorLanes.INSTANCE.apply(n, operands);
            code.addStatement(
                    "$L $LV = $L", VectorLanes.INSTANCE.type(n.dtype()), names.of(n), value);
        }
        for (Reduction r : step.reductions()) {
            sums.vectorAdd(code, r, copy, plus, turning);
        }
        for (Node n : step.step().stores()) {
            String place = names.of(n) + "Array, " + index(names.of(n)) + plus;
            code.addStatement("$L.intoArray($L)", stored(n), place);
        }
        code.add("$<}\n");
    }

    /**
     * The vector that a value is stored from. After a function the JVM may no longer know its
     * class, and would make an object of it; {@code V.cast} tells it again.
     */
    private String stored(Node n) {
        String name = names.of(n) + "V";
        boolean functions =
                step.step().body().stream().anyMatch(b -> VectorFunctions.covers(b.op()));
        return n.dtype().isHalf()
                ? "((ShortVector) " + name + ".convertShape(VectorOperators.I2S, H, 0))"
                : functions ? "((FloatVector) V.cast(" + name + "))" : name;
    }

    private void vectorLoad(CodeBlock.Builder code, Node n, String plus) {
        String name = names.of(n);
        String place = name + "Array, " + index(name) + plus;
        if (!n.dtype().isHalf()) {
            code.addStatement("FloatVector $LV = FloatVector.fromArray(S, $L)", name, place);
            return;
        }
        code.addStatement(
                "IntVector $LP = (IntVector) ShortVector.fromArray(H, $L)"
                        + ".convertShape(VectorOperators.S2I, I, 0)",
                name,
                place);
        code.addStatement(
                "FloatVector $LV = $L", name, functions.widened(n.dtype(), name + "P", code));
    }

    /** The local that holds a value as it is computed with. */
    String vectorOperand(CodeBlock.Builder code, Node in) {
        String name = names.of(in) + "V";
        return in.dtype().isHalf() && !step.step().loads().contains(in)
                ? functions.widened(in.dtype(), name, code)
                : name;
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
