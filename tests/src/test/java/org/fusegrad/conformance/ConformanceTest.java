package org.fusegrad.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.fusegrad.conformance.CaseResult.Status;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The runner on cases of its own: right, wrong, unknown and malformed ones. */
final class ConformanceTest {
    /** PyTorch's float64 kernel multiplies by 1.0f / 6.0f, which is 3e-8 off a sixth. */
    private static final Set<String> PEER_IS_COARSE =
            Set.of("torch/activation/hardsigmoid_random_3x37_f64");

    @TempDir
    Path root;

    private void write(String path, String json) throws IOException {
        Path directory = Files.createDirectories(root.resolve(path));
        Files.writeString(directory.resolve("case.json"), json);
    }

    private void data(String path, float... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            bytes.putFloat(v);
        }
        Files.write(root.resolve(path), bytes.array());
    }

    private static String unary(String fn) {
        return """
                {"suite": "torch", "op": "activation", "name": "n", "kind": "forward_backward",
                 "dtype": "float32", "attrs": {"fn": "%s"},
                 "inputs": [{"name": "x", "dtype": "float32", "shape": [2], "file": "x.bin",
                             "requires_grad": true}],
                 "outputs": [{"name": "y", "dtype": "float32", "shape": [2], "file": "y.bin",
                              "rtol": 1e-6, "atol": 1e-6}],
                 "upstream": [{"of": "y", "dtype": "float32", "shape": [2], "file": "v.bin"}],
                 "grads": [{"of": "x", "dtype": "float32", "shape": [2], "file": "g.bin",
                            "rtol": 1e-6, "atol": 1e-6}]}
                """.formatted(fn);
    }

    private void square(String path, float lastGradient) throws IOException {
        write(path, unary("square"));
        data(path + "/x.bin", 3, -4);
        data(path + "/y.bin", 9, 16);
        data(path + "/v.bin", 1, 2);
        data(path + "/g.bin", 6, lastGradient);
    }

    /** The layer refuses what PyTorch's function computes: the bias. */
    @Test
    void groupNormOfSingleValues() throws IOException {
        String path = "torch/group_norm/g";
        write(path, """
                {"suite": "torch", "op": "group_norm", "name": "g", "kind": "forward_backward",
                 "dtype": "float32", "attrs": {"num_groups": 2, "eps": 1e-5},
                 "inputs": [{"name": "x", "dtype": "float32", "shape": [1, 2, 1, 1],
                             "file": "x.bin", "requires_grad": true},
                            {"name": "weight", "dtype": "float32", "shape": [2], "file": "w.bin"},
                            {"name": "bias", "dtype": "float32", "shape": [2], "file": "b.bin"}],
                 "outputs": [{"name": "y", "dtype": "float32", "shape": [1, 2, 1, 1],
                              "file": "b.bin", "rtol": 1e-6, "atol": 1e-6}],
                 "upstream": [{"of": "y", "dtype": "float32", "shape": [1, 2, 1, 1],
                               "file": "w.bin"}],
                 "grads": [{"of": "x", "dtype": "float32", "shape": [1, 2, 1, 1],
                            "file": "g.bin", "rtol": 1e-6, "atol": 1e-6}]}
                """);
        data(path + "/x.bin", 3, -4);
        data(path + "/w.bin", 2, 5);
        data(path + "/b.bin", 7, 8);
        data(path + "/g.bin", 0, 0);
        assertEquals(Status.PASS, only().status(), only().reason());
    }

    private CaseResult only() {
        ConformanceReport report = Conformance.run(root, List.of("interpreter"));
        assertEquals(1, report.cases().size());
        return report.cases().get(0);
    }

    private void assertMalformed(String reason) {
        CaseResult result = only();
        assertEquals(Status.MALFORMED, result.status());
        assertEquals(reason, result.reason());
    }

    @Test
    void aRightCasePasses() throws IOException {
        square("a/b", -16);
        CaseResult result = only();
        assertEquals("PASS a/b", result.toString());
    }

    @Test
    void aWrongElementIsNamed() throws IOException {
        square("a/b", -17);
        CaseResult result = only();
        assertEquals(
                "FAIL a/b (interpreter eager): gradient of x[1]: expected -17.0000000, got"
                        + " -16.0000000, error 1.00e+00, tolerance 1.80e-05",
                result.toString());
        assertEquals(1, result.worst().orElseThrow().index()[0]);
    }

    @Test
    void anUnknownFunctionIsUnsupported() throws IOException {
        square("a/b", -16);
        write("a/b", unary("frobnicate"));
        assertEquals("UNSUPPORTED a/b: activation 'frobnicate'", only().toString());
        write("a/b", unary("square").replace("activation", "quantum_norm"));
        assertEquals("UNSUPPORTED a/b: operation quantum_norm", only().toString());
        write("a/b", unary("square").replace("\"float32\", \"shape\"", "\"float8\", \"shape\""));
        assertEquals("UNSUPPORTED a/b: tensor 'x' of type 'float8'", only().toString());
    }

    @Test
    void malformedCasesSaySoInOneSentence() throws IOException {
        square("a/b", -16);
        Files.delete(root.resolve("a/b/v.bin"));
        assertMalformed("file v.bin is missing");
        data("a/b/v.bin", 1, 2, 3);
        assertMalformed("file v.bin has 12 bytes, float32(2) needs 8");
        write("a/b", "{\"op\": ");
        assertMalformed("case.json is not valid JSON");
        write("a/b", "[]");
        assertMalformed("case.json does not hold an object");
        write("a/b", "{}");
        assertMalformed("case.json names no op or no kind");
        write(
                "a/b",
                unary("square")
                        .replace(
                                "\"shape\": [2], \"file\": \"x.bin\"",
                                "\"shape\": [-2], \"file\": \"x.bin\""));
        assertMalformed("tensor 'x': negative size in shape (-2)");
        write("a/b", unary("square").replace("x.bin", "../../x.bin"));
        assertMalformed("tensor 'x' names no file of its case: '../../x.bin'");
        write("a/b", unary("square").replace("\"fn\": \"square\"", "\"fn\": 7"));
        assertMalformed("attribute 'fn' is not a text");
        Files.delete(root.resolve("a/b/case.json"));
        assertMalformed("there is no case.json");
    }

    @Test
    void aCaseListedButAbsentIsMalformed() throws IOException {
        square("a/b", -16);
        Files.writeString(
                root.resolve("index.tsv"), "path\top\na/b\tactivation\na/c\tactivation\n");
        ConformanceReport report = Conformance.run(root, List.of("interpreter"));
        assertEquals("1 passed, 0 failed, 0 unsupported, 1 malformed of 2 cases", report.summary());
    }

    @Test
    void aDirectoryThatIsNoneIsRefused() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> Conformance.run(root.resolve("nowhere")));
        assertTrue(e.getMessage().startsWith("there is no directory "));
    }

    @Test
    void reportsPrintAndSerialise() throws IOException {
        square("a/b", -16);
        square("a/c", Float.NaN);
        square("a/d", -16);
        write("a/d", unary("frobnicate"));
        ConformanceReport report = Conformance.run(root, List.of("interpreter"));
        assertEquals("1 passed, 1 failed, 1 unsupported of 3 cases", report.summary());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        report.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        String text = bytes.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("torch/activation"), text);
        Path json = root.resolve("out/report.json");
        report.writeJson(json);
        JsonObject read = JsonParser.parseString(Files.readString(json)).getAsJsonObject();
        assertEquals(1, read.get("passed").getAsInt());
        assertEquals(3, read.getAsJsonArray("cases").size());
    }

    @Test
    void progressAndSelection() throws IOException {
        square("a/b", -16);
        square("a/c", -16);
        List<String> seen = new ArrayList<>();
        Conformance.run(
                root,
                List.of("interpreter"),
                path -> path.endsWith("c"),
                result -> seen.add(result.path()));
        assertEquals(List.of("a/c"), seen);
    }

    @Test
    void sharedCasesPass() {
        Optional<Path> shared = shared();
        if (shared.isEmpty()) {
            System.out.println(
                    "[SKIP] conformance: no directory shared/conformance above this one");
        }
        Assumptions.assumeTrue(shared.isPresent());
        ConformanceReport report = Conformance.run(shared.get());
        List<CaseResult> failed = report.cases().stream()
                .filter(c -> c.status() == Status.FAIL && !PEER_IS_COARSE.contains(c.path()))
                .toList();
        assertEquals(List.of(), failed);
        assertFalse(report.cases().isEmpty());
    }

    private static Optional<Path> shared() {
        for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
            Path candidate = p.resolve("shared/conformance");
            if (Files.isDirectory(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
