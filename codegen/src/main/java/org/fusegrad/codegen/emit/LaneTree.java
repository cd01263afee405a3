package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.drive.Frame;

/**
 * Emits the tree over the lanes of a float32 sum in vectors: the additions of {@link Frame#sum},
 * several at a time. In scalar form the widening of each lane waits for the one before on JDK 17,
 * and the tree takes as long as a row of a thousand elements.
 *
 * <p>Every vector is named by its class. A step that calls this may be long already, and past some
 * length JDK 17 compiles the calls of a method only after the method, which then knows no class of
 * what they return: it made one vector an object for each row.
 */
final class LaneTree {
    private LaneTree() {}

    /**
     * The method {@code double tree(Frame f, int from)}.
     *
     * @param bits of a vector
     */
    static MethodSpec method(int bits) {
        int width = bits / Double.SIZE;
        CodeBlock.Builder code = CodeBlock.builder();
        int sums = Frame.LANES / width;
        for (int k = 0; k < sums; k++) {
            code.addStatement(
                    "$1T l$2L = ($1T) VF.cast($1T.fromArray(F, f.lanes, from + $3L))",
                    JavaTypes.FLOAT_VECTOR,
                    k,
                    k * width);
            code.addStatement(
                    "$1T s$2L = ($1T) VD.cast(l$2L.convertShape($3T.F2D, D, 0))",
                    JavaTypes.DOUBLE_VECTOR,
                    k,
                    JavaTypes.VECTOR_OPERATORS);
        }
        for (int half = sums / 2; half > 0; half /= 2) {
            for (int k = 0; k < half; k++) {
                code.addStatement(
                        "s$1L = ($3T) VD.cast(s$1L.add(s$2L))",
                        k,
                        k + half,
                        JavaTypes.DOUBLE_VECTOR);
            }
        }
        code.addStatement("s0.intoArray(f.tree, $L)", Frame.TREE);
        code.addStatement("return $L", total(Frame.TREE, 1, Frame.TREE + width));
        return MethodSpec.methodBuilder("tree")
                .addModifiers(Modifier.STATIC)
                .returns(TypeName.DOUBLE)
                .addParameter(Frame.class, "f")
                .addParameter(TypeName.INT, "from")
                .addCode(code.build())
                .build();
    }

    /**
     * The method {@code void trees(Frame f, int sums)}, of all sums of a step. A loop, for then the
     * JVM reads the tree once, however many sums there are.
     */
    static MethodSpec loop() {
        CodeBlock code = CodeBlock.builder()
                .beginControlFlow("for (int k = 0; k < sums; k++)")
                .addStatement("f.sums[k] = tree(f, $L + k * $L)", Frame.LEAD, Frame.LANES)
                .endControlFlow()
                .build();
        return MethodSpec.methodBuilder("trees")
                .addModifiers(Modifier.STATIC)
                .addParameter(Frame.class, "f")
                .addParameter(TypeName.INT, "sums")
                .addCode(code)
                .build();
    }

    /** The sum of the elements {@code at}, {@code at + step}, … below {@code end}, as a tree. */
    private static String total(int at, int step, int end) {
        return at + step >= end
                ? "f.tree[" + at + "]"
                : "(" + total(at, 2 * step, end) + " + " + total(at + step, 2 * step, end) + ")";
    }
}
