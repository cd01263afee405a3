package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ever new shapes, each trained on once, in a small heap: what is planned for them is bounded. */
final class ShapesTest {
    private static final Pattern REPORT = Pattern.compile("after (\\d+): (\\d+) KiB");

    /** What a heap in use may vary by between reports; plans of a tenth of the shapes are more. */
    private static final int NOISE_KIB = 6 << 10;

    private static void staysFlat(String model, int heap, int shapes, int every, int settled)
            throws Exception {
        Child child = Child.run(
                List.of(),
                List.of("-Xmx" + heap + "m", "-Dfusegrad.backend=scalar"),
                p -> true,
                ShapesMain.class.getName(),
                model,
                "" + shapes,
                "" + every);
        child.says("done " + shapes);
        assertEquals(0, child.code());
        List<Integer> used = new ArrayList<>();
        Matcher reports = REPORT.matcher(child.out());
        while (reports.find()) {
            if (Integer.parseInt(reports.group(1)) >= settled) {
                used.add(Integer.parseInt(reports.group(2)));
            }
        }
        System.out.println(model + ", KiB in use: " + used);
        assertEquals(1 + (shapes - settled) / every, used.size());
        for (int each : used) {
            assertTrue(each < used.get(0) + NOISE_KIB, child::out);
        }
    }

    @Test
    void hundredsOfShapesThroughANormFitASmallHeap() throws Exception {
        staysFlat("norm", 48, 600, 100, 200);
    }

    @Test
    void hundredsOfShapesThroughANetworkFitASmallHeap() throws Exception {
        staysFlat("network", 48, 150, 30, 60);
    }

    @Test
    @Tag("exhaustive")
    void tenThousandShapesThroughANorm() throws Exception {
        staysFlat("norm", 96, 10_000, 500, 1_000);
    }

    @Test
    @Tag("exhaustive")
    void tenThousandShapesThroughANetwork() throws Exception {
        staysFlat("network", 96, 10_000, 500, 1_000);
    }
}
