package org.fusegrad.simplify;

import static org.fusegrad.graph.Formula.sum;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.junit.jupiter.api.Test;

/** What leaves a sum, and when a sum of terms becomes several sums. */
final class FactorSumsTest extends Rewriting {
    /** A number a row that waits for a sum over the data. */
    private final Node late = sum(y, 1);

    FactorSumsTest() {
        super(FactorSums::run);
    }

    @Test
    void factorsThatDoNotVaryAlongTheLoop() {
        becomes("(sum[1](xx) * ss)", sum(xx.mul(ss), 1));
        becomes("(sum[1](xx) * ss)", sum(ss.mul(xx), 1));
        becomes("(sum[1](x) * float64(s))", sum(x.mul(s), 1));
        becomes("(sum[1](x) * 3)", sum(x.mul(3), 1));
        becomes("(sum[1](xx) * reciprocal(ss))", sum(xx.div(ss), 1));
        becomes("(sum[1](x) * -1)", sum(x.neg(), 1));
        becomes("(sum[1]((x * y)) * (float64(s) * float64(t)))", sum(x.mul(s).mul(y.mul(t)), 1));
        becomes("(sum[1](x) * (-1 * float64(s)))", sum(x.mul(s).neg(), 1));
    }

    @Test
    void factorsThatVaryAlongTheLoopStay() {
        stays(sum(x.mul(s), 0));
        stays(sum(x.mul(y), 1));
        stays(sum(x.div(y), 1));
        stays(sum(ss.div(xx), 1));
        stays(sum(x, 1));
    }

    @Test
    void whatDoesNotVaryAtAllIsCounted() {
        becomes("(1 * ss)", sum(ss, 1));
        becomes("(sum[1](xx) + (6 * sum[1](y)))", sum(xx.add(late), 1));
    }

    @Test
    void termsAreSummedApartWhereThatIsEarlier() {
        becomes("(sum[1](xx) + (sum[1](xx) * sum[1](y)))", sum(xx.add(xx.mul(late)), 1));
        becomes(
                "((sum[1](xx) * sum[1](y)) + (sum[1](xx) * -1))",
                sum(xx.mul(late).sub(xx), 1));
        stays(sum(xx.add(xx.mul(tt)), 1));
        stays(sum(xx.add(late.mul(xx).unary(Op.EXP)), 1)); // a term is as late as the whole
    }

    @Test
    void onlyFloat64SumsOfOneLoop() {
        stays(Node.of(Op.SUM, new Attrs.Axes(Ints.of(1)), x.mul(s)));
        stays(Node.of(Op.SUM, new Attrs.Axes(Ints.of(0, 1), true), x.mul(3)));
        stays(Node.of(Op.MAX, new Attrs.Axes(Ints.of(1)), xx.mul(ss)));
    }

    @Test
    void differencesFromTheMeanAddUpToNothing() {
        Node mean = sum(x, 1).div(6);
        Node centred = x.sub(mean.cast(DType.FLOAT32));
        becomes("expand[4, 1](0)", sum(centred, 1));
        stays(sum(centred, 0));
        Node overall = sum(sum(x, 1), 0).div(24);
        Node all = x.sub(overall.cast(DType.FLOAT32));
        becomes("expand[1, 1](0)", sum(sum(all, 1), 0));
    }
}
