package org.fusegrad.trust;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.nn.Conv2d;
import org.fusegrad.nn.ConvOptions;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.RandomSource;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.type.DType;

/** A small network whose kernels are large enough to be cut into tasks, and its bits. */
final class Workload {
    private Workload() {}

    /** Convolution, normalization over groups, running statistics, in evaluation mode. */
    static Module network() {
        RandomSource random = RandomSource.of(3);
        Module network = new Sequential(
                new Conv2d(3, 8, ConvOptions.kernel(3).padding(1), random),
                new GroupNorm(4, 8),
                new BatchNorm2d(8));
        return network.eval();
    }

    static Tensor input(int number) {
        return Samples.of(number)
                .normal(4, 3, 24 + number % 3, 32)
                .cast(DType.FLOAT32)
                .requiresGrad(true);
    }

    /** The bits of the output and of the input's gradient. */
    static List<Integer> bits(Module network, int number) {
        Tensor x = input(number);
        Tensor y = network.forward(x);
        Tensor loss = y.mul(y).mul(y).meanAll();
        List<Integer> bits = new ArrayList<>();
        collect(bits, y);
        collect(bits, Tensor.grad(List.of(loss), List.of(x)).get(0));
        return bits;
    }

    private static void collect(List<Integer> bits, Tensor t) {
        float[] values = t.toFloats();
        bits.add(values.length);
        bits.add(Arrays.hashCode(values));
        for (int i = 0; i < values.length; i += 997) {
            bits.add(Float.floatToRawIntBits(values[i]));
        }
    }
}
