package org.fusegrad.autodiff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong programs and exactly what they are told. */
final class ErrorMessageTest {
    private static Arguments program(String message, Executable program) {
        return Arguments.of(message, program);
    }

    private static final Tensor X = Tensor.zeros(2, 3);

    static Stream<Arguments> shapes() {
        return Stream.of(
                program("add: cannot broadcast (2, 3) with (1, 4)", () -> X.add(Tensor.zeros(4))),
                program(
                        "where: cannot broadcast (2, 3) with (1, 2)",
                        () -> X.le(0).where(X, Tensor.zeros(2))),
                program("matmul: cannot multiply (2, 3) by (2, 3)", () -> X.matmul(X)),
                program(
                        "matmul: cannot multiply (2, 2, 3) by (3, 3, 2)",
                        () -> Tensor.zeros(2, 2, 3).matmul(Tensor.zeros(3, 3, 2))),
                program("reshape: (2, 3) has 6 elements, (4, 2) has 8", () -> X.reshape(4, 2)),
                program(
                        "reshape: only one size may be -1, got (-1, -1) for (2, 3)",
                        () -> X.reshape(-1, -1)),
                program(
                        "reshape: (2, 3) has 6 elements, which do not fill (-1, 4)",
                        () -> X.reshape(-1, 4)),
                program(
                        "reshape: (2, 3) has 6 elements, which do not fill (0, -1)",
                        () -> X.reshape(0, -1)),
                program(
                        "reshape: (2, 3) has 6 elements, which do not fill (-1, 65536, 65536)",
                        () -> X.reshape(-1, 65536, 65536)),
                program("negative size in shape (-2, 3)", () -> X.reshape(-2, 3)),
                program("select: there is no index 3 in axis 1 of (2, 3)", () -> X.select(1, 3)),
                program("select: there is no index -3 in axis 0 of (2, 3)", () -> X.select(0, -3)),
                program("axis -3 is out of range for shape (2, 3)", () -> X.select(-3, 0)),
                program(
                        "slice: range -4:2:1 does not fit axis -1 of (2, 3)",
                        () -> X.slice(-1, -4, 2)),
                program(
                        "slice: range 0:3:0 does not fit axis 1 of (2, 3)",
                        () -> X.slice(1, 0, 3, 0)),
                program(
                        "unsqueeze: axis -4 is out of range for shape (2, 3)",
                        () -> X.unsqueeze(-4)),
                program(
                        "axis 0 is out of range for shape ()",
                        () -> Tensor.concat(0, Tensor.scalar(1))),
                program("expand: cannot expand (2, 3) to (2, 4)", () -> X.expand(2, 4)),
                program(
                        "permute: [0, 0] is not a permutation of the axes of (2, 3)",
                        () -> X.permute(0, 0)),
                program("axis 2 is out of range for shape (2, 3)", () -> X.sum(2)),
                program("slice: range 0:5:1 does not fit axis 1 of (2, 3)", () -> X.slice(1, 0, 5)),
                program("squeeze: axis 0 of (2, 3) is not of size 1", () -> X.squeeze(0)),
                program(
                        "pad: padding must not be negative, got [-1, 0] and [0, 0]",
                        () -> X.pad(new int[] {-1, 0}, new int[] {0, 0}, 0)),
                program(
                        "concat: cannot join float32(2, 3) and float32(3, 3) along axis 1",
                        () -> Tensor.concat(1, X, Tensor.zeros(3, 3))),
                program(
                        "max: axis 1 of (2, 0) is empty and has no max",
                        () -> Tensor.zeros(2, 0).max(1)),
                program("item() needs one element, shape is (2, 3)", X::item),
                program(
                        "conv: input (1, 3, 4, 4) does not fit weight (2, 2, 3, 3) in 1 group(s):"
                                + " the weight wants 2 channels",
                        () -> conv(Tensor.zeros(2, 2, 3, 3))),
                program(
                        "conv: kernel 5 (stride 1, padding 0, dilation 1) does not fit axis 2 of"
                                + " (1, 3, 4, 4)",
                        () -> conv(Tensor.zeros(2, 3, 5, 3))),
                program(
                        "6 values do not fill shape (2, 2) of 4",
                        () -> Tensor.of(new float[6], 2, 2)),
                program("negative size in shape (2, -3)", () -> Tensor.zeros(2, -3)));
    }

