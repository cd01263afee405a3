package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
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
 * computes the rest, adds to sums and stores. The vector form runs whole vectors and leaves the rest of
 * the row to the scalar form of the same statements.
 */
final class StepEmitter {
    private static final int LANES = Frame.LANES;

    private final LoopKernel kernel;
    private final LoopStep step;
    private final KernelNames names;
    private final boolean vector;
    private final boolean exact;
    private final int width;
    private final List<Reduction> reductions;
    private final Set<Node> rowConstants = new HashSet<>();
    private final Map<Node, Integer> laneBase = new IdentityHashMap<>();

    /**
     * Prepares a step.
     *
     * @param width lanes of a vector; 1 for scalar code
     * @param exact sums accumulate term by term in float64: the form used where float32 overflowed
     */
    StepEmitter(LoopKernel kernel, LoopStep step, KernelNames names, int width, boolean exact) {
        this(kernel, step, names, width, exact, false);
    }

    StepEmitter(
            LoopKernel kernel,
            LoopStep step,
            KernelNames names,
            int width,
            boolean exact,
            boolean rowsOnly) {
        this.reductions = step.reductions().stream()
                .filter(r -> !rowsOnly || r.mode() == Mode.ROW)
                .toList();
        this.kernel = kernel;
        this.step = step;
        this.names = names;
        this.width = width;
        this.exact = exact;
        this.vector = width > 1 && !exact && vectorisable();
        int base = 0;
        for (Reduction r : step.reductions()) {
            laneBase.put(r.node(), base++);
        }
    }

    /** Whether the step is emitted with vectors. */
    boolean isVector() {
        return vector;
    }

