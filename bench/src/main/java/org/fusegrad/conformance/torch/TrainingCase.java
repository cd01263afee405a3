package org.fusegrad.conformance.torch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.eval.Results;
import org.fusegrad.conformance.eval.Results.Role;
import org.fusegrad.conformance.eval.Unsupported;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.ops.Linear;
import org.fusegrad.ops.Pooling;
import org.fusegrad.optim.Optimizer;

/**
 * Some steps of training a small network, whose composition the note states as nested calls:
 * {@code logits = fc2(gelu_erf(LN(fc1(x))))}.
 */
final class TrainingCase {
    private static final Pattern LOGITS = Pattern.compile("logits = ([\\w().,+ ]+\\))");

    private final ConformanceCase from;
    private final Attributes attrs;
    private final Recording io;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Norm> norms = new LinkedHashMap<>();
    private final List<String> calls;
    private final String words;

    TrainingCase(ConformanceCase from) {
        this.from = from;
        this.attrs = from.attrs();
        this.io = new Recording(from);
        for (String path : from.texts("parameters")) {
            parameters.put(path, io.leaf("init." + path));
        }
        Matcher m = LOGITS.matcher(from.note());
        if (!m.find()) {
            throw new Unsupported("a network described as: " + from.note());
        }
        words = m.group(1);
        calls = List.of(words.replaceAll("\\)|\\(x\\b.*", "").split("\\("));
        for (String call : calls) {
            if (kind(call).matches("bn|ln|gn|rms")) {
                norms.put(path(call), norm(call));
            }
        }
    }

    Results run() {
        Optimizer optimizer = TrajectoryCases.optimizer(
                attrs.text("optimizer", "sgd"), List.copyOf(parameters.values()), attrs);
        CrossEntropy loss = CrossEntropy.DEFAULT.labelSmoothing(attrs.number("label_smoothing", 0));
        Results results = new Results();
        for (int t = 0; t < from.steps(); t++) {
            optimizer.zeroGrad();
            Tensor logits = forward(TrajectoryCases.step(io.value("x"), t));
            Tensor value = loss.loss(logits, TrajectoryCases.step(io.value("target"), t));
            value.backward();
            if (t == 0) {
                parameters.forEach(
                        (path, p) -> results.put(Role.OUTPUT, "grad_step1." + path, p.grad()));
            }
            optimizer.step();
            io.record("loss", value);
            io.record("logits", logits);
        }
        parameters.forEach(
                (path, p) -> results.put(Role.OUTPUT, "final." + path, Tensor.ofValue(p.value())));
        norms.forEach((path, norm) -> norm.namedBuffers()
                .forEach((name, state) ->
                        results.put(Role.OUTPUT, "final." + path + "." + name, state.get())));
        norms.values().forEach(n -> n.train(false));
        if (io.has("x_eval")) {
            results.put(
                    Role.OUTPUT, "eval_logits", Tensor.noGrad(() -> forward(io.value("x_eval"))));
        }
        Results stacked = io.results();
        for (String name : new String[] {"loss", "logits"}) {
            results.put(Role.OUTPUT, name, stacked.get(Role.OUTPUT, name));
        }
        return results;
    }

    /** The calls from the innermost to the outermost. */
    private Tensor forward(Tensor x) {
        Tensor y = x;
        for (int i = calls.size() - 1; i >= 0; i--) {
            y = apply(calls.get(i).trim(), y);
        }
        return y;
    }

    private Tensor apply(String call, Tensor x) {
        if (norms.containsKey(path(call))) {
            return norms.get(path(call)).forward(x);
        }
        String path = path(call);
        Tensor weight = parameters.get(path + ".weight");
        Tensor bias = parameters.get(path + ".bias");
        return switch (kind(call)) {
            case "fc", "linear" ->
                bias == null ? Linear.linear(x, weight) : Linear.linear(x, weight, bias);
            case "conv" -> convolved(x, weight, bias);
            case "flatten" -> Pooling.flatten(x, 1);
            case "gap", "globalavgpool", "mean_hw", "avgpool", "meanhw" ->
                Pooling.flatten(Pooling.globalAvgPool(x), 1);
            default -> {
                if (!ActivationCases.knows(call)) {
                    throw new Unsupported("a network with '" + call + "': " + words);
                }
                yield ActivationCases.apply(call, x, attrs);
            }
        };
    }

    /** Padded so that sizes stay, unless the note says otherwise. */
    private Tensor convolved(Tensor x, Tensor weight, Tensor bias) {
        int axes = x.rank() - 2;
        Matcher pad = Pattern.compile("pad(?:ding)?\\s*=?\\s*(\\d)").matcher(from.note());
        int padding = pad.find() ? Integer.parseInt(pad.group(1)) : weight.dim(-1) / 2;
        Conv.Geometry g = Conv.Geometry.of(axes, 1, padding);
        return bias == null ? Conv.conv(x, weight, g) : Conv.conv(x, weight, bias, g);
    }

    /** The path of the parameters a call means, whatever its case. */
    private String path(String call) {
        String lower = call.trim().toLowerCase(Locale.ROOT);
        return parameters.keySet().stream()
                .map(p -> p.substring(0, Math.max(0, p.lastIndexOf('.'))))
                .filter(p -> p.equals(lower) || p.equals(lower.replaceAll("_.*", "")))
                .findFirst()
                .orElse(lower);
    }

    private static String kind(String call) {
        String lower = call.trim().toLowerCase(Locale.ROOT);
        return lower.replaceAll("\\d+$", "").replaceAll("^(bn|ln|gn)_.*", "$1");
    }

    private Norm norm(String call) {
        String path = path(call);
        Tensor weight = parameters.get(path + ".weight");
        if (weight == null) {
            throw new Unsupported("a network with '" + call + "' without a weight: " + words);
        }
        NormOptions options = NormOptions.DEFAULT
                .dtype(weight.dtype())
                .eps(attrs.number("norm_eps", 1e-5))
                .momentum(attrs.number("norm_momentum", 0.1));
        int rank = io.value("x").rank() - 1;
        int channels = weight.dim(0);
        Norm norm = switch (kind(call)) {
            case "ln" -> new LayerNorm(options, weight.shape().dims());
            case "gn" -> new GroupNorm(groups(), channels, options);
            case "rms" ->
                new RMSNorm(RMSNorm.defaults(weight.dtype()), weight.shape().dims());
            default -> NormLayers.batchNorm(rank, channels, options);
        };
        norm.namedParameters().forEach((name, p) -> {
            p.assign(parameters.get(path + "." + name));
            parameters.put(path + "." + name, p);
        });
        norm.namedBuffers().forEach((name, state) -> {
            if (io.has("init." + path + "." + name)) {
                state.set(io.value("init." + path + "." + name));
            }
        });
        return norm;
    }

    private int groups() {
        Matcher m = Pattern.compile("GN\\w*?(\\d+)|(\\d+) groups").matcher(from.note());
        if (attrs.has("num_groups")) {
            return attrs.integer("num_groups", 1);
        } else if (!m.find()) {
            throw new Unsupported("a network whose number of groups is not given: " + words);
        }
        return Integer.parseInt(m.group(1) == null ? m.group(2) : m.group(1));
    }
}
