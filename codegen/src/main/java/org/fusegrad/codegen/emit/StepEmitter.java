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

    private final LoopKernel kernel;
    private final LoopStep step;
    private final KernelNames names;
    private final boolean vector;
    private final int width;
    private final List<Reduction> reductions;
    private final Set<Node> rowConstants = new HashSet<>();
    private final SumEmitter sums;

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
     */
    StepEmitter(LoopKernel kernel, LoopStep step, KernelNames names, int width, Form form) {
        this.kernel = kernel;
        this.step = step;
        this.names = names;
        this.width = width;
        this.vector = width > 1 && form == Form.PLAIN && vectorisable();
        this.sums = new SumEmitter(kernel, step, names, this, width, form);
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
                .allMatch(n -> n.dtype() == DType.FLOAT32
                        || !variesAlongRow(n) && n.dtype() == DType.BOOL);
        boolean stores = step.step().stores().stream().allMatch(n -> n.dtype() == DType.FLOAT32);
        boolean terms = step.reductions().stream()
                .allMatch(r -> r.termType() == DType.FLOAT32
                        && r.node().inputs().stream().allMatch(in -> in.dtype() == DType.FLOAT32));
        return body && loads && stores && terms;
    }

    private boolean variesAlongRow(Node n) {
        return step.inner() >= 0 && kernel.schedule().mask(n)[step.inner()];
    }

    CodeBlock body() {
        CodeBlock.Builder code = CodeBlock.builder();
        prologue(code);
        if (vector) {
            vectorLoops(code);
            scalarLoop(code, "; i < n; i++");
        } else {
            scalarLoop(code, "int i = 0; i < n; i++");
        }
        sums.epilogue(code);
        return code.build();
    }

    // What is fetched before the loop.

    private void prologue(CodeBlock.Builder code) {
        code.addStatement("int n = f.n");
        Set<Node> constants = new HashSet<>();
        for (Node n : reading()) {
            n.inputs().stream().filter(in -> in.is(Op.CONST)).forEach(constants::add);
        }
        for (Node c : kernel.constants()) {
            if (constants.contains(c)) {
                rowConstant(code, c, "f.constants[" + kernel.constants().indexOf(c) + "]", true);
            }
        }
        for (Node n : step.step().loads()) {
            load(code, n);
        }
        for (Node n : step.step().stores()) {
            array(code, n, kernel.array(n), names.of(n), n.dtype());
        }
        for (Reduction r : reductions) {
            sums.accumulator(code, r);
        }
    }

    /** Nodes computed or reduced here. */
    private List<Node> reading() {
        List<Node> nodes = new ArrayList<>(step.step().body());
        nodes.addAll(step.step().reductions());
        return nodes;
    }

    private void load(CodeBlock.Builder code, Node n) {
        int number = kernel.array(n);
        if (variesAlongRow(n)) {
            array(code, n, number, names.of(n), n.dtype());
            return;
        }
        String element = "((" + ScalarLanes.array(n.dtype()) + ") f.arrays[" + number + "])[f.at["
                + number + "]]";
        rowConstant(code, n, n.dtype() == DType.BOOL ? element + " != 0" : element, false);
    }

    private void rowConstant(CodeBlock.Builder code, Node n, String value, boolean cast) {
        DType dtype = n.dtype();
        String type = ScalarLanes.INSTANCE.type(dtype);
        String converted =
                cast ? dtype == DType.BOOL ? value + " != 0" : "(" + type + ") " + value : value;
        code.addStatement("$L $L = $L", type, names.of(n), converted);
        rowConstants.add(n);
        if (vector && dtype == DType.FLOAT32) {
            code.addStatement(
                    "FloatVector $LV = FloatVector.broadcast(S, $L)", names.of(n), names.of(n));
        } else if (vector) {
            code.addStatement("VectorMask $LV = S.maskAll($L)", names.of(n), names.of(n));
        }
    }

    void array(CodeBlock.Builder code, Node n, int number, String name, DType dtype) {
        String type = ScalarLanes.array(dtype);
        code.addStatement("$L $LArray = ($L) f.arrays[$L]", type, name, type, number);
        code.addStatement("int $LAt = f.at[$L]", name, number);
        if (!step.isFull()) {
            code.addStatement("int $LBy = f.by[$L]", name, number);
        }
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
        code.addStatement("int i = 0");
        for (Reduction r : step.reductions()) {
            for (int k = 0; k < copies && r.mode() == Mode.ROW; k++) {
                String start = r.isSum() ? "0f" : names.of(r.node()) + "Sum";
                code.addStatement(
                        "FloatVector $L$L = FloatVector.broadcast(S, $L)",
                        names.of(r.node()) + "V",
                        k,
                        start);
            }
        }
        code.beginControlFlow(
                "for (int end = n - $L; i <= end; i += $L)", width * copies, width * copies);
        for (int k = 0; k < copies; k++) {
            vectorBlock(code, k, k * width);
        }
        code.endControlFlow();
        for (int k = 0; k + 1 < copies; k++) {
            code.beginControlFlow("if (i + $L <= n)", width);
            vectorBlock(code, k, 0);
            code.addStatement("i += $L", width);
            code.endControlFlow();
        }
        step.reductions().stream()
                .filter(r -> r.mode() == Mode.ROW)
                .forEach(r -> sums.drain(code, r, copies));
    }

    /** The statements for one vector, in a scope of their own. */
    private void vectorBlock(CodeBlock.Builder code, int copy, int ahead) {
        String plus = ahead == 0 ? "" : " + " + ahead;
        code.add("{\n$>");
        for (Node n : step.step().loads()) {
            if (variesAlongRow(n)) {
                code.addStatement(
                        "FloatVector $LV = FloatVector.fromArray(S, $LArray, $L$L)",
                        names.of(n),
                        names.of(n),
                        index(names.of(n)),
                        plus);
            }
        }
        for (Node n : step.step().body()) {
            List<String> operands =
                    n.inputs().stream().map(in -> names.of(in) + "V").toList();
            code.addStatement(
                    "$L $LV = $L",
                    VectorLanes.INSTANCE.type(n.dtype()),
                    names.of(n),
                    VectorLanes.INSTANCE.apply(n, operands));
        }
        for (Reduction r : step.reductions()) {
            sums.vectorAdd(code, r, copy, plus);
        }
        for (Node n : step.step().stores()) {
            code.addStatement(
                    "$LV.intoArray($LArray, $L$L)",
                    names.of(n),
                    names.of(n),
                    index(names.of(n)),
                    plus);
        }
        code.add("$<}\n");
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
