package org.fusegrad.codegen;

import java.util.List;
import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.BatchNorm2d;

/** A program that prints what a warm step of a small layer allocates, forward and backward. */
final class WarmLayer {
    private WarmLayer() {}

    /** Bytes that are few enough. */
    public static void main(String[] args) throws InterruptedException {
        try (Engine engine = Engine.builder().backend("scalar").threads(1).build()) {
            BatchNorm2d layer = new BatchNorm2d(16);
            List<Tensor> parameters = layer.parameters();
            Tensor x = Tensor.of(new float[512], 2, 16, 4, 4).requiresGrad(true);
            Tensor dy = Tensor.of(new float[512], 2, 16, 4, 4);
            long least = WarmKernels.leastBytes(
                    () -> engine.run(() -> {
                        try (Scope scope = engine.scope()) {
                            layer.forward(x).backward(dy);
                            x.setGrad(null);
                            parameters.forEach(p -> p.setGrad(null));
                        }
                    }),
                    Long.parseLong(args[0]));
            System.out.println("bn forward and backward: " + least);
        }
    }
}
