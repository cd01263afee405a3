package org.fusegrad.codegen.emit;

import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/** The fused kernels that have a generated form. */
public final class Support {
    private Support() {}

    /** Whether every operation of the kernel can be emitted. */
    public static boolean covers(LoopKernel kernel) {
        return kernel.graph().nodes().stream().allMatch(Support::covers);
    }

    private static boolean covers(Node n) {
        return switch (n.op().kind()) {
            case LEAF -> true;
            case REDUCE -> !n.is(Op.PROD);
            default -> ScalarTable.covers(n);
        };
    }
}
