package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.List;
import java.util.stream.Stream;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/** Emits the loops of a step that run whole vectors. */
final class VectorLoops {
    private static final int LANES = Frame.LANES;

    /**
     * Vector operations that may be written out side by side. The JVM's first compiler gives up on
     * methods with many more, and those stay interpreted.
     */
    private static final int UNROLLED = Tuning.current().unroll();

    /**
     * Vector operations up to which a loop that sums is written out twice. Left to itself the
     * compiler of JDK 25 unrolls so short a loop into an order of loads for which memory takes
     * half as long again; loops of more than one operand are no faster for it.
     */
    private static final int WRITTEN_TWICE = Tuning.current().unrollSums();

    /**
     * Vector operations of a loop that is one of several in a method. The compiler of JDK 17 stops
     * asking for the class of a vector when the method has grown to some size, and makes objects.
     */
    private static final int JOINED = Tuning.current().shared();

    /** Vectors side by side that run down columns: as wide as rows are that do. */
    private static final int ABREAST = Tuning.current().columnUnroll();

    /** Vectors that rows have in common and registers hold, with room for others. */
    private static final int HELD = Tuning.current().held();

    /** Operations in the expansion of a function, about. */
    private static final int FUNCTION = 30;

    private final LoopStep step;
    private final KernelNames names;
    private final StepEmitter loop;
    private final SumEmitter sums;
    private final PrefetchEmitter prefetch;
    private final int width;
    private final VectorFunctions functions = new VectorFunctions();

    /**
     * The loops of a step.
     *
     * @param width lanes of a vector
     */
    VectorLoops(
            LoopStep step,
            KernelNames names,
            StepEmitter loop,
            SumEmitter sums,
            PrefetchEmitter prefetch,
            int width) {
        this.step = step;
        this.names = names;
        this.loop = loop;
        this.sums = sums;
        this.prefetch = prefetch;
        this.width = width;
    }

    /** Whether they are short enough to be one part of a longer method. */
    boolean areShort() {
        return !isHalf() && cost() <= JOINED;
    }

    /**
     * Whether a vector takes so few operations that they may be written down once more, for columns
     * or the end of a row: in longer methods JDK 17 makes objects of the vectors.
     */
    boolean mayRepeat() {
        return cost() < FUNCTION;
    }

    private boolean isHalf() {
        return step.step().loads().stream().anyMatch(n -> n.dtype().isHalf())
                || step.step().body().stream().anyMatch(n -> n.dtype().isHalf());
    }

    /** The loop over whole vectors, and what follows it up to the rest of the row. */
    void loops(CodeBlock.Builder code) {
        int copies = copies();
        boolean rotates = copies > 1 && loop.isJoined() || copies * cost() > UNROLLED;
        int ahead = rotates ? 1 : copies;
        CodeBlock.Builder loops = CodeBlock.builder();
        boolean twice = !loop.isJoined() && inLanes() && 2 * ahead * cost() <= WRITTEN_TWICE;
        int vectors = twice ? 2 * ahead : ahead;
        int turn = width * vectors;
        loops.beginControlFlow("for (int end = n - $L; i <= end; i += $L)", turn, turn);
        for (int k = 0; k < vectors; k++) {
            block(loops, k % ahead, k * width, rotates ? copies : 1);
        }
        loops.endControlFlow();
        if (twice) {
            once(loops, 0, ahead);
        }
        for (int k = 0; k + 1 < ahead; k++) {
            once(loops, k, k + 1);
        }
        if (endWithRow()) {
            loops.beginControlFlow("if (i < n && n >= $L)", width)
                    .addStatement("i = n - $L", width);
            block(loops, 0, 0, 1);
            loops.addStatement("i = n").endControlFlow();
        }
        code.add(functions.constants()).addStatement("int i = 0");
        List<Reduction> rows =
                step.reductions().stream().filter(r -> r.mode() == Mode.ROW).toList();
        rows.forEach(r -> sums.vectorStart(code, r, copies));
        code.add(loops.build());
        rows.forEach(r -> sums.drain(code, r, copies, rotates));
    }

