package org.fusegrad.simplify;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.graph.Origin;
import org.fusegrad.type.DType;

/**
 * Pass: a product that is added to something becomes one fused multiply-add, a sum of products a
 * reduction with one rounding a term. Java never contracts by itself, so this is the only place
 * where it happens and every backend rounds alike.
 */
final class ContractFma {
    private ContractFma() {}

    static Graph run(Graph graph) {
        return graph.rewrite((n, in) -> contract(n.withInputs(in)));
    }

    private static Node contract(Node n) {
        boolean real = n.dtype() == DType.FLOAT32 || n.dtype() == DType.FLOAT64;
        if (!real) {
            return n;
        }
        if (n.is(Op.ADD)) {
            Node a = n.input(0);
            Node b = n.input(1);
            return isProduct(a)
                    ? fma(a, b)
                    : isProduct(b)
                            ? fma(b, a)
                            : openProduct(a) ? intoFma(a, b) : openProduct(b) ? intoFma(b, a) : n;
        } else if (n.is(Op.SUB)) {
            Node a = n.input(0);
            Node b = n.input(1);
            // A product less itself is 0, not what rounding took from it.
            return a == b
                    ? n
                    : isProduct(a) ? fma(a, b.neg()) : isProduct(b) ? fma(negated(b), a) : n;
        } else if (n.is(Op.SUM)
                && isProduct(n.input(0))
                && n.input(0).dtype().isFloating()
                && sameType(n.input(0))) {
            return Node.of(Op.SUM_MUL, n.attrs(), n.input(0).inputs());
        }
        return n;
    }

    private static boolean isProduct(Node n) {
        return n.is(Op.MUL);
    }

    /** a * b + c * d, where the last product can still take an addend. */
    private static boolean openProduct(Node n) {
        return n.is(Op.FMA) && isProduct(n.input(2));
    }

    private static Node intoFma(Node open, Node addend) {
        return Node.of(
                Op.FMA, Attrs.NONE, open.input(0), open.input(1), fma(open.input(2), addend));
    }

    private static boolean sameType(Node product) {
        return product.input(0).dtype() == product.input(1).dtype();
    }

    private static Node fma(Node product, Node c) {
        return Node.of(Op.FMA, Attrs.NONE, product.input(0), product.input(1), c);
    }

    /** The product with the sign on the factor that varies least. */
    private static Node negated(Node product) {
        Node a = product.input(0);
        Node b = product.input(1);
        if (b.is(Op.CONST)) {
            return a.mul(Origin.result(
                    Op.MUL, b, b.like(-1), DType.FLOAT64, a.dtype().compute()));
        }
        return Loops.wider(a, b) ? a.mul(b.neg()) : a.neg().mul(b);
    }
}
