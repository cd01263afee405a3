package org.fusegrad.simplify;

import static org.fusegrad.graph.Formula.sum;

import org.fusegrad.graph.Attrs;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;
import org.fusegrad.type.Ints;
import org.fusegrad.type.Shape;
import org.junit.jupiter.api.Test;

/** What algebra does to one expression, and what it must leave alone. */
final class SimplifyTest extends Rewriting {
    private static final DType SINGLE = DType.FLOAT32;
    private static final DType DOUBLE = DType.FLOAT64;

    SimplifyTest() {
        super(Simplify::run);
    }

    private static Node zero() {
        return Node.constant(0, SINGLE);
    }

    @Test
    void neutralElements() {
        becomes("x", x.add(0));
        becomes("x", zero().add(x));
        becomes("x", x.sub(0));
        becomes("-x", zero().sub(x));
        becomes("x", x.mul(1));
        becomes("x", x.like(1).mul(x));
        becomes("x", x.div(1));
        becomes("x", x.pow(x.like(1)));
        becomes("(x * x)", x.pow(x.like(2)));
        stays(x.pow(x.like(3)));
        becomes("-x", x.mul(-1));
        becomes("-x", x.like(-1).mul(x));
    }

    @Test
    void whatANeutralElementLeavesHasTheTypeOfTheResult() {
        Node half = x.cast(DType.BFLOAT16);
        becomes("float32(bfloat16(x))", half.add(0));
        becomes("float32(bfloat16(x))", half.mul(1));
        becomes("float32(bfloat16(x))", half.neg().neg());
    }

    @Test
    void signs() {
        becomes("x", x.neg().neg());
        becomes("(x - y)", x.add(y.neg()));
        becomes("(y - x)", x.neg().add(y));
        becomes("(exp(y) - x)", x.neg().add(y.unary(Op.EXP)));
        becomes("(x + y)", x.sub(y.neg()));
        becomes("(y - x)", x.sub(y).neg());
        becomes("-(x * y)", x.neg().mul(y));
        becomes("-(x * y)", x.mul(y.neg()));
        becomes("(x * y)", x.neg().mul(y.neg()));
        becomes("-(x / y)", x.neg().div(y));
        becomes("(x * -3)", x.neg().mul(3));
        becomes("(x * -3)", x.mul(3).neg());
        stays(x.add(y).neg());
        stays(x.mul(y).neg());
    }

    @Test
    void multiples() {
        becomes("(x * 2)", x.add(x));
        becomes("(y + (x * 2))", y.add(x).add(x));
        becomes("(y + (x * 2))", x.add(y).add(x));
        becomes("(x * 6)", x.mul(2).mul(3));
        Node total = sum(sum(xx, 1), 0);
        becomes("(sum[0](sum[1](xx)) * 6)", total.mul(2).mul(3));
        becomes("(x * 3)", x.like(3).mul(x));
        stays(x.add(y).add(s.add(t)));
    }

    @Test
    void zeroTimesDataIsZeroOnlyInFloat64() {
        becomes("expand[4, 1](0)", ss.mul(0));
        stays(x.mul(0)); // NaN and infinities show
    }

    @Test
    void aValueMinusItselfIsZeroOnlyAmongStatistics() {
        becomes("expand[4, 1](0)", ss.sub(ss));
        stays(xx.sub(xx));
        stays(s.sub(s));
    }

    @Test
    void factorsThatCancelDoSoOnlyInFloat64() {
        becomes("ss", ss.div(7).mul(7));
        becomes("ss", ss.mul(7).div(7));
        stays(x.div(7).mul(7));
        stays(x.mul(7).div(7));
        becomes("(tt * (ss / tt))", ss.div(tt).mul(tt));
        stays(ss.mul(tt).div(tt));
    }

    @Test
    void constantsAreComputed() {
        Node five = Node.constant(5, DOUBLE);
        becomes("7", five.add(2));
        becomes("3", five.sub(2));
        becomes("10", five.mul(2));
        becomes("2.5", five.div(2));
        Node third = Node.constant(1, SINGLE).div(3);
        becomes(Double.toString((float) (1 / 3.0)), third);
        becomes(Double.toString(1 / 3.0), Node.constant(1, DOUBLE).div(3));
        stays(Node.constant(5, DType.INT64).div(Node.constant(2, DType.INT64)));
        stays(five.pow(five));
    }

    @Test
    void castsOfConstantsRoundThem() {
        Node tenth = Node.constant(0.1, DOUBLE);
        becomes(Double.toString(0.1f), tenth.cast(SINGLE));
        becomes("0.25", Node.constant(0.25, SINGLE).cast(DOUBLE));
        stays(tenth.cast(DType.BFLOAT16));
        stays(tenth.cast(DType.INT64));
    }

