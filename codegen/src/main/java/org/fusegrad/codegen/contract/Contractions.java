package org.fusegrad.codegen.contract;

import java.util.List;
import org.fusegrad.codegen.compile.SourceCompiler;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.load.ProgramId;
import org.fusegrad.codegen.load.ProgramLoader;
import org.fusegrad.codegen.tier.TierUp;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.WinogradRule;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.DType;

/**
 * Matrix products and convolutions of float32 on generated tiles. Operands are laid out in memory
 * of the kernel so that the columns of every product stand side by side for each k; the tiles do
 * the rest. The order of every addition is that of the interpreter's contract, whatever the tile
 * sizes.
 */
public final class Contractions {
    /** What computes an operation, given its operands in float32. */
    @FunctionalInterface
    interface Routine {
        void run(Value[] in, float[] out, int outAt, Workers workers);
    }

    private final TileForms forms;
    private final Operands operands = new Operands();

    private Contractions(TileForms forms) {
        this.forms = forms;
    }

    /** Contractions whose tiles are compiled. */
    public Contractions(int bits, SourceCompiler compiler) {
        this(new TileForms(bits, ProgramLoader.of(compiler), new TierUp()));
    }

    /**
     * Contractions of a backend.
     *
     * @param bits of a vector; 0 for scalar code only
     * @param tierUp where their vector form is made
     */
    public static Contractions of(int bits, ProgramLoader loader, TierUp tierUp) {
        return new Contractions(new TileForms(bits, loader, tierUp));
    }

    /** What identifies the tiles of a vector width. */
    public static ProgramId tiles(int bits) {
        return TileForms.id(bits);
    }

    /** The source of the tiles of a vector width. */
    public static Source source(String packageName, int bits) {
        return TileEmitter.emit(packageName, bits);
    }

    /** Whether this is the graph of one contraction of float32. */
    public boolean covers(KernelGraph kernel) {
        Graph graph = kernel.graph();
        if (kernel.fused() || graph.outputs().size() != 1) {
            return false;
        }
        Node node = graph.outputs().get(0);
        boolean contraction = switch (node.op()) {
            case MATMUL, CONV, CONV_INPUT, CONV_WEIGHT -> true;
            default -> false;
        };
        return contraction
                && node.dtype() == DType.FLOAT32
                && node.inputs().stream()
                        .allMatch(in -> in.is(Op.INPUT) && in.dtype().compute() == DType.FLOAT32);
    }

    /** The kernel of a graph that is covered. */
    public Kernel compile(KernelGraph kernel) {
        forms.prepare(); // What fails, fails now, while the interpreter can still take over.
        Graph graph = kernel.graph();
        Node node = graph.outputs().get(0);
        List<Node> leaves = graph.inputs();
        int[] from = node.inputs().stream().mapToInt(leaves::indexOf).toArray();
        Routine routine = switch (node.op()) {
            case MATMUL -> new Matmul(node, forms, operands);
            case CONV, CONV_INPUT ->
                WinogradRule.applies(node)
                        ? new Winograd(node, forms, operands)
                        : new Convolution(node, forms, operands);
            default -> WeightGradient.of(node, forms, operands);
        };
        return new Contraction(kernel, routine, from, forms);
    }

    /** Lets go of the memory that operands are packed into. */
    public void trim() {
        operands.trim();
    }

    /** Makes the vector form of the tiles now; otherwise that happens in the background. */
    public void promote() {
        forms.promote();
    }

    /** A routine with its operands picked from a graph's inputs. */
    private record Contraction(KernelGraph kernel, Routine routine, int[] from, TileForms forms)
            implements Kernel {
        @Override
        public void run(Value[] inputs, Value[] outputs, Workers workers) {
            int n = outputs[0].shape().numel();
            if (n == 0) {
                return;
            }
            Value[] in = new Value[from.length];
            boolean shared = false;
            for (int i = 0; i < in.length; i++) {
                in[i] = Operands.floats(inputs[from[i]]);
                shared |= in[i].buffer().array() == outputs[0].buffer().array();
            }
            if (shared) {
                float[] apart = new float[n];
                routine.run(in, apart, 0, workers);
                System.arraycopy(apart, 0, outputs[0].floats(), outputs[0].offset(), n);
            } else {
                routine.run(in, outputs[0].floats(), outputs[0].offset(), workers);
            }
        }

        @Override
        public KernelException failure() {
            return forms.failure();
        }

        @Override
        public String describe() {
            return "on tiles:\n" + kernel.graph() + "\n" + forms.source();
        }
    }
}
