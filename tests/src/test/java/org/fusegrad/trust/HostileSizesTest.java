package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fusegrad.Fused;
import org.fusegrad.Primitives;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.ops.Pooling;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Sizes whose products and sums leave the range of int or long: one sentence each, no memory. */
final class HostileSizesTest {
    private static final int MAX = Integer.MAX_VALUE;
    private static final int BIG = 1 << 16;

    private static Arguments refused(String says, Supplier<Object> program) {
        return Arguments.of(says, program);
    }

    /** Many elements in little memory: one, repeated. */
    private static Tensor wide(int... dims) {
        return Tensor.full(Shape.of(dims), 1, DType.FLOAT32);
    }

    private static int[] both(int n) {
        return new int[] {n, n};
    }

    private static Tensor conv(Tensor x, int kernel, int stride, int padding, int dilation) {
        Tensor w = wide(1, 1, kernel, kernel);
        return Primitives.conv(x, w, both(stride), both(padding), both(dilation), 1);
    }

    private static Tensor transposed(int size, int stride, int kernel, int dilation, int more) {
        return Primitives.convTranspose(
                wide(1, 1, size, size),
                wide(1, 1, kernel, kernel),
                both(stride),
                both(0),
                both(more),
                both(dilation),
                1);
    }

    private static Tensor pool(Tensor x, int kernel, int stride, int padding, int dilation) {
        return Primitives.maxPool(
                x, both(kernel), both(stride), both(padding), both(dilation), false);
    }

    static Stream<Arguments> shapes() {
        String tooMany = "more than 2^31 elements";
        return Stream.of(
                refused(tooMany, () -> Shape.of(MAX)),
                refused(tooMany, () -> Shape.of(BIG, BIG)),
                refused(tooMany, () -> Shape.of(BIG, BIG, BIG, BIG)),
                refused(tooMany, () -> Shape.of(MAX, MAX, MAX)),
                refused(tooMany, () -> Shape.of(3, 1 << 30, 1 << 30, 1 << 30, 1 << 30)),
                refused("negative size", () -> Shape.of(0, -1)),
                refused("negative size", () -> Shape.of(Integer.MIN_VALUE)),
                refused(tooMany, () -> Tensor.zeros(BIG, BIG)),
                refused("negative size", () -> Tensor.arange(-5)),
                refused(tooMany, () -> wide(0, MAX, MAX).sum(0)),
                refused(tooMany, () -> wide(BIG, 1).mul(wide(1, BIG))),
                refused(tooMany, () -> wide(BIG, 1).expand(BIG, BIG)),
                refused(tooMany, () -> wide(BIG, 1).matmul(wide(1, BIG))),
                refused(tooMany, () -> wide(6).reshape(BIG, BIG, BIG, BIG)),
                refused("reshape: ", () -> wide(6).reshape(BIG, BIG, BIG, BIG, -1)),
                refused("only one size may be -1", () -> wide(6).reshape(-1, -1)),
                refused("negative size", () -> wide(6).scatterAdd(0, Tensor.arange(6), -1)),
                refused(tooMany, () -> wide(6).scatterAdd(0, Tensor.arange(6), MAX)),
                refused(tooMany, () -> wide(0, BIG, 1).flip(0).expand(1, BIG, BIG)),
                refused(
                        "flatten: an axis of 4294967296",
                        () -> Pooling.flatten(wide(0, BIG, BIG), 1)));
    }

    static Stream<Arguments> movements() {
        Tensor x = wide(2, 3);
        return Stream.of(
                refused("pad: an axis of 2147483649", () -> x.pad(both(MAX), both(0), 0)),
                refused("pad: an axis of 4294967296", () -> x.pad(both(MAX), both(MAX), 0)),
                refused("pad: needs two numbers", () -> x.pad(new int[1], new int[1], 0)),
                refused("pad: needs two numbers", () -> x.pad(new int[3], new int[2], 0)),
                refused("slice: range", () -> x.slice(0, 0, MAX)),
                refused("slice: range", () -> x.slice(0, Integer.MIN_VALUE, 2)),
                refused("slice: range", () -> x.slice(0, 0, 2, 0)),
                refused("slice: range", () -> x.slice(0, 0, 2, Integer.MIN_VALUE)),
                refused("select: there is no index", () -> x.select(0, MAX)),
                refused("axis 2147483647", () -> x.sum(MAX)),
                refused("axis -2147483648", () -> x.sum(Integer.MIN_VALUE)),
                refused("unsqueeze: axis 2147483647", () -> x.unsqueeze(MAX)),
                refused("unsqueeze: axis -2147483648", () -> x.unsqueeze(Integer.MIN_VALUE)),
                refused("concat: there is nothing", () -> Tensor.concat(0)),
                refused(
                        "concat: an axis of 3221225472",
                        () -> Tensor.concat(0, wide(1 << 30), wide(1 << 30), wide(1 << 30))),
                refused(
                        "concat: an axis of 2147483648",
                        () -> Tensor.concat(0, wide(1 << 30), wide(1 << 30))));
    }

