package org.fusegrad.conformance.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** Reads raw tensor files. There is no 32-bit integer tensor: int32 is read as int64. */
final class RawTensors {
    private static final Map<String, Integer> BYTES =
            Map.of("float32", 4, "float64", 8, "int32", 4, "int64", 8, "bool", 1);

    private RawTensors() {}

    static boolean knows(String dtype) {
        return BYTES.containsKey(dtype);
    }

    static Tensor read(TensorEntry entry) {
        return read(entry.file(), entry.dtype(), entry.shape());
    }

    static Tensor read(Path file, String dtype, Shape shape) {
        ByteBuffer bytes = bytes(file, (long) shape.numel() * BYTES.get(dtype), dtype, shape);
        int n = shape.numel();
        switch (dtype) {
            case "float32":
                float[] floats = new float[n];
                bytes.asFloatBuffer().get(floats);
                return Tensor.ofValue(Value.wrap(DType.FLOAT32, floats, shape));
            case "float64":
                double[] doubles = new double[n];
                bytes.asDoubleBuffer().get(doubles);
                return Tensor.ofValue(Value.wrap(DType.FLOAT64, doubles, shape));
            case "bool":
                byte[] flags = new byte[n];
                bytes.get(flags);
                return Tensor.ofValue(Value.wrap(DType.BOOL, flags, shape));
            default:
                long[] longs = new long[n];
                for (int i = 0; i < n; i++) {
                    longs[i] = dtype.equals("int64") ? bytes.getLong() : bytes.getInt();
                }
                return Tensor.ofValue(Value.wrap(DType.INT64, longs, shape));
        }
    }

    private static ByteBuffer bytes(Path file, long wanted, String dtype, Shape shape) {
        if (!Files.isRegularFile(file)) {
            throw new MalformedCase("file " + file.getFileName() + " is missing");
        }
        try {
            long size = Files.size(file);
            if (size != wanted) {
                throw new MalformedCase("file " + file.getFileName() + " has " + size + " bytes, "
                        + dtype + shape + " needs " + wanted);
            }
            return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new MalformedCase(
                    "file " + file.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
    }
}
