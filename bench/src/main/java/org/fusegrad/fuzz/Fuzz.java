package org.fusegrad.fuzz;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import org.fusegrad.fuzz.Check.Verdict;

/**
 * Differential fuzzing: random formulas, each held against every property. A formula is a function
 * of its seed, so any one can be had again alone.
 */
public final class Fuzz implements AutoCloseable {
    /**
     * A formula for which a property does not hold, shrunk.
     *
     * @param seed of the formula before it was shrunk
     * @param check which property
     * @param fault what was found
     * @param java code that rebuilds the formula
     */
    public record Failure(long seed, String check, String fault, String java) {}

    /**
     * What a run found.
     *
     * @param graphs formulas tried
     * @param held for each property how often it held
     * @param failures of all properties
     */
    public record Report(long graphs, Map<String, Long> held, List<Failure> failures) {}

    /** More failures than this say nothing new. */
    private static final int ENOUGH = 20;

    private final List<Check> checks =
            List.of(new SameBits(), new Fusion(true), new Fusion(false), new Slopes());

    /**
     * Tries formulas until there are enough of them, the time is over or too many fail.
     *
     * @param from seed of the first; the others follow
     * @param graphs how many
     * @param until when to stop at the latest
     * @param progress told the number of formulas done
     */
    public Report run(long from, long graphs, Instant until, LongConsumer progress) {
        Map<String, Long> held = new LinkedHashMap<>();
        checks.forEach(c -> held.put(c.name(), 0L));
        List<Failure> failures = new ArrayList<>();
        long done = 0;
        while (done < graphs && failures.size() < ENOUGH && Instant.now().isBefore(until)) {
            long seed = from + done;
            Recipe recipe = Generator.recipe(seed);
            for (Check check : checks) {
                check(check, recipe, seed, held, failures);
            }
            progress.accept(++done);
        }
        return new Report(done, held, failures);
    }

    private static void check(
            Check check, Recipe recipe, long seed, Map<String, Long> held, List<Failure> failures) {
        try {
            if (check.check(recipe, seed) == Verdict.HOLDS) {
                held.merge(check.name(), 1L, Long::sum);
            }
        } catch (RuntimeException | AssertionError | LinkageError | StackOverflowError e) {
            Shrinker shrinker = new Shrinker(r -> check.fault(r, seed).isPresent());
            Recipe small = shrinker.shrink(recipe);
            // A failure that does not repeat is one all the same: something depends on the past.
            String fault = check.fault(small, seed).orElse("once only: " + e);
            failures.add(new Failure(seed, check.name(), fault, small.java()));
        }
    }

    @Override
    public void close() {
        checks.forEach(Check::close);
    }
}
