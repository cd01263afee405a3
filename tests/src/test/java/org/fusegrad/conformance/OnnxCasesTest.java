package org.fusegrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ONNX operators whose rules are easily got wrong, with values by hand. */
final class OnnxCasesTest {
    @TempDir
    Path root;

    private CaseFolder nodes(String nodes) {
        return new CaseFolder(root.resolve("onnx-node/Op/case"), "Op", "forward")
                .with("opset", "{'ai.onnx': 22}")
                .with("nodes", "[" + nodes + "]");
    }

    private static String node(String op, String inputs, String outputs, String attrs) {
        return "{'op': '" + op + "', 'inputs': [" + inputs + "], 'outputs': [" + outputs
                + "], 'attrs': {" + attrs + "}}";
    }

    private void assertPasses(CaseFolder written) {
        written.write();
        ConformanceReport report = Conformance.run(root, List.of("interpreter"));
        assertEquals(
                List.of("PASS onnx-node/Op/case"),
                report.cases().stream().map(CaseResult::toString).toList());
    }

    private CaseFolder transposed(String attrs) {
        return nodes(node("ConvTranspose", "'x','w'", "'y'", attrs))
                .input("x", "[1,1,2]", 1, 10)
                .input("w", "[1,1,3]", 1, 2, 3);
    }

    @Test
    void convTransposeToAShapeCutsTheLargerHalfInFront() {
        // In full 1 2 13 20 30; of three too many two go in front, unless told otherwise.
        assertPasses(
                transposed("'strides': [2], 'output_shape': [2]").output("y", "[1,1,2]", 13, 20));
        assertPasses(transposed("'strides': [2], 'output_shape': [2], 'auto_pad': 'SAME_UPPER'")
                .output("y", "[1,1,2]", 2, 13));
    }

    @Test
    void convTransposeToALargerShapeAddsBehind() {
        assertPasses(transposed("'strides': [2], 'output_shape': [6]")
                .output("y", "[1,1,6]", 1, 2, 13, 20, 30, 0));
        assertPasses(transposed("'strides': [2], 'output_padding': [1], 'pads': [1, 0]")
                .output("y", "[1,1,5]", 2, 13, 20, 30, 0));
    }

    @Test
    void maxPoolIndicesCountRowsOrColumns() {
        for (String order : List.of("0", "1")) {
            boolean rows = order.equals("0");
            CaseFolder pool = nodes(node(
                            "MaxPool",
                            "'x'",
                            "'y','at'",
                            "'kernel_shape': [2,2], 'pads': [0,0,1,1], 'strides': [2,2],"
                                    + " 'storage_order': " + order))
                    .input("x", "[1,2,2,3]", 1, 5, 2, 9, 4, 4, 0, 0, 0, 0, 0, -1)
                    .output("y", "[1,2,1,2]", 9, 4, 0, 0);
            assertPasses(
                    rows
                            ? pool.indexOutput("at", "[1,2,1,2]", 3, 5, 6, 8)
                            : pool.indexOutput("at", "[1,2,1,2]", 1, 5, 6, 10));
        }
    }

    @Test
    void averagesOfDilatedWindowsWithUnevenPadding() {
        String attrs = "'kernel_shape': [2], 'dilations': [2], 'pads': [1,0], 'strides': [1]";
        assertPasses(nodes(node("AveragePool", "'x'", "'y'", attrs))
                .input("x", "[1,1,4]", 1, 2, 3, 4)
                .output("y", "[1,1,3]", 2, 2, 3));
        assertPasses(nodes(node("AveragePool", "'x'", "'y'", attrs + ", 'count_include_pad': 1"))
                .input("x", "[1,1,4]", 1, 2, 3, 4)
                .output("y", "[1,1,3]", 1, 2, 3));
    }

    @Test
    void paddingOfSomeAxesInEveryMode() {
        for (String mode : List.of("constant", "edge", "reflect", "wrap")) {
            CaseFolder pad = nodes(
                            node("Pad", "'x','pads','','axes'", "'y'", "'mode': '" + mode + "'"))
                    .input("x", "[2,3]", 1, 2, 3, 4, 5, 6)
                    .index("pads", "[2]", 2, -1)
                    .index("axes", "[1]", -1);
            double[] values = switch (mode) {
                case "constant" -> new double[] {0, 0, 1, 2, 0, 0, 4, 5};
                case "edge" -> new double[] {1, 1, 1, 2, 4, 4, 4, 5};
                case "reflect" -> new double[] {3, 2, 1, 2, 6, 5, 4, 5};
                default -> new double[] {2, 3, 1, 2, 5, 6, 4, 5};
            };
            assertPasses(pad.output("y", "[2,4]", values));
        }
    }

    @Test
    void shapesThatTheGraphComputes() {
        assertPasses(nodes(String.join(
                        ",",
                        node("Shape", "'x'", "'s'", "'start': 1"),
                        node("Concat", "'s','one'", "'t'", "'axis': 0"),
                        node("Reshape", "'v','t'", "'r'", ""),
                        node("Trilu", "'r'", "'y'", "'upper': 0")))
                .input("x", "[2,3]", 0, 0, 0, 0, 0, 0)
                .index("one", "[1]", -1)
                .input("v", "[6]", 1, 2, 3, 4, 5, 6)
                .output("y", "[3,2]", 1, 0, 3, 4, 5, 6));
    }

    @Test
    void positionsCountFromTheEndAndRepeat() {
        assertPasses(nodes(node("GatherND", "'x','i'", "'y'", "'batch_dims': 1"))
                .input("x", "[2,2,2]", 0, 1, 2, 3, 4, 5, 6, 7)
                .index("i", "[2,1]", -1, 0)
                .output("y", "[2,2]", 2, 3, 4, 5));
        assertPasses(nodes(node("ScatterND", "'x','i','u'", "'y'", "'reduction': 'add'"))
                .input("x", "[4]", 1, 2, 3, 4)
                .index("i", "[3,1]", 1, -1, 1)
                .input("u", "[3]", 10, 20, 30)
                .output("y", "[4]", 1, 42, 3, 24));
    }

    @Test
    void einsumOverDiagonalsAndEllipses() {
        assertPasses(nodes(node("Einsum", "'a','b'", "'y'", "'equation': '...ii, ...ij -> j...'"))
                .input("a", "[2,2,2]", 1, 9, 9, 2, 3, 9, 9, 4)
                .input("b", "[2,2,1]", 1, 1, 10, 10)
                .output("y", "[1,2]", 3, 70));
    }

    @Test
    void anOperatorThatThereIsNotIsUnsupported() {
        nodes(node("NonMaxSuppression", "'x'", "'y'", ""))
                .input("x", "[1]", 1)
                .output("y", "[1]", 1)
                .write();
        ConformanceReport report = Conformance.run(root, List.of("interpreter"));
        assertEquals(
                "UNSUPPORTED onnx-node/Op/case: operator NonMaxSuppression",
                report.cases().get(0).toString());
    }
}
