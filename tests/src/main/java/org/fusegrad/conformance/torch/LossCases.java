package org.fusegrad.conformance.torch;

import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.ops.Activations;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.Losses;
import org.fusegrad.ops.Reduction;
import org.fusegrad.ops.Softmax;
import org.fusegrad.type.DType;

/** Softmax and the losses. */
final class LossCases {
    private LossCases() {}

    static void register(Map<String, OpCase> table) {
        table.put(
                "softmax",
                OpCase.of((s, in) -> Softmax.softmax(in.get("x"), s.attrs().integer("dim", -1))));
        table.put(
                "softmin",
                OpCase.of((s, in) ->
                        Softmax.softmax(in.get("x").neg(), s.attrs().integer("dim", -1))));
        table.put(
                "log_softmax",
                OpCase.of(
                        (s, in) -> Softmax.logSoftmax(in.get("x"), s.attrs().integer("dim", -1))));
        table.put("cross_entropy", OpCase.of(LossCases::crossEntropy));
        table.put("nll_loss", OpCase.of(LossCases::nll));
        differences(table);
        logits(table);
    }

    private static void differences(Map<String, OpCase> table) {
        table.put(
                "mse_loss",
                OpCase.of((s, in) ->
                        Losses.mse(in.get("x"), in.get("target"), reduction(s.attrs()))));
        table.put(
                "l1_loss",
                OpCase.of(
                        (s, in) -> Losses.l1(in.get("x"), in.get("target"), reduction(s.attrs()))));
        table.put(
                "smooth_l1_loss",
                OpCase.of((s, in) -> Losses.smoothL1(
                        in.get("x"),
                        in.get("target"),
                        s.attrs().number("beta", 1),
                        reduction(s.attrs()))));
        table.put(
                "huber_loss",
                OpCase.of((s, in) -> Losses.huber(
                        in.get("x"),
                        in.get("target"),
                        s.attrs().number("delta", 1),
                        reduction(s.attrs()))));
    }

    private static void logits(Map<String, OpCase> table) {
        table.put(
                "kl_div",
                OpCase.of((s, in) -> Losses.klDiv(
                        in.get("x"),
                        in.get("target"),
                        s.attrs().flag("log_target", false),
                        reduction(s.attrs()))));
        table.put("bce_with_logits", OpCase.of(LossCases::bceWithLogits));
        table.put("bce", OpCase.of(LossCases::bce));
        table.put("binary_cross_entropy", table.get("bce"));
        table.put(
                "soft_margin_loss",
                OpCase.of((s, in) -> reduce(
                        Activations.softplus(in.get("x").mul(in.get("target")).neg()), s.attrs())));
        table.put("poisson_nll_loss", OpCase.of(LossCases::poisson));
    }

    static Reduction reduction(Attributes a) {
        String name = a.text("reduction", "mean");
        return switch (name) {
            case "none" -> Reduction.NONE;
            case "mean" -> Reduction.MEAN;
            case "sum" -> Reduction.SUM;
            case "batchmean" -> Reduction.BATCH_MEAN;
            default -> throw new Unsupported("reduction '" + name + "'");
        };
    }

    private static Tensor reduce(Tensor losses, Attributes a) {
        return switch (reduction(a)) {
            case NONE -> losses;
            case MEAN -> losses.meanAll();
            case SUM -> losses.sumAll();
            case BATCH_MEAN -> losses.sumAll().div(losses.dim(0));
        };
    }

    private static CrossEntropy options(Attributes a) {
        return new CrossEntropy(
                reduction(a), a.number("label_smoothing", 0), a.integer("ignore_index", -100));
    }

    private static Tensor crossEntropy(Setup s, Inputs in) {
        Tensor x = in.get("x");
        Tensor target = in.get("target");
        if (target.dtype() != DType.INT64) {
            return probabilities(s, in, x, target);
        }
        CrossEntropy loss = options(s.attrs());
        return in.has("class_weight")
                ? loss.loss(x, target, in.get("class_weight"))
                : loss.loss(x, target);
    }

    /** Against class probabilities; smoothing mixes them with the uniform distribution. */
    private static Tensor probabilities(Setup s, Inputs in, Tensor x, Tensor target) {
        double smooth = s.attrs().number("label_smoothing", 0);
        Tensor p = smooth > 0 ? target.mul(1 - smooth).add(smooth / x.dim(1)) : target;
        Tensor cost = Softmax.logSoftmax(x, 1).mul(p).neg();
        Tensor weighted = in.find("class_weight")
                .map(w -> cost.mul(org.fusegrad.ops.Conv.perChannel(w, x)))
                .orElse(cost);
        Tensor losses = weighted.sum(1).squeeze(1);
        return reduce(losses, s.attrs());
    }

    private static Tensor nll(Setup s, Inputs in) {
        Tensor logp = in.has("logp") ? in.get("logp") : in.get("x");
        CrossEntropy loss = options(s.attrs());
        return in.has("class_weight")
                ? loss.nll(logp, in.get("target"), in.get("class_weight"))
                : loss.nll(logp, in.get("target"));
    }

    private static Tensor bceWithLogits(Setup s, Inputs in) {
        Tensor x = in.get("x");
        Tensor target = in.get("target");
        Tensor losses = in.has("pos_weight")
                ? Losses.bceWithLogits(x, target, in.get("pos_weight"), Reduction.NONE)
                : Losses.bceWithLogits(x, target, Reduction.NONE);
        return reduce(in.find("weight").map(losses::mul).orElse(losses), s.attrs());
    }

    /** Of probabilities; logarithms are cut at -100 as in PyTorch. */
    private static Tensor bce(Setup s, Inputs in) {
        Tensor x = in.get("x");
        Tensor target = in.get("target");
        Tensor yes = Activations.clamp(x.log(), -100, Double.POSITIVE_INFINITY);
        Tensor no = Activations.clamp(x.neg().log1p(), -100, Double.POSITIVE_INFINITY);
        Tensor losses = target.mul(yes).add(target.rsub(1).mul(no)).neg();
        return reduce(in.find("weight").map(losses::mul).orElse(losses), s.attrs());
    }

    private static Tensor poisson(Setup s, Inputs in) {
        Tensor x = in.get("x");
        Tensor target = in.get("target");
        if (s.attrs().flag("full", false)) {
            throw new Unsupported("poisson_nll_loss with the Stirling term");
        }
        Tensor losses = s.attrs().flag("log_input", true)
                ? x.exp().sub(target.mul(x))
                : x.sub(target.mul(x.add(s.attrs().number("eps", 1e-8)).log()));
        return reduce(losses, s.attrs());
    }
}