    static Stream<Arguments> windows() {
        Tensor x = wide(1, 1, 8, 8);
        return Stream.of(
                refused("conv: an axis of 4294967302", () -> conv(x, 3, 1, MAX, 1)),
                refused("conv: an axis of 2147483656", () -> conv(x, 3, 1, 1 << 30, 1)),
                refused("does not fit axis", () -> conv(x, 3, 1, 0, MAX)),
                refused("does not fit axis", () -> conv(x, 5, 1, 0, 1 << 30)),
                refused("does not fit axis", () -> conv(x, 3, 0, 0, 1)),
                refused("does not fit axis", () -> conv(x, 3, 1, -1, 1)),
                refused("does not fit axis", () -> conv(x, 3, 1, 0, -MAX)),
                refused(
                        "conv: stride, padding and dilation",
                        () -> Primitives.conv(x, x, both(1), new int[1], both(1), 1)),
                refused("more than 2^31 elements", () -> conv(x, 3, 1, 1 << 29, 1)),
                refused("conv_transpose: an axis of", () -> transposed(8, MAX, 3, 1, 0)),
                refused("conv_transpose: an axis of", () -> transposed(8, 1, 3, MAX, 0)),
                refused("conv_transpose: an axis of", () -> transposed(8, 1, 3, 1, MAX)),
                refused("more than 2^31 elements", () -> transposed(8, 1 << 20, 3, 1, 0)),
                refused("pooling: ", () -> pool(x, MAX, 1, 0, 1)),
                refused("pooling: ", () -> pool(x, 2, 1, MAX, 1)),
                refused("pooling: ", () -> pool(x, 2, 1, Integer.MIN_VALUE, 1)),
                refused("pooling: ", () -> pool(x, 3, 1, 0, MAX)),
                refused("pooling: ", () -> pool(x, 5, 1, 0, 1 << 30)),
                refused("pooling: ", () -> pool(x, 0, 1, 0, 1)),
                refused("pooling: ", () -> pool(x, 2, 0, 0, 1)),
                refused("pooling: ", () -> pool(x, 2, 1, 0, 0)),
                refused("pooling: ", () -> pool(x, -2, 1, 0, 1)),
                refused("is empty", () -> Pooling.adaptiveAvgPool2d(x, Integer.MIN_VALUE, 1)),
                refused(
                        "more than 2^31 elements",
                        () -> new Conv2d(BIG, BIG, ConvOptions.kernel(3), RandomSource.of(1))),
                refused(
                        "more than 2^31 elements",
                        () -> new Conv2d(8, 8, ConvOptions.kernel(BIG), RandomSource.of(1))));
    }

    @ParameterizedTest(name = "{index} {0}")
    @MethodSource({"shapes", "movements", "windows"})
    void isRefusedInOneSentence(String says, Supplier<Object> program) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, program::get);
        assertTrue(e.getMessage().contains(says), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }

    /** While traced, shapes are the same and refused by the same rules. */
    @ParameterizedTest(name = "{index} {0}")
    @MethodSource({"shapes", "movements", "windows"})
    void isRefusedInsideAFormulaToo(String says, Supplier<Object> program) {
        Fused formula = Fused.of("hostile", x -> program.get() == null ? x.neg() : x);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> formula.call(Tensor.scalar(1)));
        assertTrue(e.getMessage().contains(says), e.getMessage());
    }

    /** What is odd but right stays right. */
    @Test
    void extremesThatFitAreComputed() {
        Tensor x = Tensor.of(1f, 2f, 3f);
        assertEquals(List.of(1.0), list(x.slice(0, 0, 3, MAX)));
        assertEquals(List.of(1.0), list(conv(Tensor.ones(1, 1, 8, 8), 1, MAX, 0, 1)));
        assertEquals(List.of(1.0), list(pool(Tensor.ones(1, 1, 8, 8), 1, MAX, 0, MAX)));
        assertEquals(0, wide(0, MAX).add(1).shape().numel());
        Tensor y = Tensor.ones(4).requiresGrad(true);
        y.slice(0, 1, 4, MAX).sumAll().backward();
        assertEquals(List.of(0.0, 1.0, 0.0, 0.0), list(y.grad()));
    }

    private static List<Double> list(Tensor t) {
        return Arrays.stream(t.toDoubles()).boxed().toList();
    }
}
