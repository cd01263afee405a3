package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import com.palantir.javapoet.MethodSpec;
import com.palantir.javapoet.TypeName;
import java.util.ArrayList;
import java.util.List;
import javax.lang.model.element.Modifier;
import org.fusegrad.codegen.drive.Frame;

/**
 * Emits the tree over the lanes of a float32 sum in vectors: the additions of {@link Frame#sum},
 * several at a time. In scalar form the widening of each lane waits for the one before on JDK 17,
 * and the tree takes as long as a row of a thousand elements.
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
        List<String> sums = new ArrayList<>();
        for (int at = 0; at < Frame.LANES; at += width) {
            code.addStatement(
                    "DoubleVector s$L = (DoubleVector) FloatVector.fromArray(F, f.lanes, from + $L)"
                            + ".convertShape(VectorOperators.F2D, D, 0)",
                    at / width,
                    at);
            sums.add("s" + at / width);
        }
        while (sums.size() > 1) {
            int half = sums.size() / 2;
            List<String> next = new ArrayList<>();
            for (int k = 0; k < half; k++) {
                next.add(sums.get(k) + ".add(" + sums.get(k + half) + ")");
            }
            sums = next;
        }
        code.addStatement("$L.intoArray(f.tree, 0)", sums.get(0));
        code.addStatement("return $L", total(0, 1, width));
        return MethodSpec.methodBuilder("tree")
                .addModifiers(Modifier.STATIC)
                .returns(TypeName.DOUBLE)
                .addParameter(Frame.class, "f")
                .addParameter(TypeName.INT, "from")
                .addCode(code.build())
                .build();
    }

    /** The sum of the elements {@code at}, {@code at + step}, … below {@code end}, as a tree. */
    private static String total(int at, int step, int end) {
        return at + step >= end
                ? "f.tree[" + at + "]"
                : "(" + total(at, 2 * step, end) + " + " + total(at + step, 2 * step, end) + ")";
    }
}