    private boolean vectorisable() {
        boolean body = step.isFull()
                && step.step().body().stream().allMatch(VectorLanes.INSTANCE::supports);
        boolean loads = step.step().loads().stream()
                .allMatch(n -> n.dtype() == DType.FLOAT32
                        || !variesAlongRow(n) && n.dtype() == DType.BOOL);
        boolean stores = step.step().stores().stream().allMatch(n -> n.dtype() == DType.FLOAT32);
        boolean sums = step.reductions().stream()
                .allMatch(r -> r.termType() == DType.FLOAT32
                        && r.node().inputs().stream().allMatch(in -> in.dtype() == DType.FLOAT32));
        return body && loads && stores && sums;
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
        epilogue(code);
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
            accumulator(code, r);
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

    private void array(CodeBlock.Builder code, Node n, int number, String name, DType dtype) {
        String type = ScalarLanes.array(dtype);
        code.addStatement("$L $LArray = ($L) f.arrays[$L]", type, name, type, number);
        code.addStatement("int $LAt = f.at[$L]", name, number);
        if (!step.isFull()) {
            code.addStatement("int $LBy = f.by[$L]", name, number);
        }
    }

    private void accumulator(CodeBlock.Builder code, Reduction r) {
        String name = names.of(r.node());
        if (r.mode() == Mode.COLUMN) {
            array(
                    code,
                    r.node(),
                    exact ? kernel.array(r.node()) : r.partial(),
                    name,
                    exact ? DType.FLOAT64 : DType.FLOAT32);
        } else if (r.mode() == Mode.DIRECT) {
            array(code, r.node(), kernel.array(r.node()), name, r.node().dtype());
        } else if (!r.isSum() || exact || r.termType() == DType.INT64) {
            String start = r.isSum() ? "0" : resultElement(r);
            String type = exact && r.isSum() ? "double" : scalarType(r.node().dtype());
            code.addStatement("$L $LSum = $L", type, name, start);
        }
    }

    private static String scalarType(DType dtype) {
        return ScalarLanes.INSTANCE.type(dtype);
    }

    private String resultElement(Reduction r) {
        int number = kernel.array(r.node());
        return "((" + ScalarLanes.array(r.node().dtype()) + ") f.arrays[" + number + "])[f.at["
                + number + "]]";
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
                        "$L $L = $L", scalarType(n.dtype().compute()), names.of(n), value);
            }
        }
        for (Node n : step.step().body()) {
            List<String> operands = n.inputs().stream().map(this::scalarOperand).toList();
            code.addStatement(
                    "$L $L = $L",
                    scalarType(n.dtype()),
                    names.of(n),
                    ScalarLanes.INSTANCE.apply(n, operands));
        }
        reductions.forEach(r -> scalarAdd(code, r));
        for (Node n : step.step().stores()) {
            String value =
                    n.dtype() == DType.BOOL ? "(byte) (" + names.of(n) + " ? 1 : 0)" : names.of(n);
            code.addStatement("$LArray[$L] = $L", names.of(n), index(names.of(n)), value);
        }
        code.endControlFlow();
    }

    private String scalarOperand(Node in) {
        boolean loadedHere = step.step().loads().contains(in) && variesAlongRow(in);
        return in.dtype().isHalf() && !loadedHere
                ? ScalarLanes.widened(names.of(in), in.dtype())
                : names.of(in);
    }

    private String index(String name) {
        return step.isFull() ? name + "At + i" : name + "At + i * " + name + "By";
    }

    private void scalarAdd(CodeBlock.Builder code, Reduction r) {
        String name = names.of(r.node());
        String at = name + "Array[" + index(name) + "]";
        String target = r.mode() != Mode.ROW
                ? at
                : !r.isSum() || exact || r.termType() == DType.INT64 ? name + "Sum" : lane(r);
        List<String> terms = r.node().inputs().stream().map(this::scalarOperand).toList();
        if (!r.isSum()) {
            code.addStatement("$L = Math.$L($L, $L)", target, r.node().op(), target, terms.get(0));
        } else if (terms.size() == 2 && r.termType() != DType.INT64) {
            String cast = exact || r.node().dtype() == DType.FLOAT64 && r.mode() == Mode.DIRECT
                    ? "(double) "
                    : "";
            code.addStatement(
                    "$L = Math.fma($L$L, $L$L, $L)",
                    target,
                    cast,
                    terms.get(0),
                    cast,
                    terms.get(1),
                    target);
        } else {
            code.addStatement("$L = $L + $L", target, target, String.join(" * ", terms));
        }
    }

    private String lane(Reduction r) {
        boolean wide = r.termType() == DType.FLOAT64;
        int lanes = wide ? LANES / 2 : LANES;
        String array = wide ? "f.wideLanes" : "f.lanes";
        return array + "[" + laneBase.get(r.node()) * lanes + " + (i & " + (lanes - 1) + ")]";
    }

    // Vector loops.

    private void vectorLoops(CodeBlock.Builder code) {
        boolean sums = step.reductions().stream().anyMatch(r -> r.mode() == Mode.ROW);
        int copies = sums ? LANES / width : 1;
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
                .forEach(r -> drain(code, r, copies));
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
            vectorAdd(code, r, copy, plus);
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

    private void vectorAdd(CodeBlock.Builder code, Reduction r, int copy, String plus) {
        String name = names.of(r.node());
        List<String> terms =
                r.node().inputs().stream().map(in -> names.of(in) + "V").toList();
        String before = name + "V" + copy;
        if (r.mode() != Mode.ROW) {
            before = name + "P";
            code.addStatement(
                    "FloatVector $L = FloatVector.fromArray(S, $LArray, $L$L)",
                    before,
                    name,
                    index(name),
                    plus);
        }
        String sum = !r.isSum()
                ? before + "." + r.node().op() + "(" + terms.get(0) + ")"
                : terms.size() == 2
                        ? terms.get(0) + ".fma(" + terms.get(1) + ", " + before + ")"
                        : before + ".add(" + terms.get(0) + ")";
        if (r.mode() == Mode.ROW) {
            code.addStatement("$L = $L", before, sum);
        } else {
            code.addStatement("$L.intoArray($LArray, $L$L)", sum, name, index(name), plus);
        }
    }

    /** Hands vector lanes over to the scalar tail. */
    private void drain(CodeBlock.Builder code, Reduction r, int copies) {
        String name = names.of(r.node());
        for (int k = 0; k < copies; k++) {
            if (r.isSum()) {
                code.addStatement(
                        "$LV$L.intoArray(f.lanes, $L)",
                        name,
                        k,
                        laneBase.get(r.node()) * LANES + k * width);
            } else {
                String op = r.node().op().toString();
                code.addStatement(
                        "$LSum = Math.$L($LSum, $LV$L.reduceLanes(VectorOperators.$L))",
                        name,
                        op,
                        name,
                        name,
                        k,
                        op.toUpperCase(java.util.Locale.ROOT));
            }
        }
    }

    // What happens to sums after the loop.

    private void epilogue(CodeBlock.Builder code) {
        boolean retry = false;
        for (Reduction r : step.reductions()) {
            if (r.mode() != Mode.ROW) {
                continue;
            }
            String name = names.of(r.node());
            boolean lanes = r.isSum() && !exact && r.termType() != DType.INT64;
            if (lanes) {
                String array = r.termType() == DType.FLOAT64 ? "wideLanes" : "lanes";
                int each = r.termType() == DType.FLOAT64 ? LANES / 2 : LANES;
                code.addStatement(
                        "double $LSum = Frame.sum(f.$L, $L)",
                        name,
                        array,
                        laneBase.get(r.node()) * each);
                retry |= r.termType() == DType.FLOAT32;
            }
        }
        if (retry) {
            retry(code);
        }
        for (Reduction r : step.reductions()) {
            if (r.mode() == Mode.ROW) {
                String plus = r.isSum() ? "+=" : "=";
                code.addStatement("$L $L $L", resultElement(r), plus, total(r));
            }
        }
    }

    /** A sum that overflowed float32 is taken again in float64. */
    private void retry(CodeBlock.Builder code) {
        code.beginControlFlow("if (!($L))", finite());
        for (Reduction r : step.reductions()) {
            if (isLaneSum(r)) {
                code.addStatement("f.sums[$L] = $LSum", laneBase.get(r.node()), names.of(r.node()));
            }
        }
        code.addStatement("step$L$L(f)", step.number(), mixed() ? "Retry" : "Exact");
        code.addStatement("return");
        code.endControlFlow();
    }

    private static boolean isLaneSum(Reduction r) {
        return r.mode() == Mode.ROW && r.isSum() && r.termType() == DType.FLOAT32;
    }

    /** The row's sum; in the exact form only what had overflowed is replaced. */
    private String total(Reduction r) {
        String sum = names.of(r.node()) + "Sum";
        return exact && isLaneSum(r)
                ? "Frame.orElse(f.sums[" + laneBase.get(r.node()) + "], " + sum + ")"
                : sum;
    }

    private String finite() {
        List<String> sums = new ArrayList<>();
        for (Reduction r : step.reductions()) {
            if (isLaneSum(r)) {
                sums.add("Math.abs(" + names.of(r.node()) + "Sum) <= Double.MAX_VALUE");
            }
        }
        return String.join(" && ", sums);
    }

    boolean mixed() {
        return step.reductions().stream().anyMatch(StepEmitter::isLaneSum)
                && step.reductions().stream().anyMatch(r -> r.mode() != Mode.ROW);
    }

    /** Whether the step needs its exact form too. */
    boolean needsExact() {
        return step.reductions().stream()
                .anyMatch(
                        r -> r.isSum() && r.termType() == DType.FLOAT32 && r.mode() != Mode.DIRECT);
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
