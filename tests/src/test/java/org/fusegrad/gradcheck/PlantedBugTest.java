package org.fusegrad.gradcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every planted bug is found, and the node at fault is named. */
final class PlantedBugTest {
    static List<PlantedBug> bugs() {
        return Stream.concat(PlantedRules.all().stream(), PlantedFormulas.all().stream())
                .toList();
    }

    @Test
    void thereAreFiftyOrMore() {
        assertTrue(bugs().size() >= 50, bugs().size() + " bugs");
        assertEquals(
                bugs().size(),
                bugs().stream().map(PlantedBug::toString).distinct().count());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void isFoundAndNamed(PlantedBug bug) {
        GradCheckReport report = bug.find();
        assertFalse(report.mismatches().isEmpty(), report::toString);
        assertTrue(report.wrongNode().isPresent(), report::toString);
        assertEquals(bug.node(), report.wrongNode().get().op(), report::toString);
        assertTrue(report.java().contains("Tensor input0 = Tensor.of("), report::java);
    }

    /** A harness that cries wolf finds every bug too. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("bugs")
    void withoutTheWrongRuleNothingIsFound(PlantedBug bug) {
        if (bug.rule() != null) {
            bug.setting()
                    .apply(GradCheck.of(bug.formula()).inputs(bug.inputs()))
                    .check();
        }
    }

    @Test
    void withoutTheFaultTheDeclaredBackwardsPass() {
        PlantedFormulas.right().order(2).check();
        PlantedFormulas.rightStandardization().order(2).check();
    }
}
