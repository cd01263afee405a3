package org.fusegrad.conformance.torch;

import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.torch.ProgramTable.Operation;
import org.fusegrad.ops.Activations;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.Indexing;
import org.fusegrad.ops.LinearMaps;
import org.fusegrad.ops.Losses;
import org.fusegrad.ops.Reduction;
import org.fusegrad.ops.Reductions;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;

/** Arithmetic, products and losses in programs. */
final class ProgramMath {
    private ProgramMath() {}

    private static void put(Map<String, Operation> table, String op, ProgramTable.Single f) {
        table.put(op, ProgramTable.single(f));
    }

    static void register(Map<String, Operation> table) {
        put(table, "detach", c -> c.x().detach());
        put(table, "where", c -> c.x().where(c.in(1), c.in(2)));
        put(table, "prelu", c -> Activations.prelu(c.x(), c.in(1)));
        put(table, "dropout", ProgramMath::dropout);
        put(table, "clamp", ProgramMath::clamp);
        put(table, "pow", ProgramMath::pow);
        put(table, "cumsum", c -> c.x().cumsum(c.dim("dim", 0)));
        put(table, "softmax", c -> Softmax.softmax(c.x(), c.attrs().integer("dim", -1)));
        put(table, "log_softmax", c -> Softmax.logSoftmax(c.x(), c.attrs().integer("dim", -1)));
        put(table, "glu", c -> Activations.glu(c.x(), c.attrs().integer("dim", -1)));
        put(table, "cast", c -> c.x().cast(DType.parse(c.attrs().text("dtype", "float32"))));
        put(table, "logical_not", c -> c.x().not());
        put(table, "masked_fill", c -> {
            Tensor value = c.find(2)
                    .orElseGet(() -> Tensor.scalar(c.attrs().number("value", 0), c.x().dtype()));
            return c.in(1).where(value, c.x());
        });
        products(table);
        losses(table);
        combined(table);
    }

    /** Several operands at once. */
    private static void combined(Map<String, Operation> table) {
        put(table, "lerp", c -> {
            Tensor way = c.in(1).sub(c.x());
            Tensor share = c.find(2)
                    .orElseGet(() -> Tensor.scalar(c.attrs().number("weight", 0), c.x().dtype()));
            return c.x().add(way.mul(share));
        });
        put(
                table,
                "addcmul",
                c -> c.x().add(c.in(1).mul(c.in(2)).mul(c.attrs().number("value", 1))));
        put(
                table,
                "addcdiv",
                c -> c.x().add(c.in(1).div(c.in(2)).mul(c.attrs().number("value", 1))));
        put(table, "outer", c -> c.x().unsqueeze(1).mul(c.in(1).unsqueeze(0)));
        put(table, "normalize", c -> {
            int dim = c.attrs().integer("dim", 1);
            Tensor norm = Reductions.pNorm(c.x(), c.attrs().number("p", 2), dim);
            return c.x().div(norm.maximum(c.attrs().number("eps", 1e-12)));
        });
        put(table, "scaled_dot_product_attention", ProgramMath::attention);
    }

    /** softmax(q kT scale) v over the last two axes. */
    private static Tensor attention(ProgramCall c) {
        Tensor q = c.x();
        double scale = c.attrs().number("scale", 1 / Math.sqrt(q.dim(-1)));
        Tensor scores = q.matmul(c.in(1).transpose(-1, -2)).mul(scale);
        Tensor none = Tensor.scalar(Double.NEGATIVE_INFINITY, q.dtype());
        if (c.attrs().flag("is_causal", false)) {
            Tensor ones = Tensor.full(scores.shape(), 1, DType.BOOL);
            scores = Indexing.tril(ones, 0).where(scores, none);
        } else if (c.find(3).isPresent()) {
            Tensor mask = c.in(3);
            scores = mask.dtype() == DType.BOOL ? mask.where(scores, none) : scores.add(mask);
        }
        return Softmax.softmax(scores, -1).matmul(c.in(2));
    }

