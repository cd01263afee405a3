package org.fusegrad.conformance;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.Engine;

/** One way to run a case: an engine with its backend, fused or eager. */
record Mode(String label, Engine engine) implements AutoCloseable {
    /** Both ways on each backend. */
    static List<Mode> of(List<String> backends) {
        List<Mode> modes = new ArrayList<>();
        for (String backend : backends) {
            for (boolean fuse : new boolean[] {false, true}) {
                Engine engine = Engine.builder().backend(backend).fuse(fuse).build();
                String label = engine.backendName() + (fuse ? " fused" : " eager");
                modes.add(new Mode(label, engine));
            }
        }
        return modes;
    }

    @Override
    public void close() {
        engine.close();
    }
}
