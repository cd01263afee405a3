package org.fusegrad.cli;

import static org.fusegrad.type.DType.FLOAT64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.fusegrad.Primitives;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.GradCheckReport;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.gradcheck.TensorFunction;
import org.junit.jupiter.api.Test;

/** A wrong gradient shows in the table, at its order, with the report below. */
class GradCheckTableTest {
    private static GradCheck wrongAtOrderTwo() {
        return GradCheck.of(TensorFunction.of(x -> Primitives.customGradient(
                        x.square(), List.of(x), dy -> List.of(dy.mul(x.detach()).mul(2)))))
                .inputs(Samples.of(1).normal(2, 3));
    }

    @Test
    void theFirstWrongOrderFails() {
        StringWriter text = new StringWriter();
        List<String> on = List.of("interpreter");
        GradCheckTable table = new GradCheckTable(new PrintWriter(text), 3, on);
        LayerCheck check = new LayerCheck("square", "train", dtype -> wrongAtOrderTwo());
        GradCheckReport report =
                check.make().apply(FLOAT64).order(3).backends("interpreter").report();
        table.row(check, FLOAT64, report, 1);
        List<String> lines = text.toString().lines().toList();
        assertTrue(
                lines.get(0).matches("square +train +float64 +pass +FAIL +- +\\d+ +1\\.0"),
                lines.get(0));
        assertTrue(lines.stream().anyMatch(l -> l.contains("first wrong node: ")), text.toString());
        assertEquals(1, table.failed());
        assertTrue(table.summary().contains("1 FAILED"), table.summary());
    }
}
