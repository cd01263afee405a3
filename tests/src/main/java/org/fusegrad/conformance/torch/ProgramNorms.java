package org.fusegrad.conformance.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.torch.ProgramTable.Operation;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Conv;

/**
 * Normalizations in programs, as formulas: their operands may be computed, so no layer holds them.
 * Operands after the data are weight, bias, running mean and running variance; those whose names
 * say they are running statistics may come earlier.
 */
final class ProgramNorms {
    private ProgramNorms() {}

    static void register(Map<String, Operation> table) {
        table.put("batch_norm", ProgramTable.single(ProgramNorms::batch));
        table.put("instance_norm", ProgramTable.single(ProgramNorms::instance));
        table.put("iebn", ProgramTable.single(ProgramNorms::enhanced));
        table.put("group_norm", ProgramTable.single(ProgramNorms::group));
        table.put("layer_norm", ProgramTable.single(ProgramNorms::layer));
        table.put("rms_norm", ProgramTable.single(ProgramNorms::rms));
    }

    /** The operands by their parts. */
    private record Parts(List<Optional<Tensor>> learned, List<Tensor> running) {
        static Parts of(ProgramCall c, int learnedAtMost) {
            List<Optional<Tensor>> learned = new ArrayList<>();
            List<Tensor> running = new ArrayList<>();
            for (int i = 1; i < c.in().size(); i++) {
                String name = c.names().get(i);
                boolean state = name != null && name.contains("running_");
                if (!state && learned.size() < learnedAtMost) {
                    learned.add(c.find(i));
                } else {
                    c.find(i).ifPresent(running::add);
                }
            }
            while (learned.size() < learnedAtMost) {
                learned.add(Optional.empty());
            }
            if (running.size() == 1 || running.size() > 2) {
                throw c.unsupported("of " + c.in().size() + " operands");
            }
            return new Parts(learned, running);
        }

        Tensor affine(Tensor xh, Tensor x) {
            Tensor scaled =
                    learned.get(0).map(w -> xh.mul(Conv.perChannel(w, x))).orElse(xh);
            return learned.get(1).map(b -> scaled.add(Conv.perChannel(b, x))).orElse(scaled);
        }
    }

    private static double eps(ProgramCall c) {
        return c.attrs().number("eps", 1e-5);
    }

    private static Tensor standardized(Tensor x, Tensor mean, Tensor variance, double eps) {
        return x.sub(mean).div(variance.add(eps).sqrt());
    }

    private static Tensor batch(ProgramCall c) {
        Parts parts = Parts.of(c, 2);
        return parts.affine(batchStandardized(c, parts.running()), c.x());
    }

    private static Tensor batchStandardized(ProgramCall c, List<Tensor> running) {
        int[] axes = IntStream.range(0, c.x().rank()).filter(i -> i != 1).toArray();
        return tracked(c, running, axes, c.attrs().flag("training", running.isEmpty()));
    }

    /** By own statistics, which running ones then take in, or by running ones. */
    private static Tensor tracked(
            ProgramCall c, List<Tensor> running, int[] axes, boolean training) {
        Tensor x = c.x();
        double momentum = c.attrs().number("momentum", 0.1);
        String meanOut = c.attrs().text("running_mean_out", "running_mean_out");
        String varOut = c.attrs().text("running_var_out", "running_var_out");
        if (!training && !running.isEmpty()) {
            running(c, meanOut, running.get(0));
            running(c, varOut, running.get(1));
            return standardized(
                    x,
                    Conv.perChannel(running.get(0), x),
                    Conv.perChannel(running.get(1), x),
                    eps(c));
        }
        Tensor mean = axes.length == 0 ? x : x.mean(axes);
        Tensor centred = x.sub(mean);
        Tensor variance = axes.length == 0 ? centred.square() : centred.square().mean(axes);
        if (!running.isEmpty()) {
            double count = (double) x.shape().numel() / Math.max(1, mean.shape().numel());
            Tensor unbiased = variance.mul(count / (count - 1));
            running(c, meanOut, moved(running.get(0), mean, momentum));
            running(c, varOut, moved(running.get(1), unbiased, momentum));
        }
        return centred.div(variance.add(eps(c)).sqrt());
    }

    private static void running(ProgramCall c, String name, Tensor value) {
        c.states().put(name, value.detach());
    }

    /** Statistics of samples count as their mean. */
    private static Tensor moved(Tensor running, Tensor statistic, double momentum) {
        Tensor perSample = statistic.reshape(-1, running.dim(0)).mean(0).reshape(-1);
        return running.mul(1 - momentum).add(perSample.mul(momentum));
    }

    private static Tensor instance(ProgramCall c) {
        Parts parts = Parts.of(c, 2);
        int[] axes = IntStream.range(2, c.x().rank()).toArray();
        boolean own = c.attrs().flag("use_input_stats", c.attrs().flag("training", true));
        return parts.affine(tracked(c, parts.running(), axes, own), c.x());
    }

    /** The weight is scaled by an attention from the mean of each channel of each sample. */
    private static Tensor enhanced(ProgramCall c) {
        Parts parts = Parts.of(c, 4);
        Tensor x = c.x();
        Tensor pooled = x.mean(IntStream.range(2, x.rank()).toArray());
        Tensor attention = pooled.mul(Conv.perChannel(parts.learned().get(2).orElseThrow(), x))
                .add(Conv.perChannel(parts.learned().get(3).orElseThrow(), x))
                .sigmoid();
        return parts.affine(batchStandardized(c, parts.running()).mul(attention), x);
    }

    private static Tensor group(ProgramCall c) {
        Parts parts = Parts.of(c, 2);
        Tensor x = c.x();
        int groups = c.required("num_groups")[0];
        Tensor grouped = x.reshape(x.dim(0), groups, -1);
        Tensor mean = grouped.mean(2);
        Tensor variance = grouped.sub(mean).square().mean(2);
        Tensor xh = standardized(grouped, mean, variance, eps(c));
        return parts.affine(xh.reshape(x.shape().dims()), x);
    }

    private static int[] trailing(ProgramCall c) {
        Attributes a = c.attrs();
        int rank = c.x().rank();
        int count = a.has("normalized_shape") ? a.ints("normalized_shape").length : 1;
        return IntStream.range(rank - count, rank).toArray();
    }

    private static Tensor layer(ProgramCall c) {
        int[] axes = trailing(c);
        Tensor mean = c.x().mean(axes);
        Tensor centred = c.x().sub(mean);
        Tensor xh = centred.div(centred.square().mean(axes).add(eps(c)).sqrt());
        Tensor scaled = c.find(1).map(xh::mul).orElse(xh);
        return c.find(2).map(scaled::add).orElse(scaled);
    }

    /** Without an epsilon, that of the type. */
    private static Tensor rms(ProgramCall c) {
        double eps = c.attrs().number("eps", RMSNorm.defaults(c.dtype()).eps());
        Tensor xh = c.x().div(c.x().square().mean(trailing(c)).add(eps).sqrt());
        return c.find(1).map(xh::mul).orElse(xh);
    }
}
