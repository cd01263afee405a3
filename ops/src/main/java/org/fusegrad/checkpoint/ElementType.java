package org.fusegrad.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import org.fusegrad.type.DType;

/**
 * A type of the format: its size, and the type of ours that holds all its values. Those that have
 * none cannot be read; of them the size alone is known.
 */
enum ElementType {
    BOOL(8, DType.BOOL),
    U8(8, DType.INT64),
    I8(8, DType.INT64),
    U16(16, DType.INT64),
    I16(16, DType.INT64),
    U32(32, DType.INT64),
    I32(32, DType.INT64),
    /** Readable below 2^63. */
    U64(64, DType.INT64),
    I64(64, DType.INT64),
    /** 5 bits of exponent, 2 of fraction: the upper half of a float16. */
    F8_E5M2(8, DType.FLOAT16),
    /** 4 bits of exponent, 3 of fraction, no infinities: all are float16 values too. */
    F8_E4M3(8, DType.FLOAT16),
    /** Powers of two, 2^-127 to 2^127. */
    F8_E8M0(8, DType.FLOAT32),
    F16(16, DType.FLOAT16),
    BF16(16, DType.BFLOAT16),
    F32(32, DType.FLOAT32),
    F64(64, DType.FLOAT64),
    C64(64, null),
    F4(4, null),
    F6_E2M3(6, null),
    F6_E3M2(6, null);

    private final int bits;
    private final DType dtype;

    ElementType(int bits, DType dtype) {
        this.bits = bits;
        this.dtype = dtype;
    }

    /** The type of a name in the header, if it is one of the format's. */
    static Optional<ElementType> of(String label) {
        return Arrays.stream(values()).filter(t -> t.name().equals(label)).findFirst();
    }

    /** The type tensors of ours are written in. */
    static ElementType of(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> F32;
            case FLOAT64 -> F64;
            case BFLOAT16 -> BF16;
            case FLOAT16 -> F16;
            case INT64 -> I64;
            case BOOL -> BOOL;
        };
    }

    /** Whether there is a type of ours for it. */
    boolean isReadable() {
        return dtype != null;
    }

    DType dtype() {
        return dtype;
    }

    /** Bytes of one element of a type that is readable. */
    int bytes() {
        return bits / 8;
    }

    /** Bytes of this many elements, or -1 if that is no whole or no possible number. */
    long bytes(long elements) {
        return elements > Long.MAX_VALUE / bits || elements * bits % 8 != 0
                ? -1
                : elements * bits / 8;
    }
}
