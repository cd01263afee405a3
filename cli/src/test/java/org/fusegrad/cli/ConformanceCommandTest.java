package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConformanceCommandTest {
    @TempDir
    private Path folder;

    /** A case of an activation of (-1, 2), with the answer given. */
    private void write(String function, float... expected) throws IOException {
        Path path = Files.createDirectories(folder.resolve("cases/torch/" + function));
        Files.writeString(path.resolve("case.json"), """
                {"suite": "torch", "op": "activation", "name": "case", "kind": "forward",
                 "dtype": "float32", "tags": [], "note": "", "attrs": {"fn": "%s"},
                 "inputs": [{"name": "x", "dtype": "float32", "shape": [2], "file": "x.bin"}],
                 "outputs": [{"name": "y", "dtype": "float32", "shape": [2], "file": "y.bin",
                              "rtol": 1e-6, "atol": 1e-6, "scale": 2.0}]}
                """.formatted(function));
        Files.write(path.resolve("x.bin"), bytes(-1, 2));
        Files.write(path.resolve("y.bin"), bytes(expected));
    }

    private static byte[] bytes(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    private Ran run(String... more) {
        String[] args = new String[more.length + 2];
        args[0] = "conformance";
        args[1] = folder.resolve("cases").toString();
        System.arraycopy(more, 0, args, 2, more.length);
        return Ran.of(args);
    }

    @Test
    void aRunWithoutFailuresSucceeds() throws IOException {
        write("relu", 0, 2);
        write("no_such_function", 0, 2);
        Ran ran = run("--backend", "interpreter").succeeded();
        assertTrue(ran.out().contains("1 passed, 0 failed, 1 unsupported"), ran.out());
    }

    @Test
    void aWrongNumberFailsAndIsNamed() throws IOException {
        write("relu", 0, 2.5f);
        Ran ran = run();
        assertEquals(1, ran.code());
        assertTrue(
                ran.out().contains("FAIL torch/relu (") && ran.out().contains("y[1]"), ran.out());
    }

    @Test
    void aMissingDirectoryIsWrongInput() throws IOException {
        run().failed(2, "there is no directory");
        Files.createDirectory(folder.resolve("cases"));
        run().failed(2, "no cases below");
        write("relu", 0, 2);
        run("--only", "elsewhere").failed(2, "no cases below");
        run("--backend", "gpu").failed(2, "--backend=gpu: give one of");
    }

    @Test
    void aCaseThatCannotBeReadIsWrongInput() throws IOException {
        Path path = Files.createDirectories(folder.resolve("cases/torch/broken"));
        Files.writeString(path.resolve("case.json"), "{");
        Ran ran = run("--backend", "scalar");
        assertEquals(2, ran.code());
        assertTrue(
                ran.out().contains("MALFORMED torch/broken: case.json is not valid JSON"),
                ran.out());
        write("relu", 0, 2.5f);
        assertEquals(1, run("--backend", "scalar").code());
    }

    @Test
    void writesJson() throws IOException {
        write("relu", 0, 2);
        Path file = folder.resolve("report.json");
        run("--backend", "interpreter", "--json", file.toString()).succeeded();
        JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        assertEquals(1, json.get("passed").getAsInt());
    }

    @Test
    void refusesAJsonFileThatCannotBeWritten() throws IOException {
        write("relu", 0, 2);
        Path file = folder.resolve("missing/report.json");
        run("--json", file.toString()).failed(2, "--json: cannot write");
        assertFalse(Files.exists(file.getParent()));
    }
}
