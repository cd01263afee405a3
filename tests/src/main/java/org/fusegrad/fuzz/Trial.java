package org.fusegrad.fuzz;

import java.util.List;
import java.util.function.UnaryOperator;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * A recipe on its way through the checks. What more than one of them needs, traced formulas and the
 * fused run in float64, is made once.
 */
final class Trial {
    private final Recipe recipe;
    private final long seed;
    private final Engines engines;
    private final UnaryOperator<Tensor> wrong;
    private final Recipe.Formula own;
    private final Recipe.Formula wide;
    private Run wideRun;

    /** A trial of a recipe; from the seed comes whatever the checks draw. */
    Trial(Recipe recipe, long seed, Engines engines) {
        this(recipe, seed, engines, UnaryOperator.identity());
    }

    /** A trial whose fused side is wrong: its arguments pass through a function. */
    Trial(Recipe recipe, long seed, Engines engines, UnaryOperator<Tensor> wrong) {
        this.recipe = recipe;
        this.seed = seed;
        this.engines = engines;
        this.wrong = wrong;
        this.own = recipe.formula();
        this.wide = recipe.isFloat64() ? own : recipe.wide();
    }

    private Trial(Trial of, Recipe recipe) {
        this.recipe = recipe;
        this.seed = of.seed;
        this.engines = of.engines;
        this.wrong = of.wrong;
        this.own = of.own;
        this.wide = of.wide;
    }

    /** The same formulas on ordinary arguments. */
    Trial ordinary() {
        return recipe.data() == Data.ORDINARY ? this : new Trial(this, recipe.ordinary());
    }

    Recipe recipe() {
        return recipe;
    }

    long seed() {
        return seed;
    }

    Engines engines() {
        return engines;
    }

    /** The formula in the recipe's own types. */
    Recipe.Formula own() {
        return own;
    }

    /** The formula in float64. */
    Recipe.Formula wide() {
        return wide;
    }

    /** Arguments of a type, with values of that type. */
    List<Tensor> arguments(DType dtype) {
        return engines.eager().call(() -> Generator.arguments(recipe, dtype, seed));
    }

    /** The fused formula in its own types. */
    Run ownRun() {
        return run(own, recipe.dtype());
    }

    /** The fused formula in float64 without gradients. */
    Run plainRun() {
        List<Tensor> in = arguments(DType.FLOAT64);
        return engines.fused().call(() -> Run.plain(wide, in, wrong));
    }

    /** The fused formula in float64. */
    Run wideRun() {
        if (wideRun == null) {
            wideRun = run(wide, DType.FLOAT64);
        }
        return wideRun;
    }

    private Run run(Recipe.Formula formula, DType dtype) {
        List<Tensor> in = arguments(dtype);
        return engines.fused().call(() -> Run.of(formula, in, seed, wrong));
    }
}
