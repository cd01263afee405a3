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
        long others = NormNames.ALL.entries().stream()
                .filter(r -> r.image() != r.layer())
                .count();
        assertEquals(NormNames.ALL.entries().size() + others + 3, layers.size(), layers.toString());
    }

    @Test
    void aRowForEachModeAndASummary() {
        List<String> lines = check("--norm", "bn", "--order", "1", "--backend", "interpreter");
        assertEquals(1 + 2 * 7 + 1, lines.size(), lines.toString());
        assertTrue(lines.get(0).matches("layer +mode +type +1 interpreter +compared +seconds"));
        assertTrue(lines.get(5).matches("bn +frozen statistics +float64 +pass .*"), lines.get(5));
        assertTrue(lines.get(6).matches("bn +frozen statistics +float32 +pass .*"), lines.get(6));
        assertTrue(
                lines.get(15)
                        .startsWith("14 checks (layer, mode and type) to order 1 on 1 backend(s):"
                                + " all pass; "),
                lines.get(15));
    }

    @Test
    void aDeclaredBackwardIsHeldAgainstItsReferenceAndItsLaws() {
        List<String> lines =
                check("--layer", "mabn:2:4", "--backend", "scalar", "--dtype", "float32");
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("mabn:2:4 ") && l.contains("law:")));
        assertTrue(lines.stream().noneMatch(l -> l.contains("float64")), lines.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--norm xy          | unknown norm 'xy'",
                "--layer conv2d:odd | unknown layer 'conv2d:odd': give conv2d:none",
                "--order 9          | --order must be within 1..3, got 9",
                "--backend gpu      | --backend",
                "--dtype float16    | --dtype must be float64 or float32, got float16",
            })
    void wrongInputIsOneLine(String args, String message) {
        Ran.of(("gradcheck " + args).split(" ")).failed(2, message);
    }
}
