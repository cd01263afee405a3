package org.fusegrad.flags;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** All settings of the system, in one place. Nothing else reads properties or the environment. */
public final class Flags {
    public static final Flag<String> BACKEND = choice(
            "backend",
            "auto",
            false,
            "what runs kernels; auto takes the vector backend where the JVM offers it",
            "auto",
            "vector",
            "scalar",
            "interpreter");
    public static final Flag<Integer> THREADS = positive(
            "threads",
            Runtime.getRuntime().availableProcessors(),
            false,
            "threads that compute, the calling one included");
    public static final Flag<Boolean> FUSE = bool(
            "fuse", true, false, "trace and fuse formulas; off runs every operation by itself");
    public static final Flag<Boolean> STRICT = bool(
            "strict",
            false,
            false,
            "a kernel that fails to compile is an error instead of a warned fallback");
    public static final Flag<Boolean> VERIFY = bool(
            "verify",
            false,
            false,
            "run the interpreter beside each kernel and compare the bits; trace formulas again"
                    + " and compare");
    public static final Flag<Integer> LANES = choice(
            "lanes",
            0,
            true,
            "bits of a vector; 0 takes what the machine prefers",
            0,
            128,
            256,
            512);
    public static final Flag<String> COMPILER = choice(
            "compiler",
            "janino",
            false,
            "what compiles generated source; none runs exported kernels only",
            "janino",
            "javac",
            "none");
    public static final Flag<Integer> CACHE = positive(
            "cache", 2000, false, "kernels kept compiled; the least recently used go first");
    public static final Flag<Integer> PLANS = percent(
            "plans",
            15,
            "percent of the heap for traced and planned calls; the least recently used go first");
    public static final Flag<Integer> POOL = percent(
            "pool",
            25,
            "percent of the heap for arrays that scopes gave back, let go when memory is short");
    public static final Flag<String> DUMP = text(
            "dump",
            "",
            false,
            "folder that receives graph and source of every kernel; empty for none");
    public static final Flag<Integer> PROMOTE = positive(
            "promote",
            2_000_000,
            false,
            "elements a kernel processes in scalar form before its vector form is warmed up");

    public static final Flag<Map<String, Integer>> TUNING = new Flag<>(
            "tuning",
            "names and whole numbers from 1, as in grain=4096,l2=2097152; line a power of two"
                    + " from 32 to 1024",
            Map.of(),
            true,
            "numbers that suit code to the machine, set otherwise; info lists them",
            Flags::tuning);

    private static final List<Flag<?>> ALL = List.of(
            BACKEND, THREADS, FUSE, STRICT, VERIFY, LANES, COMPILER, CACHE, PLANS, POOL, DUMP,
            PROMOTE, TUNING);

    private Flags() {}

    private static Map<String, Integer> tuning(String text) {
        Map<String, Integer> numbers = NamedNumbers.parse(Tuning.class, text);
        boolean fits = numbers != null
                && (!numbers.containsKey("line") || Caches.isLine(numbers.get("line")));
        return fits ? numbers : null;
    }

    /** Every flag, in order of documentation. */
    public static List<Flag<?>> all() {
        return ALL;
    }

    /** The table of {@code docs/FLAGS.md}. */
    public static String markdown() {
        StringBuilder s = new StringBuilder("# Flags\n\n"
                + "Set as a system property or an environment variable; the property wins.\n\n"
                + "| property | variable | values | default | changes code | meaning |\n"
                + "| --- | --- | --- | --- | --- | --- |\n");
        for (Flag<?> f : ALL) {
            Object shown = f == THREADS ? "processors" : f == TUNING ? "" : f.defaultValue();
            s.append("| `")
                    .append(f.property())
                    .append("` | `")
                    .append(f.variable())
                    .append("` | ")
                    .append(f.values().replace("|", "\\|"))
                    .append(" | ")
                    .append(shown)
                    .append(" | ")
                    .append(f.affectsCode() ? "yes" : "no")
                    .append(" | ")
                    .append(f.doc())
                    .append(" |\n");
        }
        return s.toString();
    }

    @SafeVarargs
    private static <T> Flag<T> choice(
            String name, T byDefault, boolean affectsCode, String doc, T... values) {
        Function<String, T> parser = text -> Arrays.stream(values)
                .filter(v -> v.toString().equals(text))
                .findFirst()
                .orElse(null);
        String shown =
                String.join("|", Arrays.stream(values).map(Object::toString).toList());
        return new Flag<>(name, shown, byDefault, affectsCode, doc, parser);
    }

    private static Flag<Integer> positive(
            String name, int byDefault, boolean affectsCode, String doc) {
        return new Flag<>(name, "a whole number from 1", byDefault, affectsCode, doc, text -> {
            int n = Integer.parseInt(text);
            return n < 1 ? null : n;
        });
    }

    private static Flag<Integer> percent(String name, int byDefault, String doc) {
        return new Flag<>(name, "a whole number from 0 to 100", byDefault, false, doc, text -> {
            int n = Integer.parseInt(text);
            return n < 0 || n > 100 ? null : n;
        });
    }

    private static Flag<Boolean> bool(
            String name, boolean byDefault, boolean affectsCode, String doc) {
        return choice(name, byDefault, affectsCode, doc, true, false);
    }

    private static Flag<String> text(
            String name, String byDefault, boolean affectsCode, String doc) {
        return new Flag<>(name, "text", byDefault, affectsCode, doc, Function.identity());
    }
}
