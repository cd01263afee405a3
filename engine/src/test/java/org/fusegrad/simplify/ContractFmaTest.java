package org.fusegrad.simplify;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Formula;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.junit.jupiter.api.Test;

/** Where a product and a sum become one operation with one rounding. */
final class ContractFmaTest extends Rewriting {
    ContractFmaTest() {
        super(ContractFma::run);
    }

    @Test
    void productsThatAreAddedTo() {
        becomes("fma(x, s, y)", x.mul(s).add(y));
        becomes("fma(x, s, y)", y.add(x.mul(s)));
        becomes("fma(xx, ss, tt)", xx.mul(ss).add(tt));
        stays(x.add(y));
        stays(k.mul(k).add(k));
        stays(x.div(s).add(y));
    }

    @Test
    void theFirstOfTwoProductsIsContracted() {
        becomes("fma(x, s, (y * t))", x.mul(s).add(y.mul(t)));
    }

    @Test
    void anOpenProductTakesTheNextAddend() {
        becomes("fma(x, s, fma(y, t, w))", x.mul(s).add(y.mul(t)).add(w));
        becomes("fma(x, s, fma(y, t, w))", w.add(x.mul(s).add(y.mul(t))));
        stays(Node.of(Op.FMA, Attrs.NONE, x, s, y).add(w));
    }

    @Test
    void differences() {
        becomes("fma(x, s, -y)", x.mul(s).sub(y));
        becomes("fma(x, -s, y)", y.sub(x.mul(s)));
        becomes("fma(-s, x, y)", y.sub(s.mul(x)));
        becomes("fma(-x, y, w)", w.sub(x.mul(y)));
        becomes("fma(x, -3, y)", y.sub(x.mul(3)));
        stays(x.sub(y));
        Node product = x.mul(s);
        stays(product.sub(product));
    }

    @Test
    void sumsOfProducts() {
        becomes("sum_mul[1](x, y)", Formula.sum(x.mul(y), 1));
        becomes("sum_mul[0](xx, ss)", Formula.sum(xx.mul(ss), 0));
        stays(Formula.sum(x.add(y), 1));
        stays(Node.of(Op.SUM, new Attrs.Axes(Ints.of(1)), k.mul(k)));
        Node half = y.cast(DType.BFLOAT16);
        stays(Formula.sum(x.mul(half), 1)); // two types: no product to sum as it is
    }
}
