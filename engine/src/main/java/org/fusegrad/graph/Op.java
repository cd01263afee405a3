package org.fusegrad.graph;

import static org.fusegrad.graph.Op.Kind.BINARY;
import static org.fusegrad.graph.Op.Kind.INDEX;
import static org.fusegrad.graph.Op.Kind.LEAF;
import static org.fusegrad.graph.Op.Kind.MARKER;
import static org.fusegrad.graph.Op.Kind.MOVEMENT;
import static org.fusegrad.graph.Op.Kind.REDUCE;
import static org.fusegrad.graph.Op.Kind.STRUCTURED;
import static org.fusegrad.graph.Op.Kind.TERNARY;
import static org.fusegrad.graph.Op.Kind.UNARY;

import java.util.Locale;

/**
 * The closed vocabulary of the expression graph. What an operation <em>means</em> is not here:
 * shapes, evaluation, gradients, simplification, printing and emission are one table each, keyed by
 * this enum, and a test lists every missing entry by name.
 */
public enum Op {
    // Leaves. An input may be an argument, a captured tensor or a state; the program says which.
    INPUT(LEAF),
    CONST(LEAF),

    // Element-wise, one operand.
    CAST(UNARY),
    NEG(UNARY),
    ABS(UNARY),
    SIGN(UNARY),
    FLOOR(UNARY),
    CEIL(UNARY),
    ROUND(UNARY),
    SQRT(UNARY),
    RSQRT(UNARY),
    RECIPROCAL(UNARY),
    EXP(UNARY),
    EXPM1(UNARY),
    LOG(UNARY),
    LOG1P(UNARY),
    TANH(UNARY),
    SIGMOID(UNARY),
    ERF(UNARY),
    SIN(UNARY),
    COS(UNARY),
    ATAN(UNARY),
    NOT(UNARY),

    // Element-wise, two operands, broadcasting axes of size 1 against equal rank or a scalar.
    ADD(BINARY),
    SUB(BINARY),
    MUL(BINARY),
    DIV(BINARY),
    POW(BINARY),
    MAXIMUM(BINARY),
    MINIMUM(BINARY),
    EQ(BINARY),
    NE(BINARY),
    LT(BINARY),
    LE(BINARY),
    AND(BINARY),
    OR(BINARY),
    XOR(BINARY),

    // Element-wise, three operands: condition ? a : b, and a * b + c rounded once.
    WHERE(TERNARY),
    FMA(TERNARY),

    // Movement: which element stands where. The first three are views of contiguous data.
    RESHAPE(MOVEMENT),
    EXPAND(MOVEMENT),
    PERMUTE(MOVEMENT),
    SLICE(MOVEMENT),
    FLIP(MOVEMENT),
    PAD(MOVEMENT),
    CONCAT(MOVEMENT),

    // Reductions keep the reduced axes with size 1. SUM_MUL sums a * b with one rounding a term.
    SUM(REDUCE),
    SUM_MUL(REDUCE),
    PROD(REDUCE),
    MAX(REDUCE),
    MIN(REDUCE),

    // Structured: contractions, pooling, each family closed under differentiation.
    MATMUL(STRUCTURED),
    CONV(STRUCTURED),
    CONV_INPUT(STRUCTURED),
    CONV_WEIGHT(STRUCTURED),
    MAX_POOL(STRUCTURED),
    MAX_POOL_SCATTER(STRUCTURED),
    MAX_POOL_GATHER(STRUCTURED),
    AVG_POOL(STRUCTURED),
    AVG_POOL_ADJOINT(STRUCTURED),
    CUMSUM(STRUCTURED),

    // Rows of a batch that replicas share, by whoever holds them. Stands in kernels only.
    COLLECT(STRUCTURED),

    // Positions and their use.
    ARGMAX(INDEX),
    GATHER(INDEX),
    SCATTER_ADD(INDEX),

    // Random numbers, of a key of two int64: seed and stream. A kernel of their own.
    UNIFORM(STRUCTURED),
    NORMAL(STRUCTURED),

    // Markers for differentiation only; they disappear before anything runs.
    DETACH(MARKER),
    CUSTOM(MARKER);

    /** The groups of the vocabulary. */
    public enum Kind {
        LEAF,
        UNARY,
        BINARY,
        TERNARY,
        MOVEMENT,
        REDUCE,
        STRUCTURED,
        INDEX,
        MARKER
    }

    private final Kind kind;
    private final String label = name().toLowerCase(Locale.ROOT);

    Op(Kind kind) {
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Computes each element from the same element of its operands. */
    public boolean isElementwise() {
        return kind == UNARY || kind == BINARY || kind == TERNARY;
    }

    /** Yields truth values whatever its operands are. */
    public boolean isComparison() {
        return this == EQ || this == NE || this == LT || this == LE;
    }

    /** Works on truth values. */
    public boolean isLogical() {
        return this == AND || this == OR || this == XOR || this == NOT;
    }

    @Override
    public String toString() {
        return label;
    }
}
