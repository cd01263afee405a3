package org.fusegrad.fuzz;

import org.fusegrad.Engine;

/**
 * The interpreting engines that formulas are tried on: one fuses, the other runs every operation by
 * itself. Of one thread each, as what is tried is small.
 */
record Engines(Engine fused, Engine eager) implements AutoCloseable {
    Engines() {
        this(engine(true), engine(false));
    }

    private static Engine engine(boolean fuse) {
        return Engine.builder().backend("interpreter").threads(1).fuse(fuse).build();
    }

    @Override
    public void close() {
        fused.close();
        eager.close();
    }
}
