package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fusegrad.graph.Op;
import org.fusegrad.math.Expansions;
import org.fusegrad.math.FloatOps;
import org.fusegrad.type.DType;

/**
 * Emits an elementary function of a vector as the statements of its expansion. A value is the name
 * of the local that holds it. Constants are gathered, to be broadcast before the loop.
 */
final class VectorFunctions implements FloatOps<String, String, String> {
    /** A function of {@link Expansions} on the names of locals. */
    private interface Expansion {
        String apply(VectorFunctions o, String x);
    }

    private static final Map<Op, Expansion> EXPANSIONS = new EnumMap<>(Op.class);

    static {
        EXPANSIONS.put(Op.EXP, Expansions::exp);
        EXPANSIONS.put(Op.EXPM1, Expansions::expm1);
        EXPANSIONS.put(Op.LOG, Expansions::log);
        EXPANSIONS.put(Op.LOG1P, Expansions::log1p);
        EXPANSIONS.put(Op.TANH, Expansions::tanh);
        EXPANSIONS.put(Op.SIGMOID, Expansions::sigmoid);
        EXPANSIONS.put(Op.ERF, Expansions::erf);
    }

    private final Map<String, String> constants = new LinkedHashMap<>();
    private CodeBlock.Builder code;
    private int locals;

    static boolean covers(Op op) {
        return EXPANSIONS.containsKey(op);
    }

    /** Emits the function; the name of its result. */
    String apply(Op op, String x, CodeBlock.Builder to) {
        code = to;
        return EXPANSIONS.get(op).apply(this, x);
    }

    /** Emits the widening of half precision elements, one in each int; the name of the floats. */
    String widened(DType dtype, String ints, CodeBlock.Builder to) {
        code = to;
        return dtype == DType.BFLOAT16
                ? Expansions.fromBfloat16(this, ints)
                : Expansions.fromFloat16(this, ints);
    }

    /** Emits the rounding of floats to half precision; the name of the ints that hold them. */
    String rounded(DType dtype, String floats, CodeBlock.Builder to) {
        code = to;
        return dtype == DType.BFLOAT16
                ? Expansions.toBfloat16(this, floats)
                : Expansions.toFloat16(this, floats);
    }

    /** Locals of the constants asked for so far. */
    CodeBlock constants() {
        CodeBlock.Builder all = CodeBlock.builder();
        constants.forEach((value, name) -> all.addStatement(
                "$L $L = $L", value.startsWith("Int") ? "IntVector" : "FloatVector", name, value));
        return all.build();
    }

    private String floats(String value) {
        return local("FloatVector", value);
    }

    private String ints(String value) {
        return local("IntVector", value);
    }

    private String mask(String value) {
        return local("VectorMask", value);
    }

    private String local(String type, String value) {
        String name = KernelNames.LOCAL + locals++;
        code.addStatement("$L $L = $L", type, name, value);
        return name;
    }

    private String broadcast(String value) {
        return constants.computeIfAbsent(value, v -> KernelNames.CONSTANT + constants.size());
    }

    private static String call(String receiver, String method, String... arguments) {
        return receiver + "." + method + "(" + String.join(", ", arguments) + ")";
    }

    @Override
    public String constant(float value) {
        return broadcast("FloatVector.broadcast(S, " + JavaLiterals.of(value) + ")");
    }

    @Override
    public String constantInt(int value) {
        return broadcast("IntVector.broadcast(I, " + JavaLiterals.of(value) + ")");
    }

    @Override
    public String add(String a, String b) {
        return floats(call(a, "add", b));
    }

    @Override
    public String sub(String a, String b) {
        return floats(call(a, "sub", b));
    }

    @Override
    public String mul(String a, String b) {
        return floats(call(a, "mul", b));
    }

    @Override
    public String div(String a, String b) {
        return floats(call(a, "div", b));
    }

    @Override
    public String fma(String a, String b, String c) {
        return floats(call(a, "fma", b, c));
    }

    @Override
    public String abs(String a) {
        return floats(call(a, "abs"));
    }

    @Override
    public String less(String a, String b) {
        return mask(call(a, "compare", "VectorOperators.LT", b));
    }

    @Override
    public String equal(String a, String b) {
        return mask(call(a, "compare", "VectorOperators.EQ", b));
    }

    @Override
    public String select(String condition, String yes, String no) {
        return floats(call(no, "blend", yes, condition));
    }

    @Override
    public String bits(String a) {
        return ints(call(a, "reinterpretAsInts"));
    }

    @Override
    public String fromBits(String a) {
        return floats("(FloatVector) V.cast(" + call(a, "reinterpretAsFloats") + ")");
    }

    @Override
    public String toFloat(String a) {
        return floats("(FloatVector) " + call(a, "convert", "VectorOperators.I2F", "0"));
    }

    @Override
    public String addInt(String a, String b) {
        return ints(call(a, "add", b));
    }

    @Override
    public String subInt(String a, String b) {
        return ints(call(a, "sub", b));
    }

    @Override
    public String and(String a, String b) {
        return ints(call(a, "and", b));
    }

    @Override
    public String or(String a, String b) {
        return ints(call(a, "or", b));
    }

    @Override
    public String shiftLeft(String a, int count) {
        return ints(call(a, "lanewise", "VectorOperators.LSHL", JavaLiterals.of(count)));
    }

    @Override
    public String shiftRight(String a, int count) {
        return ints(call(a, "lanewise", "VectorOperators.ASHR", JavaLiterals.of(count)));
    }
}
