package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.emit.StepEmitter.Form;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.graph.Node;
import org.fusegrad.type.DType;

/**
 * Emits what a step's reductions need: accumulators before the loop, an addition for each element
 * or vector in it, and after it the tree over the lanes, which takes a sum that overflowed float32
 * again.
 */
final class SumEmitter {
    private static final int LANES = Frame.LANES;

    private final LoopKernel kernel;
    private final LoopStep step;
    private final KernelNames names;
    private final StepEmitter loop;
    private final FrameLocals locals;
    private final Handover handover;
    private final int width;
    private final boolean exact;
    private final Map<Node, Integer> laneBase = new IdentityHashMap<>();

    /** The reductions of a step, around the loop that {@code loop} emits. */
    SumEmitter(
            LoopKernel kernel,
            LoopStep step,
            KernelNames names,
            StepEmitter loop,
            int width,
            Form form,
            FrameLocals locals,
            Handover handover) {
        this.kernel = kernel;
        this.step = step;
        this.names = names;
        this.loop = loop;
        this.locals = locals;
        this.handover = handover;
        this.width = width;
        this.exact = form.isExact();
        // The first are those that a call takes the trees of.
        step.reductions().stream()
                .sorted(Comparator.comparing(r -> !isLaneSum(r)))
                .forEach(r -> laneBase.put(r.node(), laneBase.size()));
    }

    /** The array that a reduction adds to, fetched before the rows. */
    void target(CodeBlock.Builder code, Reduction r) {
        String name = names.of(r.node());
        if (r.mode() == Mode.COLUMN && !exact) {
            loop.array(code, r.partial(), name, DType.FLOAT32);
        } else {
            loop.array(code, kernel.array(r.node()), name, r.node().dtype());
        }
    }

    /** What is started before a row. */
    void start(CodeBlock.Builder code, Reduction r) {
        String name = names.of(r.node());
        if (r.mode() == Mode.ROW
                && !stands(r)
                && (!r.isSum() || exact || r.termType() == DType.INT64)) {
            String start = r.isSum() ? "0" : resultElement(r);
            String type = exact && r.isSum() ? "double" : scalarType(r.node().dtype());
            code.addStatement("$L $LSum = $L", type, name, start);
        }
    }

    /** Clears the lanes of sums along the row, where vectors do not overwrite them. */
    void clear(CodeBlock.Builder code) {
        boolean lanes = step.reductions().stream()
                .anyMatch(r ->
                        r.mode() == Mode.ROW && r.isSum() && !exact && r.termType() != DType.INT64);
        if (lanes) {
            code.addStatement("f.clear()");
        }
    }

    private static String scalarType(DType dtype) {
        return ScalarLanes.INSTANCE.type(dtype);
    }

    private String resultElement(Reduction r) {
        String name = names.of(r.node());
        return name + "Array[" + name + "At]";
    }

