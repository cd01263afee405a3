package org.fusegrad.codegen;

import java.util.Set;
import org.fusegrad.codegen.compile.SourceDump;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.flags.Flags;
import org.fusegrad.run.Backend;
import org.fusegrad.run.BackendProvider;

/** Offers the backends {@code vector} and {@code scalar}. */
public final class CodegenProvider implements BackendProvider {
    @Override
    public Set<String> names() {
        return Set.of("vector", "scalar");
    }

    @Override
    public String preferred() {
        return SimdSupport.get().isAvailable() ? "vector" : "scalar";
    }

    @Override
    public Backend create(String name) {
        SourceDump.check();
        if (name.equals("scalar")) {
            return new CodegenBackend(name, 0);
        }
        SimdSupport simd = SimdSupport.get();
        int wanted = Flags.LANES.get() == 0 ? simd.bits() : Flags.LANES.get();
        if (!simd.isAvailable()) {
            throw new IllegalArgumentException(
                    "backend 'vector' needs the Vector API: " + simd.reason());
        } else if (wanted > simd.bits()) {
            throw new IllegalArgumentException("vectors of " + wanted
                    + " bits were asked for, this machine has " + simd.bits());
        }
        return new CodegenBackend(name, Math.min(wanted, 512));
    }
}