    /**
     * Loops over columns some vectors wide and then one vector wide, and in each a loop down all
     * rows. What rows have in common stays in registers meanwhile. Half precision takes so many
     * operations that JDK 17 makes objects of its vectors in wide columns. The last vector ends
     * with the row: columns that it shares with the one before are computed again. What is left
     * begins at {@code from}: nothing, or all of rows shorter than a vector.
     */
    void columns(CodeBlock.Builder code, List<Node> constants) {
        code.addStatement("int i = 0");
        long held = step.reductions().size()
                + step.step().loads().stream().filter(loop::isShared).count();
        int vectors = Math.max(1, (int) Math.min(isHalf() ? 1 : ABREAST, HELD / held));
        if (vectors > 1) {
            int turn = vectors * width;
            code.beginControlFlow("for (int end = n - $L; i <= end; i += $L)", turn, turn);
            column(code, constants, vectors);
            for (int k = 0; k < vectors; k++) {
                for (Reduction r : step.reductions()) {
                    sums.columnEnd(code, r, k, plus(k));
                }
            }
            code.endControlFlow();
        }
        code.addStatement("int from = i");
        code.beginControlFlow("for (; from < n && n >= $L; from += $L)", width, width);
        code.addStatement("i = Math.min(from, n - $L)", width);
        column(code, constants, 1);
        step.reductions().forEach(r -> sums.lastColumnEnd(code, r));
        code.endControlFlow();
    }

    private void column(CodeBlock.Builder code, List<Node> constants, int vectors) {
        List<Node> own = Stream.of(step.step().loads(), step.step().stores())
                .flatMap(List::stream)
                .filter(n -> !loop.isShared(n))
                .toList();
        CodeBlock.Builder rows = CodeBlock.builder();
        rows.beginControlFlow("for (int row = 0; row < rows; row++)");
        for (int k = 0; k < vectors; k++) {
            block(rows, k, k * width, 1);
        }
        for (Node n : own) {
            rows.addStatement("$LRow += $LOver", names.of(n), names.of(n));
        }
        rows.endControlFlow();
        constants.forEach(c -> broadcast(code, c));
        code.add(functions.constants());
        for (Node n : own) {
            code.addStatement("int $LRow = $LAt + i", names.of(n), names.of(n));
        }
        for (int k = 0; k < vectors; k++) {
            for (Node n : step.step().loads()) {
                if (loop.isShared(n)) {
                    load(code, n, names.of(n) + "Held" + k, loop.index(names.of(n)) + plus(k));
                }
            }
            for (Reduction r : step.reductions()) {
                sums.columnStart(code, r, k, plus(k));
            }
        }
        code.add(rows.build());
    }

    private String plus(int vectors) {
        return vectors == 0 ? "" : " + " + vectors * width;
    }

    /**
     * Whether the last vector ends with the row, so that some elements are computed again: not if
     * they would be added to a sum again.
     */
    private boolean endWithRow() {
        return step.reductions().isEmpty() && !loop.isJoined() && mayRepeat();
    }

    /** If the row still has so many vectors. */
    private void once(CodeBlock.Builder code, int from, int to) {
        int elements = width * (to - from);
        code.beginControlFlow("if (i + $L <= n)", elements);
        for (int k = from; k < to; k++) {
            block(code, k, (k - from) * width, 1);
        }
        code.addStatement("i += $L", elements).endControlFlow();
    }

    private boolean inLanes() {
        return step.reductions().stream().anyMatch(r -> r.mode() == Mode.ROW);
    }

