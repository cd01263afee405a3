package org.fusegrad.plan;

import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.sum;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.fusegrad.dist.Collective;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Value;
import org.fusegrad.run.interp.Run;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** What a plan runs and explains, and what happens when memory is short. */
final class ExecutableTest {
    private final Node x = leaf(0, "x", DType.FLOAT32, 2, 2);
    private final KernelRuntime runtime = Plans.runtime();
    private final Value[] in = {Run.floats(Shape.of(2, 2), 1, 2, 3, 4)};

    private Executable plan(Node... outputs) {
        return new Planner(runtime)
                .plan("f", Graph.of(List.of(x), List.of(outputs)), Plans.ROW_MAJOR);
    }

    @Test
    void kernelsViewsAndConstantsFillTheOutputs() {
        Executable plan =
                plan(x.transpose(), x.mul(2).matmul(x), Node.constant(7, DType.FLOAT32), x);
        List<Integer> allocated = new ArrayList<>();
        Value[] out = plan.run(in, (type, length) -> {
            assertEquals(DType.FLOAT32, type);
            allocated.add(length);
            return Buffer.allocate(type, length);
        });
        assertArrayEquals(new double[] {1, 3, 2, 4}, out[0].toDoubles());
        assertArrayEquals(new double[] {14, 20, 30, 44}, out[1].toDoubles());
        assertArrayEquals(new double[] {7}, out[2].toDoubles());
        assertEquals(in[0], out[3]);
        assertEquals(List.of(4, 4), allocated);
    }

    @Test
    void explaining() {
        Executable plan = plan(sum(x, 1).mul(0.5), x.transpose());
        assertEquals("""
                f: 1 kernel(s)
                  f_1  1 scan(s) R1 W0, reads 16 B, writes 16 B; unfused 64 B
                    x          = input                                  float32(2, 2)
                    t1         = sum[1] x                               float64(2, 1)
                    t2         = mul t1 0.5                             float64(2, 1)
                    return t2
                """, plan.explain().replace(System.lineSeparator(), "\n"));
        assertEquals(
                "[1 scan(s) R2 W1, reads 32 B, writes 16 B; unfused 48 B]",
                plan(x.matmul(x.transpose())).traffic().toString());
        assertTrue(plan.source().startsWith("// kernel f_1\n"), plan.source());
        assertTrue(plan.source().length() > "// kernel f_1\n\n".length(), plan.source());
    }

    @Test
    void aKernelRunsAgainWhenPooledMemoryStoodInItsWay() {
        runtime.pool().give(runtime.pool().take(DType.FLOAT32, 1000));
        assertTrue(runtime.pool().pooledBytes() > 0);
        List<Integer> tries = new ArrayList<>();
        Value[] out = plan(x.unary(Op.NEG)).run(in, (type, length) -> {
            tries.add(length);
            if (tries.size() == 1) {
                throw new OutOfMemoryError("heap");
            }
            return Buffer.allocate(type, length);
        });
        assertArrayEquals(new double[] {-1, -2, -3, -4}, out[0].toDoubles());
        assertEquals(0, runtime.pool().pooledBytes());
    }

    @Test
    void aKernelThatNeverHasRoomIsNamed() {
        Executable plan = plan(x.unary(Op.NEG));
        OutOfMemoryError e = assertThrows(
                OutOfMemoryError.class,
                () -> plan.run(in, (type, length) -> {
                    throw new OutOfMemoryError("heap");
                }));
        assertEquals(
                "kernel f_1 has not enough memory (heap): raise -Xmx or take smaller batches",
                e.getMessage());
    }

    @Test
    void aClosedRuntimeRunsNothing() {
        Executable plan = plan(x.transpose());
        runtime.close();
        assertThrows(IllegalStateException.class, () -> plan.run(in, Buffer::allocate));
    }

    @Test
    void oneReplicaAloneComputesTheWhole() {
        BitSet rows = new BitSet();
        rows.set(0);
        BatchShard all = new BatchShard(Collective.alone(), 0, 2, 2);
        Graph graph = Graph.of(List.of(x), List.of(x.sub(sum(x, 0).cast(DType.FLOAT32))));
        Executable shared = new Planner(runtime).plan("f", graph, all, rows);
        Value[] out = shared.run(in, Buffer::allocate);
        assertArrayEquals(new double[] {-3, -4, -1, -2}, out[0].toDoubles());
        Node dy = leaf(1, "dy", DType.FLOAT32, 2, 2);
        Graph pullback = Graph.of(List.of(x, dy), List.of(dy.mul(x)));
        rows.set(1);
        Split split = Planner.split(graph, pullback, all, rows);
        assertEquals(Shape.of(2, 2), split.backward().outputs().get(0).shape());
    }

    @Test
    void layoutsAreEqualIfTheyOrderAlike() {
        Layouts a = new Layouts(new int[][] {{1, 2}, null}, false);
        assertEquals(a, new Layouts(new int[][] {{1, 2}, null}, false));
        assertEquals(a.hashCode(), new Layouts(new int[][] {{1, 2}, null}, false).hashCode());
        assertNotEquals(a.hashCode(), new Layouts(new int[][] {{2, 1}, null}, false).hashCode());
        assertNotEquals(a, new Layouts(new int[][] {{1, 2}, null}, true));
        assertNotEquals(a, new Layouts(new int[][] {{2, 1}, null}, false));
        assertNotEquals(a, "layouts");
        assertEquals("[[1, 2], null]", a.toString());
        assertArrayEquals(new int[] {1, 2}, a.of(0));
        assertEquals(null, a.of(1));
        assertEquals(null, a.of(2), "planned without an order");
    }

    @Test
    void trafficInBytesAndMegabytes() {
        assertEquals(
                "2 scan(s) R3 W1, reads 99999 B, writes 0.1 MB; unfused 12.3 MB",
                new Traffic(2, 3, 1, 99_999, 100_000, 12_345_678).toString());
    }
}
