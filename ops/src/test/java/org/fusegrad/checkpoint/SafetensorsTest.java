package org.fusegrad.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("model.safetensors");
    }

    /** A file of a header and some bytes of data. */
    private Path raw(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + text.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text);
        return Files.write(file(), all.array());
    }

    @Test
    void everyTypeSurvives() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("flags", Tensor.of(new boolean[] {true, false, true}, 3));
        tensors.put("half", Tensor.of(1f, -2.5f).cast(DType.BFLOAT16));
        tensors.put("f16", Tensor.of(1f, -2.5f).cast(DType.FLOAT16));
        tensors.put("floats", Tensor.of(new float[] {1, Float.NaN, -0f, 4, 5, 6}, 2, 3));
        tensors.put("transposed", tensors.get("floats").transpose(0, 1));
        tensors.put("doubles", Tensor.of(new double[] {Math.PI}, 1));
        tensors.put("count", Tensor.scalar(7, DType.INT64));
        tensors.put("empty", Tensor.zeros(0, 4));
        Map<String, String> metadata = Map.of("author", "Zoë \"quoted\" \n");
        Safetensors.write(file(), new Checkpoint(tensors, metadata));

        Checkpoint read = Safetensors.read(file());
        assertEquals(metadata, read.metadata());
        assertEquals(tensors.keySet(), read.tensors().keySet());
        tensors.forEach((name, t) -> {
            Tensor back = read.tensors().get(name);
            assertEquals(t.dtype(), back.dtype(), name);
            assertEquals(t.shape(), back.shape(), name);
            assertArrayEquals(t.toDoubles(), back.toDoubles(), name);
        });
        try (var files = Files.list(folder)) {
            assertEquals(List.of(file()), files.toList());
        }
    }

    @Test
    void readsWhatOthersWrite() throws IOException {
        Path path = raw("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}   ", 8);
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 1] = 0x40;
        bytes[bytes.length - 2] = 0x20;
        Files.write(path, bytes);
        assertArrayEquals(
                new float[] {0, 2.5f}, Safetensors.read(path).tensors().get("a").toFloats());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{} x",
                "{'a':{}}",
                "{\"a\":{}}",
                "{\"a\":[[[[[[[[]]]]]]]]}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536,65536,65536],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[0,9999999999],\"data_offsets\":[0,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}",
                "{\"a\":{\"dtype\":\"Q4\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"x\":1}}",
                "{\"__metadata__\":{\"a\":1}}",
                "{\"__metadata__\":{}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                        + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[7,8]}}"
            })
    void hostileHeadersAreRefused(String header) throws IOException {
        Path path = raw(header, 8);
        Throwable fault = assertThrows(MalformedFileException.class, () -> Safetensors.read(path));
        assertTrue(fault.getMessage().startsWith(path.toString()), fault.getMessage());
    }

    @Test
    void badLengthsAreRefused() throws IOException {
        for (long length : new long[] {-1, 9, Long.MAX_VALUE, Safetensors.MAX_HEADER + 1L}) {
            ByteBuffer all =
                    ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            Files.write(file(), all.array());
            assertThrows(MalformedFileException.class, () -> Safetensors.read(file()));
        }
        Files.write(file(), new byte[3]);
        assertThrows(MalformedFileException.class, () -> Safetensors.read(file()));
    }

    @Test
    void truthValuesAreZeroOrOne() throws IOException {
        Path path = raw("{\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1);
        byte[] bytes = Files.readAllBytes(path);
        bytes[bytes.length - 1] = 2;
        Files.write(path, bytes);
        assertThrows(MalformedFileException.class, () -> Safetensors.read(path));
    }

    private static Sequential network(double eps) {
        return new Sequential(new BatchNorm1d(2, NormOptions.DEFAULT.eps(eps)));
    }

    @Test
    void modulesKeepStatesAndConventions() throws IOException {
        Sequential trained = network(1e-3);
        trained.forward(Tensor.of(new float[] {1, 2, 3, 5}, 2, 2));
        Checkpoint.save(trained, file());
        Checkpoint.save(trained, file());

        Sequential fresh = network(1e-3);
        Checkpoint.load(fresh, file());
        fresh.stateDict()
                .forEach((path, t) -> assertArrayEquals(
                        trained.stateDict().get(path).toDoubles(), t.toDoubles(), path));
        assertEquals("0.001", Safetensors.read(file()).metadata().get("norm:0:eps"));

        Sequential other = network(1e-5);
        assertThrows(IllegalArgumentException.class, () -> Checkpoint.load(other, file()));
        assertEquals(0, other.stateDict().get("0.running_mean").toDoubles()[0]);
    }
}
