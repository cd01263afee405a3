package org.fusegrad.conformance.data;

import java.nio.file.Path;
import org.fusegrad.type.Shape;

/**
 * One tensor of a case.
 *
 * @param name its name, or that of the tensor it is a gradient of
 * @param dtype type as stored: float32, float64, int32, int64 or bool
 * @param file raw little-endian elements in row-major order
 * @param requiresGrad whether a gradient of it is expected
 * @param state a result that gradients do not flow from
 * @param rtol relative tolerance
 * @param atol absolute tolerance
 * @param torchError largest error of PyTorch's own float32 result, or NaN
 * @param ref64 float64 truth to compare with instead, or {@code null}
 */
public record TensorEntry(
        String name,
        String dtype,
        Shape shape,
        Path file,
        boolean requiresGrad,
        boolean state,
        double rtol,
        double atol,
        double torchError,
        Path ref64) {
    public boolean isFloating() {
        return dtype.startsWith("float");
    }
}
