package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.FormulaGraph;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck.Wanted;

/**
 * One order of a check: the function itself, or its gradient of some order as a function of the
 * same arguments and of the upstream gradients so far.
 *
 * @param order 1 for the function itself
 * @param traced its graph; {@code null} if it cannot be traced
 * @param wanted what it is differentiated by
 */
record Level(int order, TensorFunction function, FormulaGraph traced, List<Wanted> wanted) {
    List<Tensor> leaves() {
        return wanted.stream().map(Wanted::leaf).toList();
    }

    /** The gradient of this function as a graph. */
    FormulaGraph gradient(List<Tensor> upstream) {
        return traced.gradient(leaves(), upstream);
    }

    /** The level above, differentiated by the cotangents too. */
    Level next(List<Tensor> cotangents) {
        List<Tensor> upstream = new ArrayList<>();
        List<Wanted> more = new ArrayList<>(wanted);
        for (int i = 0; i < cotangents.size(); i++) {
            Tensor v = cotangents.get(i) == null ? null : GradCheck.leaf(cotangents.get(i));
            upstream.add(v);
            if (v != null) {
                more.add(new Wanted("upstream " + i + " of order " + order, v, null));
            }
        }
        List<Tensor> by = leaves();
        return new Level(
                order + 1,
                in -> Runner.gradients(function.apply(in), by, upstream, true),
                traced == null ? null : gradient(upstream),
                more);
    }
}