    private static Tensor dropout(ProgramCall c) {
        double p = c.attrs().number("p", 0.5);
        if (c.attrs().flag("training", true) && p > 0) {
            throw c.unsupported("with random numbers");
        }
        return c.x();
    }

    /** Bounds are attributes or further operands. */
    private static Tensor clamp(ProgramCall c) {
        if (c.in().size() == 1) {
            return ActivationCases.apply("clamp", c.x(), c.attrs());
        }
        Tensor low = c.find(1).map(c.x()::maximum).orElse(c.x());
        return c.find(2).map(low::minimum).orElse(low);
    }

    private static Tensor pow(ProgramCall c) {
        return c.in().size() == 1
                ? ActivationCases.apply("pow", c.x(), c.attrs())
                : c.x().pow(c.in(1));
    }

    private static void products(Map<String, Operation> table) {
        for (String product : new String[] {"matmul", "mm", "bmm", "mv", "dot"}) {
            put(table, product, c -> c.x().matmul(c.in(1)));
        }
        put(table, "linear", c -> {
            Tensor x = c.x();
            boolean vector = x.rank() == 1;
            Tensor rows = vector ? x.unsqueeze(0) : x;
            Tensor y = c.find(2)
                    .map(b -> LinearMaps.linear(rows, c.in(1), b))
                    .orElseGet(() -> LinearMaps.linear(rows, c.in(1)));
            return vector ? y.squeeze(0) : y;
        });
        for (String sum : new String[] {"addmm", "baddbmm", "addmv", "addbmm"}) {
            put(table, sum, c -> {
                if (sum.equals("addbmm")) {
                    throw c.unsupported("");
                }
                Tensor product = c.in(1).matmul(c.in(2)).mul(c.attrs().number("alpha", 1));
                return c.x().mul(c.attrs().number("beta", 1)).add(product);
            });
        }
        put(table, "embedding", c -> LinearMaps.embedding(c.x(), c.in(1)));
    }

    private static void losses(Map<String, Operation> table) {
        put(table, "mse_loss", c -> Losses.mse(c.x(), c.in(1), reduction(c)));
        put(table, "l1_loss", c -> Losses.l1(c.x(), c.in(1), reduction(c)));
        put(
                table,
                "smooth_l1_loss",
                c -> Losses.smoothL1(c.x(), c.in(1), c.attrs().number("beta", 1), reduction(c)));
        put(
                table,
                "huber_loss",
                c -> Losses.huber(c.x(), c.in(1), c.attrs().number("delta", 1), reduction(c)));
        put(
                table,
                "kl_div",
                c -> Losses.klDiv(
                        c.x(), c.in(1), c.attrs().flag("log_target", false), reduction(c)));
        put(table, "bce_with_logits", c -> Losses.bceWithLogits(c.x(), c.in(1), reduction(c)));
        table.put("binary_cross_entropy_with_logits", table.get("bce_with_logits"));
        put(table, "cross_entropy", c -> {
            CrossEntropy loss = loss(c);
            return c.find(2)
                    .map(w -> loss.loss(c.x(), c.in(1), w))
                    .orElseGet(() -> loss.loss(c.x(), c.in(1)));
        });
        put(table, "nll_loss", c -> {
            CrossEntropy loss = loss(c);
            return c.find(2)
                    .map(w -> loss.nll(c.x(), c.in(1), w))
                    .orElseGet(() -> loss.nll(c.x(), c.in(1)));
        });
        put(table, "cosine_similarity", c -> {
            int dim = c.attrs().integer("dim", 1);
            double eps = c.attrs().number("eps", 1e-8);
            Tensor a = Reductions.norm(c.x(), dim).maximum(eps);
            Tensor b = Reductions.norm(c.in(1), dim).maximum(eps);
            return c.x().mul(c.in(1)).sum(dim).div(a.mul(b)).squeeze(dim);
        });
    }

    private static Reduction reduction(ProgramCall c) {
        return LossCases.reduction(c.attrs());
    }

    private static CrossEntropy loss(ProgramCall c) {
        return new CrossEntropy(
                reduction(c),
                c.attrs().number("label_smoothing", 0),
                c.attrs().integer("ignore_index", -100));
    }
}
