package org.fusegrad.codegen.lower;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.codegen.ir.Callee;
import org.fusegrad.codegen.ir.Expr;
import org.fusegrad.codegen.ir.Expr.Field;
import org.fusegrad.codegen.ir.Local.Fixed;
import org.fusegrad.codegen.ir.Stmt;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Buffer;
import org.fusegrad.type.DType;

/**
 * The reading of results that a later scan will write, for nothing but that their lines of memory
 * be in cache by then: one element of each line, beside the vectors that lie as far along the row.
 * The JVM knows no other way to fetch memory ahead.
 */
final class Prefetching {
    private Prefetching() {}

    /**
     * What a step fetches ahead, if it and what writes the results have vectors: scalar code takes
     * longer to compute than memory to arrive. Nothing where each row is written as soon as it has
     * been read.
     */
    static List<Node> results(StepForm step) {
        return step.step().prefetched().stream()
                .filter(n -> step.isVector() && !step.isJoined() && VectorSupport.isFloat(n))
                .toList();
    }

    /**
     * Reads the lines that start at one vector.
     *
     * @param ahead elements between the loop's index and the vector
     */
    static List<Stmt> lines(StepForm step, int ahead) {
        List<Stmt> code = new ArrayList<>();
        for (Node n : results(step)) {
            if (ahead * n.dtype().bytes() % Buffer.LINE == 0) {
                Expr element = step.element(step.array(n));
                boolean single = n.dtype() == DType.FLOAT32;
                code.add(new Stmt.Assign(
                        Expr.read(Fixed.PREFETCHED),
                        Stmt.Update.OR,
                        single ? Expr.call(Callee.FLOAT_BITS, element) : element));
            }
        }
        return code;
    }

    /** After the rows, what was read goes where the JVM must believe it is used. */
    static List<Stmt> end(StepForm step) {
        Stmt used = Stmt.set(new Expr.Given(Field.PREFETCHED), Expr.read(Fixed.PREFETCHED));
        return results(step).isEmpty() ? List.of() : List.of(used);
    }
}
