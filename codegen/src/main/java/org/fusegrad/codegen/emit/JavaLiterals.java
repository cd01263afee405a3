package org.fusegrad.codegen.emit;

/** Exact Java literals; a bare number in generated text could silently become another type. */
final class JavaLiterals {
    private JavaLiterals() {}

    static String of(float v) {
        return Float.isFinite(v)
                ? v + "f"
                : "Float.intBitsToFloat(" + Float.floatToRawIntBits(v) + ")";
    }

    static String of(int v) {
        return Integer.toString(v);
    }
}
