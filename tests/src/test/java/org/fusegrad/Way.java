package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.gradcheck.TensorFunction;

/** A way to run a formula: on a backend, fused or operation by operation. */
public record Way(String backend, boolean fused) {
    /** Every backend this JVM has, both ways. */
    public static List<Way> all() {
        List<Way> ways = new ArrayList<>();
        for (String backend : Backends.available()) {
            ways.add(new Way(backend, false));
            ways.add(new Way(backend, true));
        }
        return ways;
    }

    /** An engine of this way; strict, so that no fallback hides a kernel that does not compile. */
    public Engine engine() {
        return Engine.builder()
                .backend(backend)
                .fuse(fused)
                .strict(true)
                .threads(2)
                .build();
    }

    public <T> T call(Supplier<T> work) {
        try (Engine engine = engine()) {
            return engine.call(work);
        }
    }

    /** The function as one formula, which this way fuses or does not. */
    public static TensorFunction traced(String name, TensorFunction f) {
        Fused formula = Fused.ofAll(name, f::apply);
        return in -> formula.callAll(in.toArray(Tensor[]::new));
    }

    @Override
    public String toString() {
        return backend + (fused ? " fused" : " eager");
    }
}
