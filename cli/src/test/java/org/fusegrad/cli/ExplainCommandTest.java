package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.nn.norm.NormEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ExplainCommandTest {
    private static String explain(String... args) {
        String[] all = new String[args.length + 1];
        all[0] = "explain";
        System.arraycopy(args, 0, all, 1, args.length);
        return Ran.of(all).succeeded().out();
    }

    private static String kernel(String text, String name) {
        return text.lines()
                .filter(line -> line.strip().startsWith(name + " "))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no kernel " + name + " in\n" + text));
    }

    @Test
    void batchNormIsTwoScansEachWay() {
        String text = explain("batch_norm", "--shape", "32,64,56,56");
        String forward = kernel(text, "batch_norm_fwd_1");
        String backward = kernel(text, "batch_norm_bwd_1");
        assertTrue(forward.contains("2 scan(s) R2 W1"), forward);
        assertTrue(backward.contains("2 scan(s) R4 W1"), backward);
        assertTrue(text.contains("backward: 1 kernel(s)"), text);
        assertTrue(text.contains("traced forward"), text);
        assertTrue(text.contains("derived backward"), text);
    }

    @Test
    void addAndReluJoinTheKernelAndNoMaskIsSaved() {
        String text = explain("bn+add+relu", "--shape", "8,16,9,9");
        assertTrue(text.contains("backward: 1 kernel(s)"), text);
        // Statistics of 16 channels, beside the operands: a mask would be 2592 B or more.
        assertTrue(text.contains("and 320 B computed besides the result"), text);
    }

    static List<String> everyNorm() {
        List<String> all = new ArrayList<>(
                List.of("layer_norm", "ln+relu", "group_norm:2+add", "in+add+silu", "bn+gelu"));
        for (NormEntry row : NormNames.ALL.entries()) {
            all.add(row.name() + ":2".repeat(row.parameters().size()));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("everyNorm")
    void knowsEveryNorm(String norm) {
        String text = explain("--norm", norm, "--shape", "4,8,6,16");
        // What happens from one group of samples to the next is small kernels of their own.
        int forward = switch (norm) {
            case "none" -> 0;
            case "ghost:2" -> 3;
            case "mabn-groups:2" -> 4;
            default -> 1;
        };
        int backward = norm.equals("mabn-groups:2") ? 6 : Math.min(forward, 1);
        assertTrue(text.contains("forward: " + forward + " kernel(s)"), text);
        assertTrue(text.contains("backward: " + backward + " kernel(s)"), text);
    }

    @Test
    void showsTheSource() {
        assertTrue(explain("ln", "--shape", "8,32", "--backend", "scalar", "--source")
                .contains("class K_"));
    }

    @Test
    void showsTheGraphInsideKernels() {
        String plain = explain("ln", "--shape", "8,32");
        String more = explain("ln", "--shape", "8,32", "--graph");
        assertTrue(more.lines().count() > plain.lines().count());
    }

    @Test
    void evaluationReadsRunningStatistics() {
        String text = explain("bn", "--shape", "4,3,5,5", "--eval");
        assertTrue(kernel(text, "batch_norm_fwd_1").contains("1 scan(s) R1 W1"), text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "swish_norm              | unknown norm 'swish_norm'",
                "bn+tanh                 | 'bn+tanh': after a norm may follow",
                "bn+relu+add             | 'bn+relu+add': after a norm may follow",
                "gn:5                    | GroupNorm: 64 channels are not divisible into 5 groups",
                "bn --shape 4            | a norm needs an input of two axes or more",
                "bn --shape 4,0          | --shape [4, 0]: every size is at least 1",
                "bn --shape 4,x          | Invalid value for option '--shape'",
                "bn --shape 9,9,9,9,9,9  | BatchNorm2d(9) on an input (9, 9, 9, 9, 9, 9)",
                "bn --shape 99999,99999  | --shape [99999, 99999]: every size is at least 1",
                "bn --shape 65536,65536,65536,65536 | --shape [65536, 65536, 65536, 65536]: every",
            })
    void wrongInputIsOneLine(String args, String message) {
        Ran.of(("explain " + args).split(" ")).failed(2, message);
    }

    @Test
    void wantsANorm() {
        assertEquals(2, Ran.of("explain").failed(2, "Missing required argument").code());
    }
}
