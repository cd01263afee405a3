package org.fusegrad.simplify;

import static org.fusegrad.graph.Formula.sum;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.fusegrad.graph.Formula;
import org.fusegrad.graph.Node;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.junit.jupiter.api.Test;

/** The remainder of a mean leaves the data for the statistics. */
final class FoldRemaindersTest extends Rewriting {
    private static final String LO = "((ss - float64(s)) + tt)";

    /** x - (ss + tt) as a difference from s, near the mean, and what remains. */
    private final Node centred = Remainder.difference(x.sub(s), s, ss, tt);

    FoldRemaindersTest() {
        super(FoldRemainders::run);
    }

    @Test
    void aCentredValueIsRecognised() {
        assertEquals("((x - s) - float32(" + LO + "))", Formula.text(centred));
        Remainder r = Remainder.match(centred);
        assertEquals("(x - s)", Formula.text(r.e()));
        assertEquals(LO, Formula.text(r.lo()));
        Node double64 = Remainder.difference(xx.sub(tt), tt, ss, tt);
        assertEquals("((ss - tt) + tt)", Formula.text(Remainder.match(double64).lo()));
        assertNull(Remainder.match(x.sub(s)));
        assertNull(Remainder.match(x.sub(s).sub(t)));
        assertNull(Remainder.match(x.sub(s).add(rs)));
        assertNull(Remainder.match(x.sub(s).sub(ss.add(tt).cast(DType.FLOAT32))));
        assertNull(Remainder.match(x.sub(t).sub(centred.input(1))), "near something else");
        assertNull(Remainder.match(x.add(s).sub(centred.input(1))));
        Node product = ss.sub(s.cast(DType.FLOAT64)).mul(tt).cast(DType.FLOAT32);
        assertNull(Remainder.match(x.sub(s).sub(product)));
    }

    @Test
    void productsWithAStatistic() {
        String folded = "(((x - s) * t) + float32((-" + LO + " * float64(t))))";
        becomes(folded, centred.mul(t));
        becomes(folded, t.mul(centred));
        becomes("(((x - s) * float32(tt)) + float32((-" + LO + " * tt)))", centred.mul(rt));
    }

    @Test
    void productsWithDataStay() {
        stays(centred.mul(y));
        stays(y.mul(centred));
        stays(centred.mul(centred));
        stays(x.mul(t));
        stays(centred.add(t));
        stays(centred.mul(t.cast(DType.BFLOAT16))); // lo times it would be rounded to half
    }

    @Test
    void sumsOfProducts() {
        String folded = "(sum[1](((x - s) * y)) - (" + LO + " * sum[1](y)))";
        becomes(folded, sum(centred.mul(y), 1));
        becomes(folded, sum(y.mul(centred), 1));
        becomes(
                "(sum[1](((x - s) * (y * x))) - (" + LO + " * sum[1]((y * x))))",
                sum(y.mul(centred.mul(x)), 1));
    }

    @Test
    void otherSumsStay() {
        stays(sum(centred.mul(y), 0)); // the remainder varies along it
        stays(sum(centred, 1));
        stays(sum(centred.mul(centred), 1));
        stays(sum(x.mul(y), 1));
        stays(centred.mul(y).sum(Ints.of(1))); // in float32
    }
}
