package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradCheckCommandTest {
    private static List<String> check(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "gradcheck";
        System.arraycopy(args, 0, all, 1, args.length);
        return Ran.of(all).succeeded().out().lines().toList();
    }

    @Test
    void everyNormAndTransformIsAmongTheLayers() {
        List<String> layers = LayerCheck.of(List.of()).stream()
                .map(LayerCheck::layer)
                .distinct()
                .toList();
        long others = NormName.ALL.stream().filter(r -> r.image() != r.layer()).count();
        assertEquals(NormName.ALL.size() + others + 3, layers.size(), layers.toString());
    }

    @Test
    void aRowForEachModeAndASummary() {
        List<String> lines = check("--norm", "bn", "--order", "1", "--backend", "interpreter");
        assertEquals(1 + 7 + 1, lines.size(), lines.toString());
        assertTrue(lines.get(0).matches("layer +mode +1 interpreter +compared +seconds"));
        assertTrue(lines.get(3).matches("bn +frozen statistics +pass .*"), lines.get(3));
        assertTrue(
                lines.get(8)
                        .startsWith("7 checks (layer and mode) to order 1 on 1 backend(s): all"
                                + " pass; "),
                lines.get(8));
    }

    @Test
    void aDeclaredBackwardIsHeldAgainstItsReferenceAndItsLaws() {
        List<String> lines = check("--layer", "mabn:2:4", "--backend", "scalar");
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("mabn:2:4 ") && l.contains("law:")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--norm xy          | unknown norm 'xy'",
                "--layer conv2d:odd | unknown layer 'conv2d:odd': give conv2d:none",
                "--order 9          | --order must be within 1..3, got 9",
                "--backend gpu      | --backend",
            })
    void wrongInputIsOneLine(String args, String message) {
        Ran.of(("gradcheck " + args).split(" ")).failed(2, message);
    }
}
