package org.fusegrad.trust;

import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Module;

/** An application that {@link ContainerTest} loads and drops. */
public final class ContainerMain {
    /** Elements enough for kernels in vector form to be made in the background. */
    private static final int LARGE = 1 << 21;

    private ContainerMain() {}

    public static void main(String[] args) {
        openEngine();
        defaultEngine();
        System.out.println("left open");
    }

    public static void defaultEngine() {
        train();
    }

    public static void closedEngine() {
        try (Engine engine = Engine.builder().threads(3).build()) {
            engine.run(ContainerMain::train);
        }
    }

    public static void openEngine() {
        Engine.builder().threads(3).build().run(ContainerMain::train);
    }

    /** A scope that its thread never closes. */
    public static void scopeLeftOpen() {
        Scope scope = Engine.current().scope();
        scope.keep(Tensor.ones(300_000).exp());
    }

    private static void train() {
        Module network = Workload.network().train();
        Workload.bits(network, 0);
        Fused.of("large", x -> x.mul(2).add(1)).call(Tensor.ones(LARGE));
    }
}
