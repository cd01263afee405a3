package org.fusegrad.conformance.torch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.NormRequest;
import org.fusegrad.ops.Activation;
import org.fusegrad.ops.Conv;
import org.fusegrad.ops.LinearMaps;
import org.fusegrad.type.Shape;

/**
 * A small network, made of parameters by path: {@code mlp}, the linear maps and norms in the order
 * of the parameters with an activation between them, and {@code resnet}, two stages of basic
 * blocks. Norms are layers, which keep their running statistics.
 */
final class Network {
    private final Recording io;
    private final Attributes attrs;
    private final String name;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Norm> norms = new LinkedHashMap<>();

    /**
     * A network with its first parameters and statistics.
     *
     * @param paths of the parameters, in order
     */
    Network(Recording io, Attributes attrs, List<String> paths) {
        this.io = io;
        this.attrs = attrs;
        this.name = attrs.text("network", "");
        if (!name.equals("mlp") && !name.equals("resnet")) {
            throw new Unsupported("a network '" + name + "'");
        }
        for (String path : paths) {
            parameters.put(path, io.leaf("init." + path));
        }
        for (String layer : layers()) {
            Tensor weight = parameters.get(layer + ".weight");
            if (weight != null && weight.rank() == 1) {
                norms.put(layer, norm(layer, weight.dim(0)));
            }
        }
    }

    /** Parameters by path; those of norms are the layers' own. */
    Map<String, Tensor> parameters() {
        return parameters;
    }

    Map<String, Norm> norms() {
        return norms;
    }

    Tensor forward(Tensor x) {
        return name.equals("mlp") ? mlp(x) : resNet(x);
    }

    /** Paths without the parameter's own name. */
    private Set<String> layers() {
        Set<String> layers = new LinkedHashSet<>();
        parameters
                .keySet()
                .forEach(p -> layers.add(p.substring(0, Math.max(0, p.lastIndexOf('.')))));
        return layers;
    }

    private Tensor mlp(Tensor x) {
        List<String> layers = new ArrayList<>(layers());
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            boolean normalized = i + 1 < layers.size() && norms.containsKey(layers.get(i + 1));
            y = norms.containsKey(layers.get(i))
                    ? norms.get(layers.get(i)).forward(y)
                    : linear(layers.get(i), y);
            if (!normalized && i + 1 < layers.size()) {
                y = ActivationCases.apply(attrs.text("activation", "gelu"), y, attrs);
            }
        }
        return y;
    }

    private Tensor resNet(Tensor x) {
        Tensor y = normalized("bn1", conv("conv1", x, 1), Activation.RELU);
        for (int stage = 1; parameters.containsKey(block(stage, 0) + "conv1.weight"); stage++) {
            for (int b = 0; parameters.containsKey(block(stage, b) + "conv1.weight"); b++) {
                y = block(block(stage, b), y, stage > 1 && b == 0 ? 2 : 1);
            }
        }
        return linear("fc", y.mean(2, 3).reshape(y.dim(0), y.dim(1)));
    }

    private static String block(int stage, int number) {
        return "layer" + stage + "." + number + ".";
    }

    private Tensor block(String path, Tensor x, int stride) {
        Tensor y = normalized(path + "bn1", conv(path + "conv1", x, stride), Activation.RELU);
        boolean changed = parameters.containsKey(path + "downsample.0.weight");
        Tensor shortcut = changed
                ? normalized(
                        path + "downsample.1",
                        conv(path + "downsample.0", x, stride),
                        Activation.NONE)
                : x;
        Tensor z = conv(path + "conv2", y, 1);
        Norm last = norms.get(path + "bn2");
        return last == null ? z.add(shortcut).relu() : last.forward(z, shortcut, Activation.RELU);
    }

    /** A network without norms has none here either. */
    private Tensor normalized(String path, Tensor x, Activation activation) {
        Norm norm = norms.get(path);
        return norm == null ? activation.apply(x) : norm.forward(x, activation);
    }

    /** Padded by half the kernel, without a bias. */
    private Tensor conv(String path, Tensor x, int stride) {
        Tensor weight = parameter(path + ".weight");
        return Conv.conv(x, weight, Conv.Geometry.of(2, stride, weight.dim(-1) / 2));
    }

    private Tensor linear(String path, Tensor x) {
        Tensor bias = parameters.get(path + ".bias");
        Tensor weight = parameter(path + ".weight");
        return bias == null ? LinearMaps.linear(x, weight) : LinearMaps.linear(x, weight, bias);
    }

    private Tensor parameter(String path) {
        Tensor p = parameters.get(path);
        if (p == null) {
            throw new MalformedCase("the network has no parameter '" + path + "'");
        }
        return p;
    }

    private Norm norm(String path, int channels) {
        NormOptions options = NormOptions.DEFAULT
                .dtype(parameters.get(path + ".weight").dtype())
                .affine(
                        parameters.containsKey(path + ".bias")
                                ? Affine.WEIGHT_AND_BIAS
                                : Affine.WEIGHT)
                .eps(attrs.number("norm_eps", 1e-5))
                .momentum(attrs.number("bn_momentum", attrs.number("norm_momentum", 0.1)));
        boolean statistics = io.has("init." + path + ".running_mean");
        int rank = io.value("x").rank() - 1;
        String kind = attrs.text("norm", "");
        if (kind.isEmpty()) {
            throw new Unsupported("a network whose norm is not named");
        }
        boolean rows = NormLayers.entry(kind).worksOnRows();
        Shape shape = NormLayers.ranked(rows ? 2 : rank, channels);
        NormRequest request = NormLayers.request(kind, attrs.integer("num_groups", 1), shape);
        Norm norm = NormLayers.entry(kind)
                .layer()
                .apply(request.tuned(
                        o -> options.trackRunningStats(o.trackRunningStats() || statistics)));
        norm.namedParameters().forEach((own, p) -> {
            p.assign(parameter(path + "." + own));
            parameters.put(path + "." + own, p);
        });
        norm.namedBuffers().forEach((own, state) -> {
            if (io.has("init." + path + "." + own)) {
                state.set(io.value("init." + path + "." + own));
            }
        });
        return norm;
    }
}