    /** The addition of one element. */
    void scalarAdd(CodeBlock.Builder code, Reduction r) {
        if (stands(r)) {
            return;
        }
        String name = names.of(r.node());
        String at = name + "Array[" + loop.index(name) + "]";
        String target = r.mode() != Mode.ROW
                ? at
                : !r.isSum() || exact || r.termType() == DType.INT64 ? name + "Sum" : lane(r);
        List<String> terms = r.node().inputs().stream().map(loop::scalarOperand).toList();
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

    private int lanesFrom(Reduction r) {
        return Frame.LEAD + laneBase.get(r.node()) * LANES;
    }

    private String lane(Reduction r) {
        boolean wide = r.termType() == DType.FLOAT64;
        int lanes = wide ? LANES / 2 : LANES;
        String array = wide ? "f.wideLanes" : "f.lanes";
        int from = wide ? laneBase.get(r.node()) * lanes : lanesFrom(r);
        return array + "[" + from + " + (i & " + (lanes - 1) + ")]";
    }

    /** Vector accumulators of a sum along the row. */
    void vectorStart(CodeBlock.Builder code, Reduction r, int copies) {
        String start = r.isSum() ? "0f" : names.of(r.node()) + "Sum";
        for (int k = 0; k < copies; k++) {
            code.addStatement(
                    "FloatVector $LV$L = FloatVector.broadcast(S, $L)",
                    names.of(r.node()),
                    k,
                    start);
        }
    }

    /** The sums of a column so far. */
    void columnStart(CodeBlock.Builder code, Reduction r, int copy, String plus) {
        String name = names.of(r.node());
        code.addStatement(
                "FloatVector $LV$L = FloatVector.fromArray(S, $LArray, $L$L)",
                name,
                copy,
                name,
                loop.index(name),
                plus);
    }

    /** The sums of a column with all rows. */
    void columnEnd(CodeBlock.Builder code, Reduction r, int copy, String plus) {
        String name = names.of(r.node());
        code.addStatement(
                "((FloatVector) V.cast($LV$L)).intoArray($LArray, $L$L)",
                name,
                copy,
                name,
                loop.index(name),
                plus);
    }

    /** The same of a vector that ends with the row: sums that it shares with others are done. */
    void lastColumnEnd(CodeBlock.Builder code, Reduction r) {
        String name = names.of(r.node());
        code.beginControlFlow("if (i == from)");
        columnEnd(code, r, 0, "");
        code.nextControlFlow("else");
        code.addStatement("((FloatVector) V.cast($LV0)).intoArray(f.lanes, $L)", name, Frame.LEAD);
        code.addStatement(
                "System.arraycopy(f.lanes, $L + from - i, $LArray, $LAt + from, n - from)",
                Frame.LEAD,
                name,
                name);
        code.endControlFlow();
    }

    /**
     * The addition of one vector.
     *
     * @param copy number of the accumulator
     * @param turning accumulators that then change places, so that the next one is first
     */
    void vectorAdd(CodeBlock.Builder code, Reduction r, int copy, String plus, int turning) {
        String name = names.of(r.node());
        List<String> terms = r.node().inputs().stream()
                .map(in -> loop.vectors().operand(code, in))
                .toList();
        boolean stays = r.mode() == Mode.ROW || loop.isColumns();
        String before = name + "V" + copy;
        if (!stays) {
            before = name + "P";
            code.addStatement(
                    "FloatVector $L = FloatVector.fromArray(S, $LArray, $L$L)",
                    before,
                    name,
                    loop.index(name),
                    plus);
        }
        // The JVM knows the class of the term but not of what went around the loop, so the term
        // must be the receiver, and the argument be named by its class.
        String sofar = stays ? "(FloatVector) V.cast(" + before + ")" : before;
        String sum = !r.isSum()
                ? terms.get(0) + "." + r.node().op() + "(" + sofar + ")"
                : terms.size() == 2
                        ? terms.get(0) + ".fma(" + terms.get(1) + ", " + sofar + ")"
                        : terms.get(0) + ".add(" + sofar + ")";
        if (!stays) {
            String named = loop.isJoined() ? "((FloatVector) V.cast(" + sum + "))" : sum;
            code.addStatement("$L.intoArray($LArray, $L$L)", named, name, loop.index(name), plus);
        } else if (turning == 1) {
            code.addStatement("$L = $L", before, sum);
        } else {
            code.addStatement("FloatVector $LP = $L", name, sum);
            for (int k = 0; k + 1 < turning; k++) {
                code.addStatement("$LV$L = $LV$L", name, k, name, k + 1);
            }
            code.addStatement("$LV$L = $LP", name, turning - 1, name);
        }
    }

    /**
     * Hands vector lanes over to the scalar tail.
     *
     * @param turned whether the accumulators changed places with each vector
     */
    void drain(CodeBlock.Builder code, Reduction r, int copies, boolean turned) {
        String name = names.of(r.node());
        for (int k = 0; k < copies; k++) {
            String group =
                    turned ? " + (i + " + k * width + " & " + (LANES - 1) + ")" : " + " + k * width;
            // Tells the JVM the class that the accumulator lost on its way around the loop.
            String lanes = "((FloatVector) V.cast(" + name + "V" + k + "))";
            if (r.isSum()) {
                code.addStatement("$L.intoArray(f.lanes, $L$L)", lanes, lanesFrom(r), group);
            } else {
                String op = r.node().op().toString();
                code.addStatement(
                        "$LSum = Math.$L($LSum, $L.reduceLanes(VectorOperators.$L))",
                        name,
                        op,
                        name,
                        lanes,
                        op.toUpperCase(Locale.ROOT));
            }
        }
    }

    /** What happens to sums after the loop. */
    void epilogue(CodeBlock.Builder code) {
        boolean retry = retries();
        if (retry && loop.isVector() && !loop.isJoined()) {
            code.addStatement(
                    "trees(f, $L)",
                    step.reductions().stream().filter(SumEmitter::isLaneSum).count());
        }
        for (Reduction r : step.reductions()) {
            if (r.mode() != Mode.ROW) {
                continue;
            }
            if (r.isSum() && !exact && r.termType() != DType.INT64) {
                code.addStatement("double $LSum = $L", names.of(r.node()), overLanes(r));
            }
        }
        if (retry) {
            retry(code);
        }
        for (Reduction r : step.reductions()) {
            if (r.mode() == Mode.ROW) {
                finish(code, r);
            }
        }
        if (retry) {
            code.endControlFlow();
        }
    }

    /** The sum over the lanes of a row, where a step of its own has taken all trees before. */
    private String overLanes(Reduction r) {
        int number = laneBase.get(r.node());
        if (isWideSum(r)) {
            return "f.wideSum(" + number * LANES / 2 + ")";
        } else if (!loop.isVector()) {
            return "f.sum(" + lanesFrom(r) + ")";
        }
        return loop.isJoined() ? "tree(f, " + lanesFrom(r) + ")" : "f.sums[" + number + "]";
    }

    /** Adds the row's sum to where it goes: an array that starts at zero, or the next step. */
    private void finish(CodeBlock.Builder code, Reduction r) {
        String local = Handover.local(names.of(r.node()));
        boolean kept = handover.keeps(r.node());
        if (kept) {
            code.addStatement("$L = $L$L", local, r.isSum() ? "0 + " : "", total(r));
        }
        if (handover.stores(r.node())) {
            String plus = r.isSum() && !kept ? "+=" : "=";
            code.addStatement("$L $L $L", resultElement(r), plus, kept ? local : total(r));
        }
    }

    /** Whether sums of float32 along the row may have to be taken again. */
    boolean retries() {
        return !exact && step.reductions().stream().anyMatch(SumEmitter::isLaneSum);
    }

    /** A sum that overflowed float32 is taken again in float64, by a method that uses arrays. */
    private void retry(CodeBlock.Builder code) {
        code.beginControlFlow("if (!($L))", finite());
        for (Reduction r : step.reductions()) {
            if (isLaneSum(r) || isWideSum(r)) {
                code.addStatement("f.sums[$L] = $LSum", laneBase.get(r.node()), names.of(r.node()));
            }
        }
        for (Node n : step.step().loads()) {
            if (!handover.stores(n)) {
                String name = names.of(n);
                loop.store(code, n, Handover.local(name), name + "At");
            }
        }
        locals.locate(code);
        code.addStatement("step$L$L(f)", step.number(), isMixed() ? "Retry" : "Exact");
        for (Reduction r : step.reductions()) {
            if (handover.keeps(r.node())) {
                String local = Handover.local(names.of(r.node()));
                code.addStatement("$L = $L", local, resultElement(r));
            }
        }
        code.nextControlFlow("else");
    }

    private static boolean isLaneSum(Reduction r) {
        return r.mode() == Mode.ROW && r.isSum() && r.termType() == DType.FLOAT32;
    }

    private static boolean isWideSum(Reduction r) {
        return r.mode() == Mode.ROW && r.isSum() && r.termType() == DType.FLOAT64;
    }

    /** Whether the sum of the first form stands: what lanes of float64 added has not overflowed. */
    private boolean stands(Reduction r) {
        return exact && isWideSum(r);
    }

    /** The row's sum; in the exact form only what had overflowed is replaced. */
    private String total(Reduction r) {
        String sum = names.of(r.node()) + "Sum";
        String before = "f.sums[" + laneBase.get(r.node()) + "]";
        return stands(r)
                ? before
                : exact && isLaneSum(r) ? "Frame.orElse(" + before + ", " + sum + ")" : sum;
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

    /** Whether it has sums along the row, which may overflow, and others, added as they come. */
    boolean isMixed() {
        return step.reductions().stream().anyMatch(SumEmitter::isLaneSum)
                && step.reductions().stream().anyMatch(r -> r.mode() != Mode.ROW);
    }

    /** Whether the step needs its exact form too. */
    boolean needsExact() {
        return step.reductions().stream()
                .anyMatch(
                        r -> r.isSum() && r.termType() == DType.FLOAT32 && r.mode() != Mode.DIRECT);
    }
}