    /** Vectors that hold the lanes of a sum. */
    private int copies() {
        return inLanes() ? LANES / width : 1;
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
    private void block(CodeBlock.Builder code, int copy, int ahead, int turning) {
        String plus = ahead == 0 ? "" : " + " + ahead;
        code.add("{\n$>");
        prefetch.lines(code, ahead, plus);
        for (Node n : step.step().loads()) {
            if (loop.isColumns() && loop.isShared(n)) {
                code.addStatement("FloatVector $LV = $LHeld$L", names.of(n), names.of(n), copy);
            } else if (loop.variesAlongRow(n)) {
                load(code, n, names.of(n) + "V", loop.vectorIndex(n) + plus);
            }
        }
        for (Node n : step.step().body()) {
            List<String> operands =
                    n.inputs().stream().map(in -> operand(code, in)).toList();
            String value = VectorFunctions.covers(n.op())
                    ? functions.apply(n.op(), operands.get(0), code)
                    : n.dtype().isHalf()
                            ? functions.rounded(n.dtype(), operands.get(0), code)
                            : VectorLanes.INSTANCE.apply(n, operands);
            String type = VectorLanes.INSTANCE.type(n.dtype());
            boolean named = loop.isJoined() && hasMasks() && n.dtype() != DType.BOOL;
            code.addStatement(
                    "$L $LV = $L",
                    type,
                    names.of(n),
                    named ? "(FloatVector) V.cast(" + value + ")" : value);
        }
        for (Reduction r : step.reductions()) {
            sums.vectorAdd(code, r, copy, plus, turning);
        }
        for (Node n : step.step().stores()) {
            String place = names.of(n) + "Array, " + loop.vectorIndex(n) + plus;
            code.addStatement("$L.intoArray($L)", toStore(n), place);
        }
        code.add("$<}\n");
    }

    /**
     * Whether it compares. In a long method the JVM may not know the class of what is compared, nor
     * of what is chosen, and {@code V.cast} tells it.
     */
    private boolean hasMasks() {
        return step.step().body().stream().anyMatch(n -> n.dtype() == DType.BOOL);
    }

    /**
     * The vector that a value is stored from. After a function, or a loop before this one, the JVM
     * may no longer know its class, and would make an object of it; {@code V.cast} tells it again.
     */
    private String toStore(Node n) {
        String name = names.of(n) + "V";
        boolean functions =
                step.step().body().stream().anyMatch(b -> VectorFunctions.covers(b.op()));
        return n.dtype().isHalf()
                ? "((ShortVector) " + name + ".convertShape(VectorOperators.I2S, H, 0))"
                : functions || loop.isJoined() ? "((FloatVector) V.cast(" + name + "))" : name;
    }

    private void load(CodeBlock.Builder code, Node n, String vector, String index) {
        String name = names.of(n);
        String place = name + "Array, " + index;
        if (!n.dtype().isHalf()) {
            code.addStatement("FloatVector $L = FloatVector.fromArray(S, $L)", vector, place);
            return;
        }
        code.addStatement(
                "ShortVector $LH = (ShortVector) VH.cast(ShortVector.fromArray(H, $L))",
                name,
                place);
        code.addStatement(
                "IntVector $LP = (IntVector) VI.cast("
                        + "$LH.convertShape(VectorOperators.S2I, I, 0))",
                name,
                name);
        code.addStatement(
                "FloatVector $L = $L", vector, functions.widened(n.dtype(), name + "P", code));
    }

    /** A vector of a value as it is computed with. */
    String operand(CodeBlock.Builder code, Node in) {
        if (loop.isJoined() && isConstant(in)) {
            return broadcast(in);
        }
        String name = names.of(in) + "V";
        return in.dtype().isHalf() && !step.step().loads().contains(in)
                ? functions.widened(in.dtype(), name, code)
                : name;
    }

    private boolean isConstant(Node n) {
        return n.is(Op.CONST) || step.step().loads().contains(n) && !loop.variesAlongRow(n);
    }

    /**
     * The same value in all lanes. A local for all of the row if the step has a method of its own;
     * in a longer one the JVM might make an object of it for each row, so it is named where it
     * is used, and the JVM moves it out of the loop.
     */
    void broadcast(CodeBlock.Builder code, Node n) {
        if (!loop.isJoined()) {
            String type = VectorLanes.isFloat(n) ? "FloatVector" : "VectorMask";
            code.addStatement("$L $LV = $L", type, names.of(n), broadcast(n));
        }
    }

    private String broadcast(Node n) {
        String name = names.of(n);
        return VectorLanes.isFloat(n)
                ? "FloatVector.broadcast(S, " + ScalarLanes.widened(name, n.dtype()) + ")"
                : "S.maskAll(" + name + ")";
    }
}
