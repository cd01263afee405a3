package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.fusegrad.Tensor;
import org.fusegrad.fuzz.Recipe.Step;
import org.fusegrad.type.Shape;

/** Makes a failing recipe as small as it gets while it still fails. */
final class Shrinker {
    private final Predicate<Recipe> fails;

    /** A shrinker of recipes that fail this test. */
    Shrinker(Predicate<Recipe> fails) {
        this.fails = fails;
    }

    /** A recipe from which nothing can be left out. */
    Recipe shrink(Recipe failing) {
        Recipe best = failing;
        Optional<Recipe> smaller = Optional.of(failing);
        while (smaller.isPresent()) {
            best = smaller.get();
            smaller = candidates(best).stream().filter(this::isStillWrong).findFirst();
        }
        return best;
    }

    private boolean isStillWrong(Recipe recipe) {
        try {
            List<Tensor> values = recipe.values(Generator.arguments(recipe, recipe.dtype(), 0));
            return recipe.steps().stream().allMatch(s -> Generator.fits(s, values))
                    && fails.test(recipe);
        } catch (RuntimeException e) {
            return false; // No longer a formula: shapes or types do not fit.
        }
    }

    /** Recipes with a little less, the boldest cuts first. */
    private static List<Recipe> candidates(Recipe r) {
        List<Recipe> all = new ArrayList<>();
        for (int last = r.steps().size() / 2; last < r.steps().size(); last++) {
            if (last > 0) {
                all.add(new Recipe(r.leaves(), r.dtype(), r.data(), r.steps().subList(0, last)));
            }
        }
        for (int i = r.steps().size() - 1; i >= 0 && r.steps().size() > 1; i--) {
            for (int operand : r.steps().get(i).operands()) {
                all.add(without(r, i, operand));
            }
        }
        for (int i = r.leaves().size() - 1; i >= 0 && r.leaves().size() > 1; i--) {
            withoutLeaf(r, i).ifPresent(all::add);
        }
        for (int size : IntStream.of(1, 2, 3, 16, 33).toArray()) {
            sizes(r).filter(n -> n > size).forEach(n -> all.add(resized(r, n, size)));
        }
        return all;
    }

    /** The recipe with a step's result replaced by one of its operands. */
    private static Recipe without(Recipe r, int step, int instead) {
        int gone = r.leaves().size() + step;
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < r.steps().size(); i++) {
            if (i != step) {
                steps.add(renamed(r.steps().get(i), n -> n == gone ? instead : n, gone));
            }
        }
        return new Recipe(r.leaves(), r.dtype(), r.data(), List.copyOf(steps));
    }

    private static Optional<Recipe> withoutLeaf(Recipe r, int leaf) {
        if (r.steps().stream().anyMatch(s -> s.operands().contains(leaf))) {
            return Optional.empty();
        }
        List<Shape> leaves = new ArrayList<>(r.leaves());
        leaves.remove(leaf);
        List<Step> steps = r.steps().stream().map(s -> renamed(s, n -> n, leaf)).toList();
        return Optional.of(new Recipe(List.copyOf(leaves), r.dtype(), r.data(), steps));
    }

    /** A step with other operands, numbered as if one value had never been. */
    private static Step renamed(Step s, java.util.function.IntUnaryOperator to, int gone) {
        List<Integer> operands = s.operands().stream()
                .map(to::applyAsInt)
                .map(n -> n > gone ? n - 1 : n)
                .toList();
        return new Step(s.action(), operands, s.numbers());
    }

    private static IntStream sizes(Recipe r) {
        return r.leaves().stream().flatMapToInt(s -> IntStream.of(s.dims())).distinct();
    }

    private static Recipe resized(Recipe r, int from, int to) {
        List<Shape> leaves = r.leaves().stream()
                .map(s -> Shape.of(
                        IntStream.of(s.dims()).map(d -> d == from ? to : d).toArray()))
                .toList();
        return new Recipe(leaves, r.dtype(), r.data(), r.steps());
    }
}
