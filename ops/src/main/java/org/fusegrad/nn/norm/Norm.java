package org.fusegrad.nn.norm;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Setting;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Init;
import org.fusegrad.nn.Module;
import org.fusegrad.ops.Activation;
import org.fusegrad.type.DType;

/**
 * A normalization layer: a formula, traced and fused together with the residual and the activation
 * that follow it. Half-precision inputs are computed in float32 and the result is stored in their
 * type.
 *
 * <p>A new one says in {@link #normalize} what it computes, in {@link #check} what it refuses, and
 * in {@link #mode} whatever besides the arguments decides what the formula does. States it writes
 * move only in a forward that records gradients, after the whole formula has succeeded.
 */
public abstract class Norm extends Module {
    private final String name;
    private final NormOptions options;
    private final Optional<Tensor> weight;
    private final Optional<Tensor> bias;
    private final Setting<Boolean> statisticsFrozen = Setting.of(false);
    private final Setting<Object> mode = Setting.computed(this::mode);
    private final Map<Activation, Fused> formulas = new ConcurrentHashMap<>();
    private final Map<Object, Observer> observers = new ConcurrentHashMap<>();

    /**
     * Registers weight (ones) and bias (zeros), as the options want them.
     *
     * @param name of the formula, as listings and kernels show it
     * @param parameterShape of weight and bias
     * @throws IllegalArgumentException if one of its sizes is not positive
     */
    protected Norm(String name, NormOptions options, int... parameterShape) {
        if (Arrays.stream(parameterShape).anyMatch(n -> n < 1)) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " of "
                    + Arrays.toString(parameterShape) + ": every size must be at least 1");
        }
        this.name = name;
        this.options = options;
        this.weight = options.affine().hasWeight()
                ? Optional.of(parameter("weight", Init.full(1, options.dtype(), parameterShape)))
                : Optional.empty();
        this.bias = options.affine().hasBias()
                ? Optional.of(parameter("bias", Init.full(0, options.dtype(), parameterShape)))
                : Optional.empty();
    }

    /**
     * The formula: the normalised input, learned parameters applied, in the type it computes in.
     */
    protected abstract Tensor normalize(Tensor x);

    /**
     * Refuses inputs the formula makes no sense for, before anything moves. Only shapes and types
     * are known here; that the type is that of parameters and states is checked before.
     *
     * @throws IllegalArgumentException naming layer, shape and cure
     */
    protected abstract void check(Tensor x);

    /** What besides the arguments decides what the formula does; compared by equality. */
    protected Object mode() {
        return movesStatistics();
    }

    /**
     * Whether this forward takes its statistics from the input and moves those it keeps: in
     * training, unless they are frozen.
     */
    protected final boolean movesStatistics() {
        return isTraining() && !statisticsFrozen.get();
    }

    /** What it does to each channel, as it is now, if that does not depend on the input. */
    public ChannelMap channelMap() {
        return new ChannelMap.Varying("takes its statistics from each input");
    }

    /**
     * {@code weight (x - mean) / deviation + bias} as a scale and a shift of each channel, in
     * float64.
     */
    protected final ChannelMap fixedMap(double[] mean, double[] deviation) {
        int channels = deviation.length;
        double[] scale = weight.map(Tensor::toDoubles).orElseGet(() -> filled(channels, 1));
        double[] shift = bias.map(Tensor::toDoubles).orElseGet(() -> filled(channels, 0));
        for (int c = 0; c < channels; c++) {
            scale[c] /= deviation[c];
            shift[c] -= mean[c] * scale[c];
        }
        return new ChannelMap.Fixed(scale, shift);
    }

    private static double[] filled(int n, double value) {
        double[] all = new double[n];
        Arrays.fill(all, value);
        return all;
    }

    /** What evaluation divides by, of the running spread: roots of variances, eps added. */
    protected double[] deviations(State spread) {
        return Arrays.stream(spread.get().toDoubles())
                .map(v -> Math.sqrt(v + options.eps()))
                .toArray();
    }

    /**
     * What the norm would meet in a forward of this input now: its formula runs once more, moves no
     * state and records no gradient.
     *
     * @return nothing of a norm that publishes nothing, or whose replicas would have to look too
     */
    public final Observables observe(Tensor x) {
        if (isShared() || isEmpty(x)) {
            return Observables.NONE;
        }
        checkAll(x);
        Observer observer = observers.computeIfAbsent(mode.get(), m -> new Observer(this));
        return Tensor.noGrad(() -> observer.of(mode.get(), x.detach()));
    }

    /** What evaluation would normalise with now; of a norm that keeps nothing, empty arrays. */
    public RunningValues running() {
        return RunningValues.NONE;
    }

    /**
     * The average that the backward which has just run put in the place of its statistic
     * {@code E[g xh]}; empty if it does no such thing.
     *
     * @param own the statistic of that backward's batch, (C)
     */
    public double[] averagedInBackward(double[] own) {
        return new double[0];
    }

    /** Whether its input is centred; without, deviations are root mean squares. */
    public boolean isCentring() {
        return true;
    }

    /** Whether nothing stands between the normalised value and weight and bias. */
    public boolean isPlainlyAffine() {
        return true;
    }

    /** Conventions that other programs may not share, for the metadata of a checkpoint. */
    public Map<String, String> conventions() {
        return Map.of("eps", Double.toString(options.eps()));
    }

    // Calling it.

    @Override
    public final Tensor forward(Tensor x) {
        return forward(x, Activation.NONE);
    }

    /** {@code activation(norm(x))} in one kernel pair. */
    public final Tensor forward(Tensor x, Activation activation) {
        return located(() -> {
            checkAll(x);
            return watched(x, () -> call(formula(activation), x).get(0));
        });
    }

    /**
     * {@code activation(norm(x) + residual)} in one kernel pair.
     *
     * @param residual of the shape of x
     */
    public final Tensor forward(Tensor x, Tensor residual, Activation activation) {
        return located(() -> {
            checkAll(x);
            if (!residual.shape().equals(x.shape())) {
                throw refusal(x, "the residual is " + residual.shape(), "make both the same shape");
            }
            if (residual.dtype().compute() != x.dtype().compute()) {
                throw refusal(
                        x,
                        "it is " + x.dtype() + " and the residual " + residual.dtype(),
                        "cast one of them");
            }
            return watched(x, () -> call(formula(activation), x, residual).get(0));
        });
    }

    private void checkAll(Tensor x) {
        boolean typed = keepsStatistics() || hasParameters();
        if (typed || !x.dtype().isFloating()) {
            checkType(x, options.dtype());
        }
        check(x);
    }

    /** Calls a formula on arguments that have passed the check. */
    List<Tensor> call(Fused called, Tensor... arguments) {
        return called.callAll(mode.get(), arguments);
    }

    /** What the layer becomes on an input: graphs, kernels, bytes, generated source. */
    public final Explanation explain(Tensor x, Activation activation) {
        checkAll(x);
        return formula(activation).explain(mode(), x);
    }

    private Fused formula(Activation activation) {
        return formulas.computeIfAbsent(
                activation,
                a -> Fused.ofAll(label(a), in -> {
                    // Widened once, so that the gradient of half precision is rounded once.
                    DType stored = in.get(0).dtype();
                    Tensor y = normalize(in.get(0).cast(stored.compute()));
                    Tensor sum = in.size() > 1 ? y.add(in.get(1)) : y;
                    return List.of(a.apply(sum).cast(stored));
                }));
    }

    private String label(Activation a) {
        return a.equals(Activation.NONE)
                ? name
                : name + "_" + a.kind().name().toLowerCase(java.util.Locale.ROOT);
    }

    // For formulas.

    /**
     * Whether there is nothing to normalise, and so no statistics: {@link #normalize} then answers
     * the learned parameters applied to x itself, whose gradients are 0 where those through a mean
     * over nothing would be NaN.
     */
    protected static boolean isEmpty(Tensor x) {
        return x.shape().numel() == 0;
    }

    /**
     * {@code xh * weight + bias}, as far as there are any, with both in a shape that broadcasts.
     */
    protected final Tensor affine(Tensor xh, int... parameterShape) {
        Tensor scaled = weight.map(w -> xh.mul(w.reshape(parameterShape))).orElse(xh);
        return bias.map(b -> scaled.add(b.reshape(parameterShape))).orElse(scaled);
    }

    /**
     * Refuses statistics of single values, which would answer zeros whatever the input.
     *
     * @param count values of each statistic
     * @param more what would have more values, for the message
     */
    final void requireSeveral(Tensor x, int count, String more) {
        if (count == 1 && !isEmpty(x)) {
            throw refusal(
                    x,
                    "each statistic would be of one value, which has no variance",
                    "use " + more
                            + (keepsStatistics()
                                    ? ", freezeStatistics() or eval()"
                                    : ": the layer keeps no running statistics to use instead"));
        }
    }

    /**
     * Whether it takes its statistics from all replicas, so that gradients of its parameters are
     * those of the whole batch.
     */
    public boolean isShared() {
        return false;
    }

    // Settings.

    public final NormOptions options() {
        return options;
    }

    public final Optional<Tensor> weight() {
        return weight;
    }

    public final Optional<Tensor> bias() {
        return bias;
    }

    // Freezing. Two switches, which train(true) does not undo; Freeze turns those of many layers.

    /** Whether the layer keeps statistics between steps. */
    public final boolean keepsStatistics() {
        return hasBuffers();
    }

    /**
     * Normalises in training as in evaluation, and stops the statistics from moving.
     *
     * @throws IllegalStateException if the layer keeps none
     */
    public final void freezeStatistics() {
        if (!keepsStatistics()) {
            throw new IllegalStateException(this + " keeps no statistics that could be frozen");
        }
        statisticsFrozen.set(true);
    }

    /** Undoes {@link #freezeStatistics}. */
    public final void unfreezeStatistics() {
        statisticsFrozen.set(false);
    }

    public final boolean hasFrozenStatistics() {
        return statisticsFrozen.get();
    }

    /** Stops the learned parameters from collecting gradients, and forgets those collected. */
    public final void freezeAffine() {
        parameters().forEach(p -> p.requiresGrad(false).setGrad(null));
    }

    /** Undoes {@link #freezeAffine}. */
    public final void unfreezeAffine() {
        parameters().forEach(p -> p.requiresGrad(true).setGrad(null));
    }

    /** Whether there are learned parameters, and none collects gradients. */
    public final boolean hasFrozenAffine() {
        return !parameters().isEmpty() && parameters().stream().noneMatch(Tensor::requiresGrad);
    }
}
