package org.fusegrad.contract;

import java.util.Optional;
import java.util.Set;
import org.fusegrad.Engine;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.contract.Contractions;
import org.fusegrad.codegen.emit.Support;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.run.Backend;
import org.fusegrad.run.BackendProvider;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.interp.Interpreter;

/**
 * Engines whose kernels are vector code from the first call on, in a width of the caller's choice.
 * The vector backend itself starts scalar and changes over when it pays, so in a short run it would
 * prove little about vectors. Offers itself only while such an engine is being built.
 */
public final class VectorFromTheStart implements BackendProvider {
    private static final String NAME = "vector";
    private static final ThreadLocal<Optional<Backend>> OFFERED =
            ThreadLocal.withInitial(Optional::empty);

    /** What can be compiled, compiled at once; the rest on the interpreter's loops. */
    private static final class Vectors implements Backend {
        private final int bits;
        private final Forms forms = new Forms(new JaninoCompiler());
        private final Contractions contractions;
        private final Interpreter direct = new Interpreter();

        Vectors(int bits) {
            this.bits = bits;
            contractions = new Contractions(bits, new JaninoCompiler());
            contractions.promote();
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public Kernel compile(KernelGraph graph) {
            if (contractions.covers(graph)) {
                return contractions.compile(graph);
            }
            return graph.fused() && Support.covers(LoopKernel.of(graph))
                    ? forms.kernel(graph, bits)
                    : direct.compile(graph);
        }
    }

    /** A backend of vectors of so many bits, to be shared by engines. */
    static Backend backend(int bits) {
        return new Vectors(bits);
    }

    /** An engine on such a backend. */
    static Engine engine(Backend backend, int threads) {
        OFFERED.set(Optional.of(backend));
        try {
            return Engine.builder()
                    .backend(NAME)
                    .threads(threads)
                    .fuse(true)
                    .strict(true)
                    .build();
        } finally {
            OFFERED.remove();
        }
    }

    @Override
    public Set<String> names() {
        return OFFERED.get().isPresent() ? Set.of(NAME) : Set.of();
    }

    @Override
    public String preferred() {
        return NAME;
    }

    @Override
    public Backend create(String name) {
        return OFFERED.get().orElseThrow();
    }
}
