package org.fusegrad.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.fusegrad.run.Value;
import org.fusegrad.run.interp.Run;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;

/** Small expression graphs for the tests: made, written as one line, and evaluated. */
public final class Formula {
    private static final Map<Op, String> INFIX =
            Map.of(Op.ADD, " + ", Op.SUB, " - ", Op.MUL, " * ", Op.DIV, " / ");

    private Formula() {}

    /** An input; tests number them in the order of the graph's inputs. */
    public static Node leaf(int index, String name, DType dtype, int... dims) {
        return Node.input(index, dtype, Shape.of(dims), name);
    }

    /** The sum along one loop as it stands over a loop domain: in float64, the axis kept. */
    public static Node sum(Node x, int axis) {
        return Node.of(Op.SUM, new Attrs.Axes(Ints.of(axis), true), x);
    }

    /** An expression on one line; a cast is written as the type, constants without zeros. */
    public static String text(Node root) {
        return text(root, Map.of());
    }

    /** The same, with names for some nodes. */
    public static String text(Node root, Map<Node, String> names) {
        Map<Node, String> text = new IdentityHashMap<>(names);
        for (Node n : Graph.topological(List.of(root))) {
            text.computeIfAbsent(
                    n, k -> text(n, n.inputs().stream().map(text::get).toList()));
        }
        return text.get(root);
    }

    private static String text(Node n, List<String> in) {
        if (n.is(Op.INPUT)) {
            return n.hint() == null ? "#" + index(n) : n.hint();
        } else if (n.is(Op.CONST)) {
            return Double.toString(n.constValue()).replaceFirst("\\.0$", "");
        } else if (INFIX.containsKey(n.op())) {
            return "(" + String.join(INFIX.get(n.op()), in) + ")";
        } else if (n.is(Op.NEG)) {
            return n.input(0).is(Op.CONST) ? "-(" + in.get(0) + ")" : "-" + in.get(0);
        }
        String attrs = n.attrs() instanceof Attrs.Dims d
                ? Ints.of(d.shape().dims()).toString()
                : GraphPrinter.attributes(n.attrs());
        String name = n.is(Op.CAST) ? n.dtype().toString() : n.op() + attrs;
        return name + in.stream().collect(Collectors.joining(", ", "(", ")"));
    }

    /** Normal random numbers for the inputs; integers are 0, truth values false. */
    public static Value[] inputs(Graph graph) {
        return graph.inputs().stream()
                .map(n -> n.dtype() == DType.FLOAT32 || n.dtype() == DType.FLOAT64
                        ? Run.random(n.dtype(), index(n), n.shape().dims())
                        : Value.zeros(n.dtype(), n.shape()))
                .toArray(Value[]::new);
    }

    private static int index(Node leaf) {
        return ((Attrs.Input) leaf.attrs()).index();
    }

    /** What the graph yields for these inputs. */
    public static Value[] values(Graph graph) {
        return Run.graph(graph.inputs(), graph.outputs(), 1, inputs(graph));
    }

    /** Both graphs compute the same, of the same types and shapes, up to some relative error. */
    public static void assertSameFunction(Graph expected, Graph actual, double tolerance) {
        Value[] want = values(expected);
        Value[] got = values(actual);
        assertEquals(want.length, got.length);
        for (int i = 0; i < want.length; i++) {
            assertClose(want[i], got[i], tolerance);
        }
    }

    /** Equal types and shapes, and elements up to an error relative to the largest of them. */
    public static void assertClose(Value expected, Value actual, double tolerance) {
        assertEquals(expected.toString(), actual.toString());
        double[] want = expected.toDoubles();
        double largest = Arrays.stream(want)
                .map(Math::abs)
                .filter(Double::isFinite)
                .max()
                .orElse(0);
        assertArrayEquals(want, actual.toDoubles(), tolerance * Math.max(1, largest));
    }
}
