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
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Linear;
import org.fusegrad.nn.LoadPolicy;
import org.fusegrad.nn.LoadReport;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with types we do not compute in, and headers that are not quite JSON. */
class ElementTypesTest {
    private static final String GOOD = "\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":";

    @TempDir
    Path folder;

    private Path file(String header, byte... data) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer all = ByteBuffer.allocate(8 + text.length + data.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(text.length)
                .put(text)
                .put(data);
        return Files.write(folder.resolve("types.safetensors"), all.array());
    }

    private static byte[] hex(String digits) {
        byte[] bytes = new byte[digits.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(digits.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    /** Type, bytes in hexadecimal, type of ours, values. */
    static Stream<Arguments> types() {
        double nan = Double.NaN;
        double inf = Double.POSITIVE_INFINITY;
        return Stream.of(
                of("BOOL", "0001", DType.BOOL, 0, 1),
                of("U8", "007fff", DType.INT64, 0, 127, 255),
                of("I8", "007fff80", DType.INT64, 0, 127, -1, -128),
                of("U16", "0100ffff", DType.INT64, 1, 65535),
                of("I16", "0100ffff0080", DType.INT64, 1, -1, -32768),
                of("U32", "01000000ffffffff", DType.INT64, 1, 4294967295.0),
                of("I32", "01000000ffffffff00000080", DType.INT64, 1, -1, -2147483648.0),
                of("U64", "0100000000000000", DType.INT64, 1),
                of("I64", "ffffffffffffffff", DType.INT64, -1),
                of(
                        "F8_E5M2",
                        "003cbc01027b7c7dfc80",
                        DType.FLOAT16,
                        0,
                        1,
                        -1,
                        Math.pow(2, -16),
                        Math.pow(2, -15),
                        57344,
                        inf,
                        nan,
                        -inf,
                        -0.0),
                of(
                        "F8_E4M3",
                        "0038b80107087e7fff80fe",
                        DType.FLOAT16,
                        0,
                        1,
                        -1,
                        Math.pow(2, -9),
                        7 * Math.pow(2, -9),
                        Math.pow(2, -6),
                        448,
                        nan,
                        nan,
                        -0.0,
                        -448),
                of(
                        "F8_E8M0",
                        "007f80feff",
                        DType.FLOAT32,
                        Math.pow(2, -127),
                        1,
                        2,
                        Math.pow(2, 127),
                        nan),
                of("F16", "003c", DType.FLOAT16, 1),
                of("BF16", "803f", DType.BFLOAT16, 1),
                of("F64", "000000000000f03f", DType.FLOAT64, 1));
    }

    private static Arguments of(String label, String bytes, DType dtype, double... values) {
        return Arguments.of(label, bytes, dtype, values);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("types")
    void eachTypeIsReadAsOneThatHoldsIt(String label, String bytes, DType dtype, double[] values)
            throws IOException {
        byte[] data = hex(bytes);
        Path path = file(
                "{\"a\":{\"dtype\":\"" + label + "\",\"shape\":[" + values.length
                        + "],\"data_offsets\":[0," + data.length + "]}}",
                data);
        Tensor read = Safetensors.read(path).tensors().get("a");
        assertEquals(dtype, read.dtype());
        assertArrayEquals(values, read.toDoubles());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"dtype\":\"C64\",\"shape\":[1],\"data_offsets\":[0,8]}",
                "{\"dtype\":\"F4\",\"shape\":[4,4],\"data_offsets\":[0,8]}",
                "{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[0,3]}",
                "{\"dtype\":\"U64\",\"shape\":[1],\"data_offsets\":[0,8]}",
                "{\"dtype\":\"Q4_K\",\"shape\":[7],\"data_offsets\":[0,8]}"
            })
    void oneThatCannotBeReadLeavesTheOthers(String odd) throws IOException {
        int length = odd.contains("[0,3]") ? 3 : 8;
        byte[] data = new byte[length + 4];
        data[7 < length ? 7 : 0] = (byte) 0x80;
        data[length + 3] = 0x40;
        Path path = file(
                "{\"odd\":" + odd + "," + GOOD + "[" + length + "," + (length + 4) + "]}}", data);
        Checkpoint read = Safetensors.read(path);
        assertEquals(Set.of("w"), read.tensors().keySet());
        assertEquals(2, read.tensors().get("w").item());
        assertEquals(Set.of("odd"), read.unreadable().keySet());
        Path copy = folder.resolve("copy");
        assertThrows(IllegalArgumentException.class, () -> Safetensors.write(copy, read));
        assertTrue(Files.notExists(copy));
        Safetensors.write(copy, new Checkpoint(read.tensors(), read.metadata()));
    }

    @Test
    void whatAModuleNeedsMustBeReadable() throws IOException {
        String header = "{\"weight\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[0,1]},"
                + "\"bias\":{\"dtype\":\"F8_E4M3\",\"shape\":[1],\"data_offsets\":[1,2]}}";
        Path path = file(header, (byte) 0, (byte) 0x38);
        Linear linear = new Linear(2, 1);
        double before = linear.bias().orElseThrow().item();
        for (LoadPolicy policy : new LoadPolicy[] {
            LoadPolicy.STRICT, LoadPolicy.FOREIGN.allowUnexpected().skipMismatched()
        }) {
            String message = assertThrows(
                            IllegalArgumentException.class,
                            () -> Checkpoint.load(linear, path, policy))
                    .getMessage();
            assertTrue(message.contains("weight cannot be read"), message);
            assertEquals(before, linear.bias().orElseThrow().item());
        }
        LoadReport report = Checkpoint.load(linear, path, LoadPolicy.FOREIGN.allowMissing());
        assertEquals(1, linear.bias().orElseThrow().item());
        assertEquals(Map.of("bias", "float16 to float32"), report.cast());
        assertEquals(1, report.missing().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\ufeff{G[0,4]}}",
                " {G[0,4]}}",
                "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{G[0,4],\"data_offsets\":[0,4]}}",
                "{G[0,4]},\"\\u0077\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[1e0],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[10e-1],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":\"F32\",\"shape\":[-0,0],\"data_offsets\":[0,0]}}",
                "{G[0,4.0]}}",
                "{G[0,0.4e1]}}",
                "{G[0,\"4\"]}}",
                "{G[00,4]}}",
                "{G[0,99999999999999999999999]}}",
                "{\"w\":{\"dtype\":32,\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":null,\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{\"w\":{\"dtype\":\"f32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
                "{G[0,4]},\"z\":{\"dtype\":\"Q4\",\"shape\":[1],\"data_offsets\":[3,4]}}",
                "{G[0,4]},\"z\":{\"dtype\":\"Q4\",\"shape\":[1],\"data_offsets\":[4,3]}}",
                "{\"__metadata__\":null,G[0,4]}}"
            })
    void headersThatAreNotQuiteRightAreRefused(String header) throws IOException {
        Path path = file(header.replace("G", GOOD), new byte[4]);
        String message = assertThrows(MalformedFileException.class, () -> Safetensors.read(path))
                .getMessage();
        assertTrue(message.startsWith(path.toString()), message);
        Path sound = file("{" + GOOD + "[0,4]}}  ", new byte[4]);
        assertEquals(0, Safetensors.read(sound).tensors().get("w").item());
    }
}
