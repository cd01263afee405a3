package org.fusegrad.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The law that numbers which suit code to a machine stand in {@code Tuning}, and those that decide
 * bits in {@code NumericContract}. A constant that looks like one of them, a power of two from 8 on
 * or a number from 1000 on, is either there or listed here with the reason why not. Package
 * {@code math} is left out: its constants are bits of number formats, and of a generator's rounds.
 */
final class TuningLawsTest {
    private static final List<String> MODULES = List.of("engine", "codegen");
    private static final List<String> HOMES = List.of("Tuning.java", "NumericContract.java");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\n]*");
    private static final Pattern CONSTANT =
            Pattern.compile("static\\s+final\\s+(?:int|long)\\s+(\\w+)\\s*=\\s*([^;]*);");
    private static final Pattern NUMBER =
            Pattern.compile("(?<![\\w.])(0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)[lL]?(?![\\w.])");
    private static final Pattern SHIFT =
            Pattern.compile("(?<![\\w.])([0-9][0-9_]*)[lL]?\\s*<<\\s*([0-9]+)(?![\\w.])");

    /** Constants elsewhere, and what they are instead. */
    private static final Map<String, String> REASONS = reasons();

    private static Map<String, String> reasons() {
        Map<String, String> all = new TreeMap<>();
        String layout = "layout that generated code, exported code too, is written for";
        for (String name : List.of("HEADER", "LARGE", "LINE")) {
            all.put("Buffer." + name, layout);
        }
        all.put("TileSizes.CHANNEL_BLOCK", layout);
        all.put("TileSizes.WINOGRAD_RESULT", "number of a generated method");
        all.put("TileSizes.WINOGRAD_SOURCE", "number of a generated method");
        all.put("LoopStep.WIDEST", "form of generated code: kept under a key that leaves it out");
        all.put("WinogradRule.LEAST_CHANNELS", "decides bits: who is computed how");
        all.put("BytecodeStats.LIMIT", "the JVM's: larger methods are never compiled");
        all.put("Warmup.PATIENCE", "patience with the JVM's compiler; counted in looks");
        all.put("Buffer.MOST", "the JVM's limit of an array");
        all.put("Shape.MANY", "more than any array holds");
        all.put("ElementwiseOps.EXACT", "integers that float64 holds");
        all.put("Draws.FIRST", "where streams of random numbers begin: decides values");
        all.put("BufferPool.CLASSES", "eighths of powers of two in an int");
        all.put("Caches.MOST", "caches that Linux may list");
        all.put("Workers.IDLE_NANOS", "tuning in another unit");
        all.put("Drawing.CHUNK", "multiple of a generator's block, which tasks may not share");
        for (String name : List.of("Executable.KERNEL_BYTES", "KernelCache.PROGRAM_BYTES")) {
            all.put(name, "estimate of what the JVM's heap takes, for budgets");
        }
        for (String name : List.of("Templates.MOST_OF_ONE", "Templates.MOST_STRUCTURES")) {
            all.put(name, "bound of a cache by count");
        }
        all.put("Operands.KEPT", "bound of a cache by count");
        for (String name : List.of("Cut.MOST_VISITS", "FactorSums.MOST_TERMS", "Parts.MOST")) {
            all.put(name, "shapes plans, and so bits: the same on every machine");
        }
        all.put("Convert.CHUNK", "room of a loop of the reference backend");
        all.put("Indexing.SCRATCH", "room of a loop of the reference backend");
        all.put("Backward.SMALL", "first size of a map that grows");
        all.put("TensorFormat.DIGITS", "how tensors are printed");
        all.put("TensorFormat.MOST", "how tensors are printed");
        return all;
    }

    /** Constants of a source that look like tuning. */
    static List<String> found(String source) {
        List<String> names = new ArrayList<>();
        Matcher m = CONSTANT.matcher(COMMENT.matcher(source).replaceAll(" "));
        while (m.find()) {
            if (looksTuned(m.group(2))) {
                names.add(m.group(1));
            }
        }
        return names;
    }

    private static boolean looksTuned(String value) {
        Matcher shift = SHIFT.matcher(value);
        while (shift.find()) {
            if (isLarge(number(shift.group(1)) << Integer.parseInt(shift.group(2)))) {
                return true;
            }
        }
        Matcher number = NUMBER.matcher(SHIFT.matcher(value).replaceAll(" "));
        while (number.find()) {
            if (isLarge(number(number.group(1)))) {
                return true;
            }
        }
        return false;
    }

    private static long number(String text) {
        String digits = text.replace("_", "");
        return digits.startsWith("0x") || digits.startsWith("0X")
                ? Long.parseUnsignedLong(digits.substring(2), 16)
                : Long.parseLong(digits);
    }

    private static boolean isLarge(long n) {
        return n < 0 || n >= 1000 || n >= 8 && Long.bitCount(n) == 1;
    }

    @Test
    void machineNumbersStandInTuning() {
        TreeSet<String> all = new TreeSet<>();
        for (String module : MODULES) {
            for (Path file : ProjectFiles.mainSources(module)) {
                String name = file.getFileName().toString();
                boolean format = file.getParent().endsWith("math");
                if (!format && !HOMES.contains(name)) {
                    String type = name.replace(".java", "");
                    found(ProjectFiles.read(file)).forEach(c -> all.add(type + "." + c));
                }
            }
        }
        assertEquals(REASONS.keySet(), all, "constants that look like tuning, listed and found");
    }

    /** The law sees what it is for, however it is written, and nothing else. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "true | private static final int GRAIN = 1 << 14;",
                "true | static final long GRAIN = 16_384L;",
                "true | static final int ROWS = 128;",
                "true | public static final int BYTES = 0x4000;",
                "true | private static final int LIMIT =~12_000;",
                "true | static final long BYTES = 3L << 20;",
                "true | static final int BOTH = Integer.BYTES * 1000;",
                "false | private static final int GRAIN = Tuning.current().grain();",
                "false | static final int LINE = Tuning.current().line() / 4;",
                "false | static final int STEPS = 30;",
                "false | static final int FOUR = 4;",
                "false | static final float SCALE = 4096;",
                "false | // static final int OLD = 4096;",
                "false | /** static final int OLD = 4096; */",
                "false | int local = 4096;"
            })
    void theLawSeesNumbersHoweverWritten(boolean seen, String source) {
        assertEquals(seen, !found(source.replace("~", "\n    ")).isEmpty(), source);
    }
}
