package org.fusegrad.plan;

import static org.fusegrad.graph.Formula.leaf;
import static org.fusegrad.graph.Formula.sum;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.graph.Formula;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;

/**
 * Loop nests of fused kernels. A step is written as its loops, a star where the data is, what it
 * loads and what it makes; steps outside the slabs are marked. The last line tells what is moved.
 */
final class KernelScheduleTest {
    private final Node x = leaf(0, "x", DType.FLOAT32, 4, 8);
    private final Node y = leaf(1, "y", DType.FLOAT32, 4, 8);
    private final Node r = leaf(2, "r", DType.FLOAT32, 4, 1);
    private final Node w = leaf(3, "w", DType.FLOAT32, 1, 8);
    private final Node z = leaf(4, "z", DType.FLOAT32, 2, 4, 8);
    private final Node c = leaf(5, "c", DType.FLOAT32, 1, 4, 1);

    private static KernelSchedule schedule(Node... outputs) {
        List<Node> leaves = Graph.topological(List.of(outputs)).stream()
                .filter(n -> n.is(Op.INPUT))
                .toList();
        return KernelSchedule.of(new KernelGraph("k", Graph.of(leaves, List.of(outputs)), true));
    }

    private void becomes(String expected, Node... outputs) {
        String actual = describe(schedule(outputs));
        assertEquals(expected, actual);
    }

    private static String describe(KernelSchedule schedule) {
        Map<Node, String> names = new IdentityHashMap<>();
        StringBuilder text = new StringBuilder();
        for (KernelSchedule.Step step : schedule.steps()) {
            String place = schedule.before().contains(step)
                    ? "before "
                    : schedule.after().contains(step) ? "after " : "";
            text.append(place).append(step.isFull() ? "* " : "").append(loops(step.loops()));
            text.append(" reads ").append(list(step.loads(), names)).append(" makes");
            Map<Node, String> known = new IdentityHashMap<>(names);
            List<Node> made = new ArrayList<>(step.stores());
            made.addAll(step.reductions());
            for (Node n : made) {
                names.put(n, "v" + (names.size() + 1));
                text.append(' ').append(names.get(n)).append('=').append(Formula.text(n, known));
                if (step.stores().contains(n)) {
                    known.put(n, names.get(n));
                }
            }
            text.append('\n');
        }
        return text.append("slab ")
                .append(loops(schedule.slab()))
                .append(", ")
                .append(schedule.traffic())
                .append('\n')
                .toString();
    }