    @Test
    void aRoundedStatisticIsTakenBeforeItsRounding() {
        becomes("ss", rs.cast(DOUBLE));
        becomes("x", Node.of(Op.CAST, new Attrs.To(SINGLE), x));
        stays(s.cast(DOUBLE));
        becomes("sum[0](ss)", sum(rs, 0));
        stays(sum(s, 0));
    }

    @Test
    void aChoiceBetweenEqualsIsNone() {
        becomes("y", x.lt(y).where(y, y));
        becomes("expand[4, 6](s)", x.lt(y).where(s, s));
        stays(x.lt(y).where(x, y));
    }

    @Test
    void aReshapeBackIsNone() {
        Shape flat = Shape.of(24);
        becomes("x", x.reshape(flat).reshape(x.shape()));
        stays(x.reshape(flat).reshape(Shape.of(6, 4)));
    }

    @Test
    void aSumOfAConstantIsAProduct() {
        Node threes = Node.constant(3, SINGLE).expand(Shape.of(4, 6));
        becomes("expand[4, 1](18)", sum(threes, 1));
        becomes("expand[1, 6](12)", sum(threes, 0));
        Node counts = Node.constant(3, DType.INT64).expand(Shape.of(4, 6));
        stays(Node.of(Op.SUM, new Attrs.Axes(Ints.of(1)), counts));
    }

    @Test
    void constantsNeedNoLoops() {
        Node ones = Node.constant(3, SINGLE).expand(Shape.of(4, 6));
        becomes("(x * 3)", x.mul(ones));
        becomes("(x - 3)", x.sub(ones));
        becomes("maximum(3, x)", Node.of(Op.MAXIMUM, Attrs.NONE, ones, x));
        stays(Node.of(Op.MAXIMUM, Attrs.NONE, s, ones)); // alone it gives the result its shape
    }

    @Test
    void factorsOfRowsMeetBeforeTheData() {
        becomes("(x * (s * t))", x.mul(s).mul(t));
        becomes("(x * (s * t))", t.mul(s.mul(x)));
        becomes("(x * (w * 3))", x.mul(w).mul(3));
        stays(x.mul(s).mul(w)); // together they are as wide as the data
        stays(x.mul(y).mul(s));
    }

    @Test
    void addendsOfRowsMeetBeforeTheData() {
        becomes("(x + (s + t))", x.add(s).add(t));
        becomes("((y + x) + (s + t))", x.add(s).add(y).add(t));
        becomes("((y + x) + (s + t))", y.add(x.add(s)).add(t));
        stays(x.add(s).add(w));
        Node total = sum(sum(xx, 1), 0);
        becomes(
                "(float64(w) + (ss + sum[0](sum[1](xx))))",
                ss.add(total).add(w.cast(DOUBLE))); // rows are not the data of columns
        stays(x.add(y).add(s));
    }

    @Test
    void operandsHaveOneOrder() {
        becomes("(x * s)", s.mul(x));
        becomes("(x + s)", s.add(x));
        becomes("(x + exp(y))", y.unary(Op.EXP).add(x));
        stays(x.add(y));
        stays(y.add(x));
        stays(sum(sum(xx, 1), 0).mul(2)); // constants stand last
        stays(sum(sum(xx, 1), 0).add(2));
    }

    @Test
    void divisionByArithmeticOfRowsIsOneReciprocalARow() {
        becomes("(x * float32(reciprocal(ss)))", x.div(rs));
        becomes("(x * float32(reciprocal((float64(s) * float64(t)))))", x.div(s.mul(t)));
        becomes(
                "(x * float32(reciprocal(sqrt((float64(s) + 0.5)))))",
                x.div(s.add(0.5).unary(Op.SQRT)));
        stays(x.div(s));
        stays(x.div(y.add(x)));
        stays(x.div(s.unary(Op.EXP)));
        stays(xx.div(ss.add(tt)));
    }

    @Test
    void arithmeticOnStatisticsStaysInFloat64() {
        becomes("float32((ss * tt))", rs.mul(rt));
        becomes("float32((ss * float64(s)))", rs.mul(s));
        becomes("float32((ss + 2.5))", rs.add(2.5));
        becomes("float32(exp(ss))", rs.unary(Op.EXP));
        stays(x.mul(rs)); // meets the data
        stays(s.mul(t)); // no statistic
        becomes("float32(ss)", rs);
        stays(rs.le(s)); // decided on rounded numbers
        stays(s.lt(t).where(rs, rt));
        Node total = sum(sum(xx, 1), 0);
        becomes("float32((ss * sum[0](sum[1](xx))))", rs.mul(total.cast(SINGLE)));
        stays(s.mul(total.cast(SINGLE))); // s is the data where there is no more of it
    }

    @Test
    void roundsFollowOneAnotherUntilNothingChanges() {
        becomes("x", x.add(0).mul(1).neg().neg().sub(0));
        becomes("(x * -24)", x.mul(2).neg().mul(3).mul(4));
    }

    @Test
    void integersKeepTheirArithmetic() {
        becomes("k", k.add(0));
        becomes("(k * 2)", k.add(k));
    }
}
