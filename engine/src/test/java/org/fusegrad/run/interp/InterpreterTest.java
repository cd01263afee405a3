package org.fusegrad.run.interp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

class InterpreterTest {
    private static final Shape S = Shape.of(2, 3);
    private final Node x = Node.input(0, DType.FLOAT32, S, "x");

    @Test
    void everyOperationHasAnEvaluator() {
        List<Op> missing =
                Arrays.stream(Op.values()).filter(op -> !Interpreter.covers(op)).toList();
        assertEquals(List.of(), missing);
    }

    @Test
    void aGraphWithSharedNodesConstantsAndSeveralOutputs() {
        Node square = x.mul(x);
        Node mean = square.sum(Ints.of(1)).div(3);
        Node y = square.sub(mean).add(1);
        Value in = Run.floats(S, 1, 2, 3, 4, 5, 6);
        Value[] out = Run.graph(List.of(x), List.of(mean, y, x, mean), 2, in);
        float first = 14f / 3f;
        float second = 77f / 3f;
        assertArrayEquals(new float[] {first, second}, out[0].floats());
        assertArrayEquals(new float[] {first, second}, out[3].floats());
        assertArrayEquals(
                new float[] {
                    1 - first + 1,
                    4 - first + 1,
                    9 - first + 1,
                    16 - second + 1,
                    25 - second + 1,
                    36 - second + 1
                },
                out[1].floats());
        assertArrayEquals(in.floats(), out[2].floats());
    }

    @Test
    void anOutputMayLieAnywhereInItsBuffer() {
        float[] memory = new float[10];
        Value out = new Value(Buffer.wrap(DType.FLOAT32, memory), S, S.strides(), 3);
        run(List.of(x.neg()), new Value[] {Run.floats(S, 1, 2, 3, 4, 5, 6)}, out);
        assertArrayEquals(new float[] {0, 0, 0, -1, -2, -3, -4, -5, -6, 0}, memory);
    }

    @Test
    void anOutputMayBeTheMemoryOfAnInput() {
        Value state = Run.floats(S, 1, 2, 3, 4, 5, 6);
        Value other = Run.garbage(DType.FLOAT32, S);
        Node flipped = Node.of(Op.FLIP, new Attrs.Axes(Ints.of(0, 1)), x);
        run(List.of(flipped, x.add(1)), new Value[] {state}, state, other);
        assertArrayEquals(new float[] {6, 5, 4, 3, 2, 1}, state.floats());
        assertArrayEquals(new float[] {2, 3, 4, 5, 6, 7}, other.floats());
    }

    private static void run(List<Node> outputs, Value[] in, Value... out) {
        List<Node> leaves =
                Graph.topological(outputs).stream().filter(n -> n.is(Op.INPUT)).toList();
        Graph graph = Graph.of(leaves, outputs);
        try (Workers workers = new Workers(1)) {
            new Interpreter().compile(new KernelGraph("t", graph, true)).run(in, out, workers);
        }
    }

    @Test
    void markersYieldTheirFirstOperand() {
        Value in = Run.floats(S, 1, 2, 3, 4, 5, 6);
        assertArrayEquals(in.floats(), Run.op(Op.DETACH, in).floats());
        Attrs custom = new Attrs.Custom(g -> List.of(g));
        Value other = Run.floats(S, 0, 0, 0, 0, 0, 0);
        assertArrayEquals(in.floats(), Run.op(Op.CUSTOM, custom, in, other).floats());
    }

    @Test
    void constantsOfEveryType() {
        for (DType dtype : DType.values()) {
            Node c = Node.constant(3, dtype);
            Value out = Run.graph(List.of(), List.of(c), 1)[0];
            assertEquals(dtype == DType.BOOL ? 1 : 3, out.toDoubles()[0], dtype.toString());
        }
    }

    @Test
    void aForeignLeafIsRefused() {
        Graph graph = Graph.of(List.of(), List.of(x.neg()));
        KernelException e = assertThrows(
                KernelException.class,
                () -> new Interpreter().compile(new KernelGraph("k", graph, false)));
        assertTrue(e.getMessage().contains("x"), e.getMessage());
    }

    @Test
    void describesItself() {
        Graph graph = Graph.of(List.of(x), List.of(x.neg()));
        Kernel kernel = new Interpreter().compile(new KernelGraph("k", graph, false));
        assertTrue(kernel.describe().contains("neg"), kernel.describe());
        assertEquals("interpreter", new Interpreter().name());
    }
}
