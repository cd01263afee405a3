package org.fusegrad.codegen.emit;

import com.palantir.javapoet.CodeBlock;
import java.util.List;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Buffer;
import org.fusegrad.type.DType;

/**
 * Emits the reading of results that a later scan will write, for nothing but that their lines of
 * memory be in cache by then: one element of each line, beside the vectors that lie as far along
 * the row. The JVM knows no other way to fetch memory ahead.
 */
final class PrefetchEmitter {
    /** Bytes that memory hands over at once. */
    private static final int CACHE_LINE = Buffer.LINE;

    private final LoopKernel kernel;
    private final KernelNames names;
    private final StepEmitter loop;
    private final List<Node> results;

    /**
     * What a step fetches ahead, if it and what writes the results have vectors: scalar code takes
     * longer to compute than memory to arrive. Nothing where each row is written as soon as it has
     * been read.
     */
    PrefetchEmitter(LoopKernel kernel, LoopStep step, KernelNames names, StepEmitter loop) {
        this.kernel = kernel;
        this.names = names;
        this.loop = loop;
        this.results = step.prefetched().stream()
                .filter(n -> loop.isVector() && !loop.isJoined() && VectorLanes.isFloat(n))
                .toList();
    }

    /** The arrays, fetched before the rows. */
    void targets(CodeBlock.Builder code) {
        results.forEach(n -> loop.array(code, kernel.array(n), names.of(n), n.dtype()));
        if (!results.isEmpty()) {
            code.addStatement("int prefetched = 0");
        }
    }

    /**
     * The lines that start at one vector.
     *
     * @param ahead elements between the loop's index and the vector
     */
    void lines(CodeBlock.Builder code, int ahead, String plus) {
        for (Node n : results) {
            if (ahead * n.dtype().bytes() % CACHE_LINE == 0) {
                String element = names.of(n) + "Array[" + loop.index(names.of(n)) + plus + "]";
                boolean single = n.dtype() == DType.FLOAT32;
                code.addStatement(
                        "prefetched |= $L",
                        single ? "Float.floatToRawIntBits(" + element + ")" : element);
            }
        }
    }

    /** After the rows, what was read goes where the JVM must believe it is used. */
    void end(CodeBlock.Builder code) {
        if (!results.isEmpty()) {
            code.addStatement("f.prefetched = prefetched");
        }
    }
}
