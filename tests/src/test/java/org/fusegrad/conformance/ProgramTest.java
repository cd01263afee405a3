package org.fusegrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.fusegrad.conformance.CaseResult.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Composed cases: the program alone says what is computed. Expected values are by hand. */
final class ProgramTest {
    @TempDir
    Path root;

    private CaseFolder composed(String kind) {
        return new CaseFolder(root.resolve("torch/graph/case"), "graph", kind);
    }

    private CaseResult only() {
        ConformanceReport report = Conformance.run(root, List.of("interpreter"));
        assertEquals(1, report.cases().size());
        return report.cases().get(0);
    }

    private void assertPasses(CaseFolder written) {
        written.write();
        assertEquals("PASS torch/graph/case", only().toString());
    }

    private void assertIs(Status status, String reason, CaseFolder written) {
        written.write();
        CaseResult result = only();
        assertEquals(status + " " + reason, result.status() + " " + result.reason());
    }

    /** y = op(x) for x (2, 3). */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'neg' | [2,3] | -1 2 -3 -4 -5 -6",
                "'square' | [2,3] | 1 4 9 16 25 36",
                "'reshape', 'x', {'shape': [3,-1]} | [3,2] | 1 -2 3 4 5 6",
                "'permute', 'x', {'dims': [1,0]} | [3,2] | 1 4 -2 5 3 6",
                "'transpose', 'x', {'dim0': 0, 'dim1': -1} | [3,2] | 1 4 -2 5 3 6",
                "'flip', 'x', {'dims': [1]} | [2,3] | 3 -2 1 6 5 4",
                "'slice', 'x', {'dim': 1, 'start': 0, 'end': 3, 'step': 2} | [2,2] | 1 3 4 6",
                "'slice', 'x', {'dim': -1, 'start': -2, 'end': null} | [2,2] | -2 3 5 6",
                "'select', 'x', {'dim': 1, 'index': -1} | [2] | 3 6",
                "'unsqueeze', 'x', {'dim': 1} | [2,1,3] | 1 -2 3 4 5 6",
                "'cat', 'x', 'x', {'dim': 0} | [4,3] | 1 -2 3 4 5 6 1 -2 3 4 5 6",
                "'cat', ['x', 'x'], {'dim': 1} | [2,6] | 1 -2 3 1 -2 3 4 5 6 4 5 6",
                "'stack', 'x', 'x', {'dim': 1} | [2,2,3] | 1 -2 3 1 -2 3 4 5 6 4 5 6",
                "'tril', 'x', {'diagonal': 0} | [2,3] | 1 0 0 4 5 0",
                "'tril', 'x', {'diagonal': -1} | [2,3] | 0 0 0 4 0 0",
                "'triu', 'x', {'diagonal': 1} | [2,3] | 0 -2 3 0 0 6",
                "'roll', 'x', {'shifts': 1, 'dims': [1]} | [2,3] | 3 1 -2 6 4 5",
                "'pad', 'x', {'pads': [[0,0],[1,-1]], 'value': 7} | [2,3] | 7 1 -2 7 4 5",
                "'pad', 'x', {'pads': [0,0,2,1], 'mode': 'reflect'} | [2,6]"
                        + " | 3 -2 1 -2 3 -2 6 5 4 5 6 5",
                "'pad', 'x', {'pads': [[-1,1],[0,1]], 'mode': 'replicate'} | [2,4]"
                        + " | 4 5 6 6 4 5 6 6",
                "'sum', 'x', {'dims': [1]} | [2] | 2 15",
                "'sum', 'x', {'dims': null} | [] | 17",
                "'mean', 'x', {'dims': [1], 'keepdim': true} | [2,1] | 0.6666666666666666 5",
                "'var', 'x', {'dims': [1], 'correction': 0} | [2]"
                        + " | 4.222222222222222 0.6666666666666666",
                "'norm', 'x', {'p': 1, 'dims': [1]} | [2] | 6 15",
                "'max', 'x', {'dims': [1]} | [2] | 3 6",
                "'prod', 'x', {'dims': [1]} | [2] | -6 120",
                "'cumsum', 'x', {'dim': 1} | [2,3] | 1 -1 2 4 9 15",
                "'clamp', 'x', {'min': 0, 'max': 4} | [2,3] | 1 0 3 4 4 4",
                "'sub', 1, 'x' | [2,3] | 0 3 -2 -3 -4 -5",
                "'mul', 'x', 0.5 | [2,3] | 0.5 -1 1.5 2 2.5 3",
                "'maximum', 'x', 2 | [2,3] | 2 2 3 4 5 6",
                "'expand', 'x', {'shape': [2,-1,-1]} | [2,2,3] | 1 -2 3 4 5 6 1 -2 3 4 5 6",
                "'repeat', 'x', {'repeats': [1,2]} | [2,6] | 1 -2 3 1 -2 3 4 5 6 4 5 6",
                "'matmul', 'x', 'w' | [2,1] | -4 23",
                "'linear', 'x', 'v' | [2,1] | -4 23",
                "'lerp', 'x', 0, {'weight': 0.5} | [2,3] | 0.5 -1 1.5 2 2.5 3",
                "'addcmul', 'x', 'x', 'x', {'value': 2} | [2,3] | 3 6 21 36 55 78",
                "'unflatten', 'x', {'dim': 1, 'sizes': [3,1]} | [2,3,1] | 1 -2 3 4 5 6",
            })
    void everyOperationDoesWhatItsNameSays(String step, String shape, String expected) {
        String whole = step.contains(",") ? step : step + ", 'x'";
        String[] words = expected.trim().split(" ");
        double[] values = new double[words.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.parseDouble(words[i]);
        }
        assertPasses(composed("forward")
                .program("[['y', " + whole + "]]")
                .input("x", "[2,3]", 1, -2, 3, 4, 5, 6)
                .input("w", "[3,1]", 2, 3, 0)
                .input("v", "[1,3]", 2, 3, 0)
                .output("y", shape, values));
    }

    @Test
    void theProgramCountsNotTheNote() {
        assertPasses(composed("forward_backward")
                .program("[['d', 'detach', 'x'], ['y', 'mul', 'x', 'd']]")
                .with("note", "'y = x * x'")
                .leaf("x", "[2]", 3, -4)
                .output("y", "[2]", 9, 16)
                .upstream("y", "[2]", 1, 2)
                .gradient("x", "[2]", 3, -8));
    }

    @Test
    void aCompositionOfANormWithTransposedAndEqualOperands() {
        // BN over (1, 9): mean 5, deviation 4, so -1 and 1; x + x and a transposed second output.
        assertPasses(composed("forward")
                .program("[['s', 'mul', 'x', 'x'],"
                        + " ['b', 'batch_norm', 's', null, null, 'running_mean', 'running_var',"
                        + " {'training': true, 'momentum': 0.5, 'eps': 0,"
                        + " 'running_mean_out': 'm', 'running_var_out': 'v'}],"
                        + " ['y', 'tanh', 'b'], ['t', 'permute', 'b', {'dims': [1, 0]}],"
                        + " ['z', 'add', 't', 't']]")
                .input("x", "[2,1]", 1, 3)
                .input("running_mean", "[1]", 1)
                .input("running_var", "[1]", 2)
                .output("y", "[2,1]", Math.tanh(-1), Math.tanh(1))
                .output("z", "[1,2]", -2, 2)
                .output("m", "[1]", 3)
                .output("v", "[1]", 17));
    }

    @Test
    void gatherWithRepeatsAddsGradientsUp() {
        assertPasses(composed("forward_backward")
                .program("[['g', 'gather', 'x', 'i', {'dim': 1}],"
                        + " ['s', 'index_select', 'g', 'j', {'dim': 0}], ['y', 'mul', 's', 's']]")
                .leaf("x", "[2,3]", 1, 2, 3, 4, 5, 6)
                .index("i", "[2,2]", 0, 0, 2, 1)
                .index("j", "[3]", 1, 0, 1)
                .output("y", "[3,2]", 36, 25, 1, 1, 36, 25)
                .upstream("y", "[3,2]", 1, 1, 1, 1, 1, 1)
                .gradient("x", "[2,3]", 4, 0, 0, 0, 20, 24));
    }

    @Test
    void attentionLooksBack() {
        // The second row weighs its own value three times as much as the first.
        assertPasses(composed("forward")
                .program("[['y', 'scaled_dot_product_attention', 'q', 'k', 'v',"
                        + " {'is_causal': true}]]")
                .input("q", "[2,1]", 0, Math.log(3))
                .input("k", "[2,1]", 0, 1)
                .input("v", "[2,1]", 4, 8)
                .output("y", "[2,1]", 4, 7));
    }

    @Test
    void repeatGoesRound() {
        assertPasses(composed("forward_backward")
                .program("[['y', 'repeat', 'x', {'times': 3, 'body':"
                        + " [['h', 'mul', 'it', 'w'], ['it', 'add', 'h', 1]]}]]")
                .leaf("x", "[]", 2)
                .leaf("w", "[]", 3)
                .output("y", "[]", 67)
                .upstream("y", "[]", 1)
                .gradient("x", "[]", 27)
                .gradient("w", "[]", 2 * 27 + 2 * 3 + 1));
    }

    @Test
    void poolingWithIndicesAndSeveralResults() {
        assertPasses(composed("forward_backward")
                .program("[[['y', 'at'], 'max_pool2d', 'x', {'kernel_size': [1,2],"
                        + " 'stride': [1,1], 'padding': [0,1]}],"
                        + " [['a', 'b'], 'chunk', 'y', {'chunks': 2, 'dim': 3}]]")
                .leaf("x", "[1,1,2,3]", 1, 5, 2, 9, 4, 4)
                .output("y", "[1,1,2,4]", 1, 5, 5, 2, 9, 9, 4, 4)
                .indexOutput("at", "[1,1,2,4]", 0, 1, 1, 2, 3, 3, 4, 5)
                .output("b", "[1,1,2,2]", 5, 2, 4, 4)
                .upstream("y", "[1,1,2,4]", 1, 1, 1, 1, 1, 1, 1, 1)
                .gradient("x", "[1,1,2,3]", 1, 2, 1, 2, 1, 1));
    }

    @Test
    void whatIsNotUnderstoodIsUnsupported() {
        CaseFolder x = composed("forward").input("x", "[1]", 1).output("y", "[1]", 1);
        assertIs(
                Status.UNSUPPORTED,
                "operation 'frobnicate' in a program",
                x.program("[['y', 'frobnicate', 'x']]"));
        assertIs(
                Status.UNSUPPORTED,
                "attribute [wobble] of 'relu'",
                x.program("[['y', 'relu', 'x', {'wobble': 3}]]"));
        assertIs(
                Status.UNSUPPORTED,
                "'pad' in mode 'foggy'",
                x.program("[['y', 'pad', 'x', {'pads': [1, 1], 'mode': 'foggy'}]]"));
    }

    @Test
    void malformedProgramsSaySo() {
        CaseFolder x = composed("forward").input("x", "[1]", 1).output("y", "[1]", 1);
        assertIs(Status.MALFORMED, "'program' is no list of steps", x.program("'y = x'"));
        assertIs(
                Status.MALFORMED,
                "step 1 of 'program' is not [result, operation, operand..., {attributes}]",
                x.program("[['y']]"));
        assertIs(
                Status.MALFORMED,
                "step 1 (relu) of 'program' names 'z', which is neither an input nor an earlier"
                        + " result",
                x.program("[['y', 'relu', 'z']]"));
        assertIs(
                Status.MALFORMED,
                "'program' has no result 'y', which is an output",
                x.program("[['z', 'relu', 'x']]"));
    }

    @Test
    void anErrorOfTheEngineIsAFailure() {
        composed("forward")
                .program("[['y', 'matmul', 'x', 'x']]")
                .input("x", "[1,2]", 1, 2)
                .output("y", "[1,2]", 1, 2)
                .write();
        assertEquals(Status.FAIL, only().status());
    }

    @Test
    void stepsWithoutBackwardAreForwardPasses() {
        new CaseFolder(root.resolve("torch/bn/case"), "batch_norm_sequence", "trajectory")
                .with("steps", "2")
                .with("attrs", "{'momentum': 0.5, 'eps': 0, 'backward_flags': 'back'}")
                .input("x", "[2,2,1]", 0, 2, 0, 4)
                .input("upstream", "[2,2,1]", 1, 0, 1, 0)
                .input("back", "[2]", 0, 1)
                .output("y", "[2,2,1]", -1, 1, -1, 1)
                .output("grad_x", "[2,2,1]", 77, 77, 0, 0)
                .output("running_mean", "[2,1]", 0.5, 1.25)
                .output("running_var", "[2,1]", 1.5, 4.75)
                .write();
        assertEquals("PASS torch/bn/case", only().toString());
    }
}
