package org.fusegrad.checkpoint;

import java.util.Map;
import org.fusegrad.DType;
import org.fusegrad.Shape;

/** Where the elements of one tensor lie; offsets count from the end of the header. */
record Entry(String name, DType dtype, Shape shape, long begin, long end) {
    static final Map<String, DType> TYPES = Map.of(
            "F32", DType.FLOAT32,
            "F64", DType.FLOAT64,
            "BF16", DType.BFLOAT16,
            "F16", DType.FLOAT16,
            "I64", DType.INT64,
            "BOOL", DType.BOOL);

    /** The name of a type in the header. */
    static String label(DType dtype) {
        return TYPES.entrySet().stream()
                .filter(e -> e.getValue() == dtype)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    long bytes() {
        return (long) shape.numel() * dtype.bytes();
    }
}
