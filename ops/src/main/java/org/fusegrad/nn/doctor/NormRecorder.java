package org.fusegrad.nn.doctor;

import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.nn.CallWatcher;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.doctor.NormSample.Moving;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.Observables;

/**
 * Watches one norm. The forward's statistics are taken from its input, those of the backward follow
 * from the gradients of weight and bias, which are sums over batch and space of {@code dy xh} and
 * {@code dy}: so the fused backward runs as ever.
 */
final class NormRecorder implements CallWatcher, AutoCloseable {
    /** A forward that waits for its backward. */
    private static final class Open {
        final BatchStatistics batch;
        final Moving moving;
        final double[] weight;
        final boolean alone;
        final boolean uniform;
        double[] weightGradient;
        double[] biasGradient;

        Open(Norm norm, Moving moving, BatchStatistics batch, boolean alone, boolean uniform) {
            this.uniform = uniform;
            this.batch = batch;
            this.moving = moving;
            this.weight = norm.weight().map(Tensor::toDoubles).orElse(new double[0]);
            this.alone = alone;
        }

        boolean hasGradient() {
            return weightGradient != null || biasGradient != null;
        }
    }

    private final String path;
    private final Norm norm;
    private final Consumer<NormSample> into;
    private final Runnable calls;
    private final Map<Tensor, Runnable> hooks = new IdentityHashMap<>();
    private Open open;
    private long step;

    NormRecorder(String path, Norm norm, Consumer<NormSample> into) {
        this.path = path;
        this.norm = norm;
        this.into = into;
        calls = norm.watch(this);
    }

    /** Listens to a parameter from the first forward in which it is not frozen. */
    private void listen(Optional<Tensor> parameter, UnaryOperator<Tensor> hook) {
        parameter
                .filter(Tensor::requiresGrad)
                .ifPresent(p -> hooks.computeIfAbsent(p, q -> q.registerHook(hook)));
    }

    @Override
    public Tensor around(Module module, Tensor x, Supplier<Tensor> call) {
        if (!norm.isTraining() || x.isSymbolic() || x.rank() < 2 || x.shape().numel() == 0) {
            return call.get();
        }
        listen(norm.weight(), this::weightGradient);
        listen(norm.bias(), this::biasGradient);
        Observables seen = norm.observe(x);
        Moving met = Moving.of(norm.running(), seen, x.dim(1));
        Tensor y = call.get();
        if (y.requiresGrad()) {
            // Forwards that share a backward share its gradients too: they cannot be told apart.
            boolean alone = open == null || open.hasGradient();
            flush();
            boolean uniform =
                    norm.isPlainlyAffine() && !seen.varies(Observables.CORRECTION, x.dim(1));
            open = new Open(norm, met, BatchStatistics.of(x), alone, uniform);
        }
        return y;
    }

    private Tensor weightGradient(Tensor g) {
        if (open != null && open.weightGradient == null) {
            open.weightGradient = g.toDoubles();
        }
        return null;
    }

    private Tensor biasGradient(Tensor g) {
        if (open != null && open.biasGradient == null) {
            open.biasGradient = g.toDoubles();
        }
        return null;
    }

    private void flush() {
        if (open == null) {
            return;
        }
        BatchStatistics batch = open.batch;
        double[] psi = open.alone ? perValue(unshifted()) : new double[0];
        // Where more, or not the same, stands before the bias, its gradient tells nothing of g.
        double[] gradient = open.alone && open.uniform
                ? scaled(perValue(open.biasGradient), open.moving.correction())
                : new double[0];
        into.accept(new NormSample(
                ++step,
                path,
                norm.getClass().getSimpleName(),
                batch.values(),
                batch.mean(),
                batch.variance(),
                deviation(batch),
                gradient,
                psi,
                open.moving.psiWindow(norm.averagedInBackward(psi))));
        open = null;
    }

    /** The gradient of the weight, or of batch renormalization the part of it that is not of d. */
    private double[] unshifted() {
        double[] shift = open.moving.shift();
        if (shift.length == 0 || open.weightGradient == null || open.biasGradient == null) {
            return shift.length == 0 ? open.weightGradient : null;
        }
        return IntStream.range(0, shift.length)
                .mapToDouble(c -> open.weightGradient[c] - shift[c] * open.biasGradient[c])
                .toArray();
    }

    /** A gradient of a parameter per element, times the weight; empty if it is not per channel. */
    private double[] perValue(double[] gradient) {
        int channels = open.batch.mean().length;
        if (gradient == null || gradient.length != channels || open.weight.length != channels) {
            return new double[0];
        }
        return IntStream.range(0, channels)
                .mapToDouble(c -> open.weight[c] * gradient[c] / open.batch.values())
                .toArray();
    }

    private static double[] scaled(double[] values, double[] factors) {
        return factors.length == 0
                ? values
                : IntStream.range(0, values.length)
                        .mapToDouble(i -> values[i] * factors[i])
                        .toArray();
    }

    private double[] deviation(BatchStatistics batch) {
        double[] squares = norm.isCentring() ? batch.variance() : batch.secondMoment();
        return Arrays.stream(squares)
                .map(v -> Math.sqrt(v + norm.options().eps()))
                .toArray();
    }

    /** Stops watching; what is known of the last step is still told. */
    @Override
    public void close() {
        calls.run();
        hooks.values().forEach(Runnable::run);
        flush();
    }
}