    private static String loops(boolean[] loops) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < loops.length; i++) {
            text.append(loops[i] ? Integer.toString(i) : "-");
        }
        return text.toString();
    }

    private static String list(List<Node> nodes, Map<Node, String> names) {
        return String.join(",", nodes.stream().map(n -> Formula.text(n, names)).toList());
    }

    private static Node exp(Node x) {
        return x.unary(Op.EXP);
    }

    @Test
    void elementByElement() {
        becomes("""
                * 01 reads x makes v1=exp(x)
                slab 0-, 1 scan(s) R1 W1, reads 128 B, writes 128 B; unfused 256 B
                """, exp(x));
        becomes("""
                * 01 reads x,y makes v1=exp(x) v2=(v1 * y)
                slab 0-, 1 scan(s) R2 W2, reads 256 B, writes 256 B; unfused 640 B
                """, exp(x).mul(y), exp(x));
        becomes("""
                * 01 reads x,r makes v1=(x * r)
                slab 0-, 1 scan(s) R1 W1, reads 144 B, writes 128 B; unfused 272 B
                """, x.mul(r));
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads w,x,v1 makes v2=((x * v1) + w)
                slab 0-, 1 scan(s) R1 W1, reads 192 B, writes 128 B; unfused 592 B
                """, x.mul(exp(r)).add(w));
        becomes("""
                * 01 reads x makes v1=(x * 3)
                slab 0-, 1 scan(s) R1 W1, reads 128 B, writes 128 B; unfused 256 B
                """, x.mul(3));
    }

    @Test
    void sums() {
        becomes("""
                * 01 reads x makes v1=sum[1](x)
                slab 0-, 1 scan(s) R1 W0, reads 128 B, writes 32 B; unfused 160 B
                """, sum(x, 1));
        becomes("""
                * 01 reads x makes v1=sum[0](x)
                slab 0-, 1 scan(s) R1 W0, reads 128 B, writes 64 B; unfused 192 B
                """, sum(x, 0));
        becomes("""
                * 01 reads x makes v1=sum[1](x)
                after 0- reads v1 makes v2=sum[0](v1)
                slab 0-, 1 scan(s) R1 W0, reads 128 B, writes 8 B; unfused 200 B
                """, sum(sum(x, 1), 0));
        becomes("""
                * 01 reads x makes v1=sum[1](x) v2=sum[0](x)
                slab 0-, 1 scan(s) R1 W0, reads 128 B, writes 96 B; unfused 352 B
                """, sum(x, 1), sum(x, 0));
        becomes("""
                * 01 reads x makes v1=sum[1]((x * x)) v2=sum[1](x)
                slab 0-, 1 scan(s) R1 W0, reads 128 B, writes 64 B; unfused 704 B
                """, sum(x.mul(x), 1), sum(x, 1));
    }

    @Test
    void scansOfRows() {
        Node wide = x.cast(DType.FLOAT64);
        Node mean = sum(x, 1).div(8);
        becomes("""
                * 01 reads x makes v1=sum[1](x)
                0- reads v1 makes v2=(v1 / 8)
                * 01 reads v2,x makes v3=(float64(x) - v2)
                slab 0-, 2 scan(s) R2 W1, reads 288 B, writes 256 B; unfused 1152 B
                """, wide.sub(mean));
        Node total = sum(exp(x), 1);
        becomes("""
                * 01 reads x makes v1=sum[1](exp(x))
                * 01 reads v1,x makes v2=(float64(exp(x)) / v1)
                slab 0-, 2 scan(s) R2 W1, reads 288 B, writes 256 B; unfused 1344 B
                """, exp(x).cast(DType.FLOAT64).div(total));
        Node top = x.reduce(Op.MAX, org.fusegrad.type.Ints.of(1));
        Node e = exp(x.sub(top));
        becomes("""
                * 01 reads x makes v1=max[1](x)
                * 01 reads x,v1 makes v2=sum[1](exp((x - v1)))
                0- reads v2 makes v3=float32(v2)
                * 01 reads v3,x,v1 makes v4=(exp((x - v1)) / v3)
                slab 0-, 3 scan(s) R3 W1, reads 432 B, writes 128 B; unfused 1152 B
                """, e.div(sum(e, 1).cast(DType.FLOAT32)));
    }

    @Test
    void scansOfColumns() {
        Node wide = x.cast(DType.FLOAT64);
        becomes("""
                * 01 reads x makes v1=sum[0](x)
                * 01 reads v1,x makes v2=(float64(x) - v1)
                slab --, 2 scan(s) R2 W1, reads 320 B, writes 256 B; unfused 1152 B
                """, wide.sub(sum(x, 0)));
        becomes("""
                * 01 reads x makes v1=sum[0](x) v2=sum[1]((float64(x) * float64(x)))
                * 01 reads v1,x makes v3=(float64(x) - v1)
                slab --, 2 scan(s) R2 W1, reads 320 B, writes 288 B; unfused 2208 B
                """, wide.sub(sum(x, 0)), sum(wide.mul(wide), 1));
    }

    @Test
    void slabsOfChannels() {
        Node mean = sum(sum(z, 2), 0).div(16).cast(DType.FLOAT32);
        becomes("""
                * 012 reads z makes v1=sum[2](z)
                01- reads v1 makes v2=sum[0](v1)
                -1- reads v2 makes v3=float32((v2 / 16))
                * 012 reads c,z,v3 makes v4=((z - v3) * c)
                slab -1-, 2 scan(s) R2 W1, reads 544 B, writes 256 B; unfused 1584 B
                """, z.sub(mean).mul(c));
        Node rows = sum(z, 2);
        becomes("""
                * 012 reads z makes v1=sum[2](z)
                * 012 reads v1,z makes v2=(float64(z) * v1)
                01- reads v1 makes v3=sum[0](v1)
                slab 01-, 2 scan(s) R2 W1, reads 576 B, writes 544 B; unfused 2272 B
                """, z.cast(DType.FLOAT64).mul(rows), sum(rows, 0));
    }

    @Test
    void sumsThatNothingWaitsForRideAlong() {
        Node wide = x.cast(DType.FLOAT64);
        Node total = sum(x, 1);
        becomes("""
                * 01 reads x makes v1=sum[1](x) v2=sum[0](exp(x))
                * 01 reads v1,x makes v3=(float64(x) * v1)
                slab 0-, 2 scan(s) R2 W1, reads 288 B, writes 320 B; unfused 1536 B
                """, wide.mul(total), sum(exp(x), 0));
        becomes("""
                * 01 reads x makes v1=sum[1](x) v2=sum[1](exp(x))
                * 01 reads v1,x makes v3=(float64(x) * v1)
                slab 0-, 2 scan(s) R2 W1, reads 288 B, writes 288 B; unfused 1504 B
                """, wide.mul(total), sum(exp(x), 1));
        becomes("""
                * 01 reads x makes v1=sum[1](x) v2=sum[1](exp(x))
                * 01 reads v1,x makes v3=(float64(x) * v1)
                0- reads v2 makes v4=exp(v2)
                * 01 reads v4,x makes v5=(float64(x) * v4)
                slab 0-, 3 scan(s) R3 W2, reads 448 B, writes 512 B; unfused 2112 B
                """, wide.mul(total), wide.mul(exp(sum(exp(x), 1))));
        becomes("""
                * 01 reads x,y makes v1=sum[1](x) v2=sum[1]((x * y))
                * 01 reads v1,x makes v3=sum[1]((float64(x) * v1))
                slab 0-, 2 scan(s) R3 W0, reads 416 B, writes 64 B; unfused 1920 B
                """, sum(wide.mul(total), 1), sum(x.mul(y), 1));
    }

    @Test
    void aNestOfSumsAloneMovesToALaterOneOverTheSameLoops() {
        Node total = sum(x, 1);
        Node scale = exp(r);
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x,v1 makes v2=(x * v1) v3=sum[1](x)
                slab 0-, 1 scan(s) R1 W1, reads 160 B, writes 160 B; unfused 464 B
                """, x.mul(scale), total);
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x,v1 makes v2=(x * v1) v3=sum[1](x)
                0- reads v3 makes v4=exp(v3)
                slab 0-, 1 scan(s) R1 W1, reads 160 B, writes 160 B; unfused 528 B
                """, x.mul(scale), exp(total));
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x,y makes v2=(exp(x) * y) v3=sum[0](x)
                * 01 reads x,v1 makes v4=(x * v1)
                slab 0-, 2 scan(s) R3 W2, reads 416 B, writes 320 B; unfused 1136 B
                """, x.mul(scale), sum(x, 0), exp(x).mul(y));
        Node scaled = sum(x.mul(scale), 1);
        Node last = exp(x).cast(DType.FLOAT64).mul(exp(scaled));
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x,v1 makes v2=sum[1]((x * v1)) v3=sum[1](x)
                0- reads v2 makes v4=exp(v2)
                * 01 reads v3,v4,x makes v5=((float64(exp(x)) * v4) * v3)
                slab 0-, 2 scan(s) R2 W1, reads 352 B, writes 256 B; unfused 2416 B
                """, last.mul(total));
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x,v1 makes v2=sum[1]((x * v1)) v3=sum[1](x)
                0- reads v2 makes v4=exp(v2)
                * 01 reads v4,x makes v5=(float64(exp(x)) * v4)
                slab 0-, 2 scan(s) R2 W1, reads 320 B, writes 288 B; unfused 1872 B
                """, last, total);
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x makes v2=sum[1](x)
                * 01 reads x,v1 makes v3=sum[1]((x * v1))
                0- reads v2 makes v4=exp(v2)
                0- reads v3 makes v5=exp(v3)
                * 01 reads v4,v5,x makes v6=((float64(exp(x)) * v5) * v4)
                slab 0-, 3 scan(s) R3 W1, reads 480 B, writes 256 B; unfused 2480 B
                """, last.mul(exp(total)));
    }

    @Test
    void aNestStaysWhereMovingItSavesNothing() {
        Node scaled = x.mul(exp(r)).cast(DType.FLOAT64);
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x makes v2=sum[1](x)
                * 01 reads v2,x,v1 makes v3=(float64((x * v1)) * v2)
                slab 0-, 2 scan(s) R2 W1, reads 320 B, writes 256 B; unfused 1392 B
                """, scaled.mul(sum(x, 1)));
        becomes("""
                before 0- reads r makes v1=sum[0](exp(r))
                before -1 reads w makes v2=sum[1](w)
                * 01 reads x makes v3=sum[1](x)
                before -- reads v1,v2 makes v4=exp(v1) v5=exp(v2)
                0- reads v3 makes v6=exp(v3)
                slab 0-, 1 scan(s) R1 W0, reads 176 B, writes 48 B; unfused 352 B
                """, exp(sum(exp(r), 0)), exp(sum(w, 1)), exp(sum(x, 1)));
        becomes("""
                0- reads r makes v1=exp(r)
                * 01 reads x makes v2=exp(x) v3=sum[1](x)
                * 01 reads x,v1 makes v4=(x * v1)
                slab 0-, 2 scan(s) R2 W2, reads 288 B, writes 288 B; unfused 720 B
                """, x.mul(exp(r)), exp(x), sum(x, 1));
    }

    @Test
    void nestsOverOtherLoops() {
        becomes("""
                * 0- reads r makes v1=exp(r)
                * -1 reads w makes v2=exp(w)
                slab --, 1 scan(s) R1 W1, reads 48 B, writes 48 B; unfused 96 B
                """, exp(r), exp(w));
        becomes("""
                before 0- reads r makes v1=sum[0](r)
                before -1 reads w makes v2=sum[1](exp(w))
                * 01 reads x makes v3=exp(x)
                slab 0-, 1 scan(s) R1 W1, reads 176 B, writes 144 B; unfused 384 B
                """, sum(r, 0), sum(exp(w), 1), exp(x));
    }

    @Test
    void whatWaitsForTheSlabsComesAfterThem() {
        Node rows = sum(x, 1);
        becomes("""
                * 01 reads x makes v1=sum[1](x)
                * 01 reads v1,x makes v2=(float64(x) * v1)
                after 0- reads v1 makes v3=sum[0](v1)
                after -- reads v3 makes v4=exp(v3)
                slab 0-, 2 scan(s) R2 W1, reads 288 B, writes 264 B; unfused 1144 B
                """, x.cast(DType.FLOAT64).mul(rows), exp(sum(rows, 0)));
        becomes("""
                before -1 reads w makes v1=exp(w) v2=exp(float64(v1))
                * 01 reads x,v1 makes v3=(x * v1)
                slab 0-, 1 scan(s) R1 W1, reads 192 B, writes 192 B; unfused 576 B
                """, x.mul(exp(w)), exp(exp(w).cast(DType.FLOAT64)));
        becomes("""
                before -1 reads w makes v1=exp(w)
                * 01 reads x makes v2=sum[1](exp(x))
                slab 0-, 1 scan(s) R1 W0, reads 160 B, writes 64 B; unfused 480 B
                """, exp(w), sum(exp(x), 1));
    }

    @Test
    void whatWaitsForWhatComesAfterTheSlabs() {
        Node rows = sum(x, 1);
        Node total = exp(sum(rows, 0));
        becomes("""
                * 01 reads x makes v1=sum[1](x)
                * 01 reads v1,x makes v2=(float64(x) * v1)
                after 0- reads v1 makes v3=sum[0](v1)
                after -- reads v3 makes v4=exp(v3)
                after -1 reads v4,w makes v5=(float64(w) * v4)
                slab 0-, 2 scan(s) R2 W1, reads 320 B, writes 320 B; unfused 1376 B
                """, x.cast(DType.FLOAT64).mul(rows), w.cast(DType.FLOAT64).mul(total));
    }

    @Test
    void whatAScheduleTellsAboutValues() {
        Node scaled = x.mul(r);
        KernelSchedule schedule = schedule(exp(scaled), sum(scaled, 1));
        Graph graph = schedule.graph();
        Node product = graph.outputs().get(0).input(0);
        assertFalse(schedule.isStored(product));
        assertTrue(schedule.isStored(graph.outputs().get(1)));
        assertTrue(schedule.isStored(graph.inputs().get(0)));
        assertArrayEquals(
                new boolean[] {true, false}, schedule.mask(graph.outputs().get(1)));
        assertArrayEquals(
                new boolean[] {true, true}, schedule.loops(graph.outputs().get(1)));
        assertArrayEquals(new int[] {4, 8}, schedule.domain());
        assertNotSame(schedule.domain(), schedule.domain());
        assertSame(schedule.steps().get(0), schedule.inside().get(0));
        Node number = leaf(0, "number", DType.FLOAT32);
        assertArrayEquals(new int[] {1}, schedule(exp(number)).domain());
    }

    @Test
    void theBodyOfAStepIsWhatItComputesOperandsFirst() {
        KernelSchedule schedule = schedule(sum(exp(x.mul(r).add(3)), 1));
        assertEquals(
                List.of("(x * r)", "((x * r) + 3)", "exp(((x * r) + 3))"),
                schedule.steps().get(0).body().stream().map(Formula::text).toList());
    }

    @Test
    void theInnermostLoopOfAStep() {
        assertEquals(1, schedule(exp(x)).steps().get(0).inner());
        assertEquals(0, schedule(exp(r)).steps().get(0).inner());
        assertEquals(1, schedule(exp(c)).steps().get(0).inner());
        Node one = leaf(0, "one", DType.FLOAT32, 1, 1);
        assertEquals(-1, schedule(exp(one)).steps().get(0).inner());
    }
}
