package org.fusegrad.conformance.torch;

import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.eval.Inputs;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Conv;

/**
 * Normalization of single values, which the layers refuse and PyTorch's functions compute: the
 * result is the bias, and the unbiased variance is NaN.
 */
final class SingleValueNorm {
    private SingleValueNorm() {}

    /** Whether each statistic of a layer would be of one value. */
    static boolean applies(String layer, Setup s) {
        boolean batch = layer.equals("batch_norm") || layer.equals("bn");
        boolean instance = layer.equals("instance_norm") || layer.equals("in");
        Tensor x = s.value("x");
        if (layer.equals("group_norm") || layer.equals("gn")) {
            int groups = s.attrs().integer("num_groups", 32);
            return x.rank() > 1 && x.shape().numel() == x.dim(0) * groups;
        }
        boolean own = NormLayers.training(s.attrs()) || !s.has("running_mean");
        int statistics = x.rank() < 2 ? 1 : batch ? x.dim(1) : x.dim(0) * x.dim(1);
        return (batch || instance) && own && x.shape().numel() == statistics;
    }

    static Outputs apply(boolean batch, Setup s, Inputs in, String name, Activation activation) {
        Tensor x = in.get("x");
        int[] axes =
                IntStream.range(batch ? 0 : 2, x.rank()).filter(i -> i != 1).toArray();
        Tensor mean = axes.length == 0 ? x : x.mean(axes);
        Tensor centred = x.sub(mean);
        Tensor square = centred.square();
        Tensor var = axes.length == 0 ? square : square.mean(axes);
        Tensor xh = centred.div(var.add(s.attrs().number("eps", 1e-5)).sqrt());
        Tensor scaled =
                in.find("weight").map(w -> xh.mul(Conv.perChannel(w, x))).orElse(xh);
        Tensor y = in.find("bias").map(b -> scaled.add(Conv.perChannel(b, x))).orElse(scaled);
        Tensor sum = in.find("residual").map(y::add).orElse(y);
        Outputs outputs = new Outputs().and(name, activation.apply(sum));
        if (in.has("running_mean")) {
            boolean cumulative =
                    s.attrs().names().contains("momentum") && !s.attrs().has("momentum");
            double share = cumulative ? 1 : s.attrs().number("momentum", 0.1);
            Tensor nan = var.mul(Double.NaN);
            outputs.and("running_mean_out", moved(in.get("running_mean"), mean, share));
            outputs.and("running_var_out", moved(in.get("running_var"), nan, share));
        }
        return outputs;
    }

    private static Tensor moved(Tensor running, Tensor statistic, double share) {
        Tensor perSample = statistic.reshape(-1, running.dim(0)).mean(0).reshape(-1);
        return running.mul(1 - share).add(perSample.mul(share));
    }
}
