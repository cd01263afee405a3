package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.fusegrad.type.DType;

/**
 * The locals of a generated method that its {@code Frame} fills before the rows: constants, arrays,
 * and where in them the current row is.
 */
final class FrameLocals {
    /** Numbers of the arrays fetched, by the name of their locals. */
    private final Map<String, Integer> arrays = new LinkedHashMap<>();

    private final Set<String> constants = new HashSet<>();

    /** A constant of the kernel. */
    void constant(CodeBlock.Builder code, int number, String name, DType dtype) {
        if (constants.add(name)) {
            String value = "f.constants[" + number + "]";
            String type = ScalarLanes.INSTANCE.type(dtype);
            code.addStatement(
                    "$L $L = $L",
                    type,
                    name,
                    dtype == DType.BOOL ? value + " != 0" : "(" + type + ") " + value);
        }
    }

    /**
     * An array, where the row starts in it, and how far the next row is.
     *
     * @param strided whether to fetch its stride along the row too
     */
    void array(CodeBlock.Builder code, int number, String name, DType dtype, boolean strided) {
        if (arrays.putIfAbsent(name, number) != null) {
            return;
        }
        String type = ScalarLanes.array(dtype);
        code.addStatement("$L $LArray = ($L) f.arrays[$L]", type, name, type, number);
        code.addStatement("int $LAt = f.at[$L]", name, number);
        code.addStatement("int $LOver = f.over[$L]", name, number);
        if (strided) {
            code.addStatement("int $LBy = f.by[$L]", name, number);
        }
    }

    /** Tells the frame where the current row is, and that it is the only one. */
    void locate(CodeBlock.Builder code) {
        arrays.forEach((name, number) -> code.addStatement("f.at[$L] = $LAt", number, name));
        code.addStatement("f.rows = 1");
    }

    /** On to the next row. */
    void advance(CodeBlock.Builder code) {
        arrays.keySet().forEach(name -> code.addStatement("$LAt += $LOver", name, name));
    }
}
