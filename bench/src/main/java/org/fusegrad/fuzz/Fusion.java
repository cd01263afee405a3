package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.fusegrad.DType;
import org.fusegrad.Engine;
import org.fusegrad.Tensor;

/**
 * Fused and unfused agree, results, gradients and states, as far as the formula is well enough
 * conditioned to tell. How far that is, stochastic arithmetic says (Vignes 1993, "A stochastic
 * arithmetic for reliable scientific computation"): the unfused float64 formula is run again with
 * every operand disturbed a little, and results may differ by what that spreads them.
 */
final class Fusion implements Check {
    private static final int FEW = 5;
    private static final int MANY = 300;
    private static final double ALLOWANCE = 10;

    private final boolean wide;
    private final Engine fused =
            Engine.builder().backend("interpreter").threads(1).build();
    private final Engine eager =
            Engine.builder().backend("interpreter").threads(1).fuse(false).build();

    /** A comparison of fused float64, or of the fused recipe's own types, with unfused float64. */
    Fusion(boolean wide) {
        this.wide = wide;
    }

    @Override
    public String name() {
        return wide ? "fusion in float64" : "fusion in float32";
    }

    @Override
    public Verdict check(Recipe recipe, long seed) {
        return check(recipe, seed, UnaryOperator.identity());
    }

    /** The check with the fused side gone wrong: its arguments pass through a function. */
    Verdict check(Recipe recipe, long seed, UnaryOperator<Tensor> wrong) {
        DType dtype = wide ? DType.FLOAT64 : recipe.dtype();
        List<Tensor> own = eager.call(() -> Generator.arguments(recipe, dtype, seed));
        List<Tensor> same =
                eager.call(() -> own.stream().map(t -> t.cast(DType.FLOAT64)).toList());
        Run truth = eager.call(() -> Run.of(recipe.wide(), same, seed));
        List<Tensor> to = fused.call(() -> own.stream().map(wrong).toList());
        Run got = fused.call(() -> Run.of(wide ? recipe.wide() : recipe.formula(), to, seed));
        if (!got.names().equals(truth.names())) {
            throw new Broken(got.names() + " instead of " + truth.names());
        }
        List<Run> disturbed = disturbed(recipe, same, seed, 0, FEW);
        if (difference(truth, got, disturbed).isPresent()) {
            // A value at a jump falls to one side in half of the runs; many runs show both.
            disturbed.addAll(disturbed(recipe, same, seed, FEW, MANY));
            difference(truth, got, disturbed).ifPresent(fault -> {
                throw new Broken(fault);
            });
        }
        return Verdict.HOLDS;
    }

    private List<Run> disturbed(Recipe recipe, List<Tensor> in, long seed, int from, int to) {
        // Well above the rounding errors compared, so that spread covers them many times over.
        double amount = wide ? 1e-11 : 1e-5;
        List<Run> all = new ArrayList<>();
        for (int i = from; i < to; i++) {
            UnaryOperator<Tensor> disturb = disturb(new Random(seed + 31 * i), amount);
            all.add(eager.call(() -> Run.of(recipe.wide(disturb), in, seed)));
        }
        return all;
    }

    /** What underflows is lost too: the least term is that of the narrower type. */
    private UnaryOperator<Tensor> disturb(Random random, double amount) {
        double least = wide ? 1e-300 : 1e-37;
        return t -> {
            // A factor disturbs the backward too; a term that no gradient flows through breaks
            // symmetries, as of x / x, which no factor does.
            int n = t.shape().numel();
            double[] factor = random.doubles(n, 1 - amount, 1 + amount).toArray();
            double[] term = t.toDoubles();
            for (int i = 0; i < n; i++) {
                term[i] = (amount * term[i] + least) * (2 * random.nextDouble() - 1);
            }
            int[] dims = t.shape().dims();
            return t.mul(Tensor.of(factor, dims)).add(Tensor.of(term, dims));
        };
    }

    private Optional<String> difference(Run truth, Run got, List<Run> disturbed) {
        return IntStream.range(0, truth.values().size())
                .mapToObj(k -> difference(truth, got, disturbed, k))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> difference(Run truth, Run got, List<Run> disturbed, int k) {
        double[] expected = truth.values().get(k);
        double[] actual = got.values().get(k);
        double size = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        double floor = (wide ? 1e-14 : 1e-7) * size + (wide ? 1e-300 : 1e-37);
        for (int i = 0; i < expected.length; i++) {
            double spread = 0;
            for (Run run : disturbed) {
                spread = Math.max(spread, Math.abs(run.values().get(k)[i] - expected[i]));
            }
            double allowed = ALLOWANCE * spread + floor;
            // Where the truth or a disturbed run is not finite, nothing can be said.
            boolean comparable = allowed <= (wide ? 1e300 : 1e30) && Double.isFinite(expected[i]);
            if (comparable && !(Math.abs(actual[i] - expected[i]) <= allowed)) {
                return Optional.of(truth.names().get(k) + " element " + i + ": fused " + actual[i]
                        + ", unfused " + expected[i] + ", allowed difference " + allowed);
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        fused.close();
        eager.close();
    }
}