    private static Tensor conv(Tensor weight) {
        int[] one = {1, 1};
        return Primitives.conv(Tensor.zeros(1, 3, 4, 4), weight, one, new int[2], one, 1);
    }

    static Stream<Arguments> types() {
        Tensor whole = Tensor.arange(3);
        Tensor doubles = Tensor.scalar(1, DType.FLOAT64);
        return Stream.of(
                program(
                        "add: cannot mix float32 with float64; cast one of them",
                        () -> X.add(doubles)),
                program("mean of int64: cast to float32 first", whole::meanAll),
                program("var of int64: cast to float32 first", whole::var),
                program("mean of bool: cast to float32 first", () -> X.le(0).mean(0)),
                program(
                        "pow: int64 to the power -1 is a fraction; cast to float32 first",
                        () -> whole.pow(-1)),
                program(
                        "pad: 0.5 is no int64; cast the tensor to float32 first",
                        () -> whole.pad(new int[] {1}, new int[] {1}, 0.5)),
                program(
                        "sub: bool operands have no sub; cast one of them to int64 first",
                        () -> X.le(0).sub(X.le(0))),
                program(
                        "neg: bool operands have no neg; use not(), or cast to int64 first",
                        () -> X.le(0).neg()),
                program(
                        "where: cannot mix float32 with float64; cast one of them",
                        () -> X.le(0).where(X, doubles)),
                program(
                        "concat: cannot mix float32 with float64; cast one of them",
                        () -> Tensor.concat(0, Tensor.zeros(1), doubles.reshape(1))),
                program("not: needs bool operands, got float32", X::not),
                program("where: needs bool operands, got float32", () -> X.where(X, X)),
                program(
                        "only floating tensors have gradients, not int64",
                        () -> whole.requiresGrad(true)),
                program("tensor is float32, not int64", X::toLongs),
                program("cannot assign float64() to float32(2, 3)", () -> X.assign(doubles)),
                program(
                        "gather: needs an int64 index that differs from (2, 3) only along axis 1,"
                                + " got float32(2, 3)",
                        () -> X.gather(1, X)),
                program(
                        "unknown dtype 'float8': use float32, float64, bfloat16, float16, int64 or"
                                + " bool",
                        () -> DType.parse("float8")));
    }

    static Stream<Arguments> gradients() {
        return Stream.of(
                program(
                        "backward of a tensor of shape (2, 3) needs an upstream gradient; only a"
                                + " single element has an implicit 1",
                        () -> leaf().square().backward()),
                program(
                        "upstream gradient is float32(3), the tensor is float32(2, 3)",
                        () -> leaf().square().backward(Tensor.zeros(3))),
                program(
                        "upstream gradient is float64(), the tensor is float32()",
                        () -> leaf().sumAll().backward(Tensor.scalar(1, DType.FLOAT64))),
                program("a declared backward answered 2 gradients for 1 inputs", () -> {
                    Tensor x = leaf();
                    Primitives.customGradient(
                                    x.square(), java.util.List.of(x), g -> java.util.List.of(g, g))
                            .sumAll()
                            .backward();
                }));
    }

    private static Tensor leaf() {
        return Tensor.zeros(2, 3).requiresGrad(true);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"shapes", "types", "gradients"})
    void isToldExactly(String message, Executable program) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, program).getMessage());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void isToldTheSameWhileTraced(String message, Executable program) {
        // Shapes are checked when a formula is traced, by the same rules.
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> Fused.of("wrong", x -> {
                            try {
                                program.execute();
                            } catch (RuntimeException known) {
                                throw known;
                            } catch (Throwable other) {
                                throw new AssertionError(other);
                            }
                            return x;
                        })
                        .call(Tensor.scalar(0)));
        assertEquals(message, e.getMessage());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("gradients")
    void leavesTheThreadRecording(String message, Executable program) {
        assertThrows(IllegalArgumentException.class, program);
        assertEquals(true, leaf().square().requiresGrad());
    }
}
