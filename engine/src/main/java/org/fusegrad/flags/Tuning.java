package org.fusegrad.flags;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The numbers that suit code to a machine. They decide how fast it is, never what it answers: the
 * numbers of the numeric contract are constants elsewhere. Some follow from the machine's caches;
 * each can be set by {@link Flags#TUNING}, as in {@code grain=4096,l2=2097152}.
 */
public record Tuning(
        @Tuned(unit = "bytes", value = "a cache line; from the machine")
        int line,

        @Tuned(unit = "bytes", value = "data cache nearest to a core; from the machine")
        int l1,

        @Tuned(unit = "bytes", value = "second cache of a core; from the machine")
        int l2,

        @Tuned(unit = "elements", value = "work of fused kernels worth a task of its own")
        int grain,

        @Tuned(unit = "tasks", value = "tasks that a large kernel is cut into at most")
        int tasks,

        @Tuned(unit = "bytes", value = "data that a step leaves in cache for the next; l2 / 2")
        int chunk,

        @Tuned(unit = "elements", value = "rows that are run down column by column; l1 / 16")
        int columns,

        @Tuned(unit = "elements", value = "work handed to a generated method at once")
        int together,

        @Tuned(unit = "elements", value = "partial sums from which on arrays are aligned to lines")
        int alignFrom,

        @Tuned(unit = "operations", value = "vector operations written out side by side")
        int unroll,

        @Tuned(unit = "operations", value = "vector operations of a sum that is unrolled once")
        int unrollSums,

        @Tuned(unit = "operations", value = "vector operations of a loop that shares its method")
        int shared,

        @Tuned(unit = "vectors", value = "vectors side by side down columns")
        int columnUnroll,

        @Tuned(unit = "vectors", value = "vectors that rows have in common and registers hold")
        int held,

        @Tuned(unit = "products", value = "multiplications worth a task of a contraction")
        int contractionGrain,

        @Tuned(unit = "products", value = "multiplications from which a matrix product is cut")
        int contractionSplit,

        @Tuned(unit = "products", value = "multiplications in a block of a convolution at most")
        int contractionBlock,

        @Tuned(unit = "rows", value = "rows of a block of a contraction")
        int blockRows,

        @Tuned(unit = "columns", value = "columns of a block of a matrix product")
        int blockColumns,

        @Tuned(unit = "elements", value = "results of a block of a convolution at most")
        int blockResults,

        @Tuned(unit = "elements", value = "operands packed at once, if a product is not larger")
        int packed,

        @Tuned(unit = "elements", value = "images laid out at once, if one is not larger")
        int laidOut,

        @Tuned(unit = "elements", value = "of Winograd's filtering held at once; l2 / 8")
        int winograd,

        @Tuned(unit = "tiles", value = "tiles of Winograd's filtering held at once at least")
        int winogradTiles,

        @Tuned(unit = "elements", value = "copying worth a task of its own")
        int copyGrain,

        @Tuned(unit = "channels", value = "channels in a task of a depthwise weight gradient")
        int depthwise,

        @Tuned(unit = "sources", value = "filters of Winograd's filtering transformed at a time")
        int winogradFilters,

        @Tuned(unit = "rows", value = "rows and columns of a matrix product packed at once at most")
        int piece,

        @Tuned(unit = "elements", value = "row from which on all steps of a kernel run as one")
        int joinedRow,

        @Tuned(unit = "operations", value = "vector operations of a function, about")
        int functionCost,

        @Tuned(unit = "elements", value = "an array that the default collector aligns")
        int alignedRoom,

        @Tuned(unit = "bytes", value = "buffers up to this size are not pooled by size alone")
        int smallBuffer,

        @Tuned(unit = "elements", value = "work of the interpreter worth a task of its own")
        int interpreterGrain,

        @Tuned(unit = "rows", value = "rows of a tile of the interpreter's contractions")
        int interpreterRows,

        @Tuned(unit = "columns", value = "columns of a tile of the interpreter's contractions")
        int interpreterColumns,

        @Tuned(unit = "calls", value = "calls until the JVM has compiled a tile method, and some")
        int warmCalls,

        @Tuned(unit = "calls", value = "calls after which a tile method is not waited for")
        int warmLimit,

        @Tuned(unit = "turns", value = "turns that a worker waits for work before it sleeps")
        int spins,

        @Tuned(unit = "ms", value = "idle time after which a worker's thread ends")
        int idle) {
    private static final Tuning CURRENT = of(Caches.here()).with(Flags.TUNING.get());

    /** The numbers in force: one set for the whole process, like the flags. */
    public static Tuning current() {
        return CURRENT;
    }

    /** What suits caches of these sizes; measured on processors with 32 KiB and 1 MiB. */
    static Tuning of(Caches caches) {
        return new Tuning(
                caches.line(),
                caches.l1(),
                caches.l2(),
                16_384,
                64,
                caches.l2() / 2,
                caches.l1() / 16,
                1 << 16,
                1 << 14,
                64,
                12,
                16,
                4,
                16,
                1 << 18,
                1 << 20,
                1 << 23,
                192,
                256,
                1 << 16,
                1 << 23,
                1 << 20,
                caches.l2() / 8,
                96,
                1 << 14,
                32,
                8,
                8192,
                64,
                30,
                1 << 18,
                512,
                1 << 14,
                128,
                512,
                12_000,
                100_000,
                2000,
                1000);
    }

    /** These with some numbers set otherwise, and what follows from them. */
    Tuning with(Map<String, Integer> others) {
        Caches caches = new Caches(
                others.getOrDefault("line", line),
                others.getOrDefault("l1", l1),
                others.getOrDefault("l2", l2));
        Map<String, Integer> all = of(caches).values();
        all.putAll(others);
        Object[] numbers = all.values().toArray();
        Class<?>[] types = new Class<?>[numbers.length];
        Arrays.fill(types, int.class);
        try {
            return Tuning.class.getDeclaredConstructor(types).newInstance(numbers);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    /** All numbers by name, in order. */
    public Map<String, Integer> values() {
        Map<String, Integer> all = new LinkedHashMap<>();
        for (RecordComponent c : Tuning.class.getRecordComponents()) {
            try {
                all.put(c.getName(), (Integer) c.getAccessor().invoke(this));
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return all;
    }

    /** A line for each number: name, value, unit and meaning. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        Map<String, Integer> all = values();
        for (RecordComponent c : Tuning.class.getRecordComponents()) {
            Tuned tuned = c.getAnnotation(Tuned.class);
            lines.add(String.format(
                    Locale.ROOT,
                    "%-18s %-8d %s: %s",
                    c.getName(),
                    all.get(c.getName()),
                    tuned.unit(),
                    tuned.value()));
        }
        return lines;
    }
}
