package org.fusegrad.codegen.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Op;
import org.fusegrad.math.Half;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class MatmulTest {
    private static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100};

    private static Value check(Value a, Value b) {
        return SameBits.check(Op.MATMUL, Attrs.NONE, a, b);
    }

    @Test
    void allSizes() {
        for (int m : SIZES) {
            for (int n : SIZES) {
                int k = SIZES[(m + n) % SIZES.length];
                check(SameBits.random(m, m, k), SameBits.random(n, k, n));
            }
        }
    }

    @Test
    void depthsAroundABlock() {
        for (int k : new int[] {1, 383, 384, 385, 768, 769, 1500}) {
            check(SameBits.random(k, 11, k), SameBits.random(k + 1, k, 37));
            check(SameBits.random(k, 37, k), SameBits.random(k + 1, k, 3));
        }
    }

    @Test
    void transposedAndSpreadOperands() {
        int[][] sizes = {{1, 1, 1}, {7, 33, 17}, {40, 5, 400}, {64, 64, 64}, {33, 100, 390}};
        for (int[] s : sizes) {
            Value a = SameBits.random(1, s[0], s[2]);
            Value b = SameBits.random(2, s[2], s[1]);
            Value want = check(a, b);
            Value[] left = {a, SameBits.stored(a, 1, 0), SameBits.spread(a)};
            Value[] right = {b, SameBits.stored(b, 1, 0), SameBits.spread(b)};
            for (Value x : left) {
                for (Value y : right) {
                    assertArrayEquals(want.floats(), check(x, y).floats());
                }
            }
        }
    }

    @Test
    void largeEnoughForSeveralBlocks() {
        check(SameBits.random(1, 400, 800), SameBits.stored(SameBits.random(2, 800, 300), 1, 0));
        check(SameBits.random(3, 8200, 10), SameBits.random(4, 10, 9));
        check(SameBits.random(5, 3, 10), SameBits.random(6, 10, 8200));
        check(SameBits.random(7, 5, 9000), SameBits.random(8, 9000, 8200));
    }

    @Test
    void batches() {
        check(SameBits.random(1, 5, 9, 20), SameBits.random(2, 5, 20, 33));
        check(SameBits.random(1, 2, 3, 4, 5), SameBits.random(2, 2, 3, 5, 6));
        check(SameBits.random(1, 300, 4, 4), SameBits.random(2, 300, 4, 4));
        check(SameBits.random(1, 2, 130, 140), SameBits.random(2, 2, 140, 150));
        Value heads = SameBits.random(3, 2, 17, 3, 8).permute(new int[] {0, 2, 1, 3});
        check(heads, heads.permute(new int[] {0, 1, 3, 2}));
        check(SameBits.random(4, 1, 5, 6).expand(Shape.of(4, 5, 6)), SameBits.random(5, 4, 6, 7));
    }

    @Test
    void emptyProducts() {
        check(SameBits.random(1, 0, 4), SameBits.random(2, 4, 3));
        check(SameBits.random(1, 4, 0), SameBits.random(2, 0, 3));
        check(SameBits.random(1, 0, 4, 5), SameBits.random(2, 0, 5, 3));
        check(SameBits.random(1, 2, 4, 5), SameBits.random(2, 2, 5, 0));
    }

    @Test
    void oddNumbers() {
        for (int seed = 0; seed < 10; seed++) {
            check(SameBits.wild(seed, 13, 400), SameBits.wild(seed + 100, 400, 21));
        }
        Value tiny = Value.wrap(DType.FLOAT32, new float[] {-1e-30f, 1e-30f}, Shape.of(2, 1));
        check(tiny, SameBits.stored(tiny, 1, 0).permute(new int[] {1, 0}));
    }

    @Test
    void halfOperands() {
        Value a = SameBits.random(1, 9, 40);
        Value b = SameBits.random(2, 30, 40);
        short[] bfloat = new short[360];
        short[] half = new short[1200];
        for (int i = 0; i < 360; i++) {
            bfloat[i] = Half.toBfloat16(a.floats()[i]);
        }
        for (int i = 0; i < 1200; i++) {
            half[i] = Half.toFloat16(b.floats()[i]);
        }
        check(
                Value.wrap(DType.BFLOAT16, bfloat, Shape.of(9, 40)),
                Value.wrap(DType.FLOAT16, half, Shape.of(30, 40)).permute(new int[] {1, 0}));
    }

    @Test
    void doublesAreLeftToOthers() {
        Value a = Value.zeros(DType.FLOAT64, Shape.of(2, 2));
        assertFalse(new Contractions(0, null).covers(SameBits.graph(Op.MATMUL, Attrs.NONE, a, a)));
    }
}
