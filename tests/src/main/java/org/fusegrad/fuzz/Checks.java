package org.fusegrad.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.fusegrad.fuzz.Check.Verdict;
import org.fusegrad.fuzz.Fuzz.Failure;

/** Every property, and what trying them needs. Used by one thread at a time. */
final class Checks implements AutoCloseable {
    /**
     * What came of one formula.
     *
     * @param held names of the properties that hold
     * @param failures of those that do not
     */
    record Outcome(List<String> held, List<Failure> failures) {}

    private final Engines engines = new Engines();
    private final List<Check> checks =
            List.of(new SameBits(), new Fusion(true), new Fusion(false), new Slopes());

    /** Names of the properties. */
    static List<String> names() {
        try (Checks all = new Checks()) {
            return all.checks.stream().map(Check::name).toList();
        }
    }

    /** Holds the formula of a seed against every property. */
    Outcome of(long seed) {
        Recipe recipe = engines.eager().call(() -> Generator.recipe(seed));
        Trial trial = new Trial(recipe, seed, engines);
        Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>());
        for (Check check : checks) {
            try {
                if (check.check(trial) == Verdict.HOLDS) {
                    outcome.held().add(check.name());
                }
            } catch (RuntimeException | AssertionError | LinkageError | StackOverflowError e) {
                outcome.failures().add(failure(check, recipe, seed, e));
            }
        }
        return outcome;
    }

    private Failure failure(Check check, Recipe recipe, long seed, Throwable first) {
        Shrinker shrinker = new Shrinker(r -> fault(check, r, seed).isPresent());
        Recipe small = engines.eager().call(() -> shrinker.shrink(recipe));
        // A failure that does not repeat is one all the same: something depends on the past.
        String fault = fault(check, small, seed).orElse("once only: " + first);
        return new Failure(seed, check.name(), fault, small.java());
    }

    private Optional<String> fault(Check check, Recipe recipe, long seed) {
        return check.fault(new Trial(recipe, seed, engines));
    }

    @Override
    public void close() {
        checks.forEach(Check::close);
        engines.close();
    }
}
