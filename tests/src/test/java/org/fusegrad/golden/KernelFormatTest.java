package org.fusegrad.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fusegrad.arch.ProjectFiles;
import org.fusegrad.codegen.contract.Contractions;
import org.fusegrad.codegen.contract.Tile;
import org.fusegrad.codegen.contract.TileProgram;
import org.fusegrad.codegen.drive.Frame;
import org.fusegrad.codegen.drive.RowProgram;
import org.fusegrad.codegen.load.KernelRegistry;
import org.fusegrad.codegen.load.ProgramId;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.golden.GoldenSourceTest.Golden;
import org.junit.jupiter.api.Test;

/**
 * What generated classes and the code that runs them agree on, written down beside the number of
 * the format: the classes between them, and which method of a generated class has which number and
 * touches what. Classes that users exported know nothing of a change here; the number tells them.
 */
final class KernelFormatTest {
    private static final String UPDATE = "golden.update";
    private static final Path FILE =
            ProjectFiles.root().resolve("tests/src/test/resources/golden/kernel-format.txt");
    private static final String FORMAT = "KernelRegistry.FORMAT " + KernelRegistry.FORMAT;
    private static final String ADVICE = "what exported classes and the code that runs them agree"
            + " on is not what it was: raise KernelRegistry.FORMAT, so that those exported before are"
            + " refused, then run with -D" + UPDATE + "=true";

    private static final Pattern METHOD =
            Pattern.compile("static void (\\w+)\\((?:Frame|Tile) \\w\\)");
    private static final Pattern TOUCHED =
            Pattern.compile("(?:\\((\\w+\\[])\\) )?\\b[ft]\\.(\\w+(?:\\[\\d+])?)");
    private static final Pattern NUMBER =
            Pattern.compile("case (\\d+):\\s+(?:return )?(\\w+)\\([ft]\\)");

    /** By class, or by the key that a registry finds a generated one by. */
    private static Map<String, List<String>> agreement() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (Class<?> c : List.of(RowProgram.class, Frame.class, TileProgram.class, Tile.class)) {
            all.put(c.getName(), members(c));
        }
        for (Golden golden : GoldenSourceTest.goldens()) {
            String key = ProgramId.of(LoopKernel.of(golden.kernelGraph())).key(golden.bits());
            all.put(golden.file() + " " + key, shape(golden.source()));
        }
        for (int bits : new int[] {0, 128, 256, 512}) {
            String key = Contractions.tiles(bits).key(bits);
            all.put("Tiles " + key, shape(Contractions.source("", bits).text()));
        }
        return all;
    }

    private static String text(Map<String, List<String>> agreement) {
        StringBuilder text = new StringBuilder(FORMAT).append('\n');
        agreement.forEach((who, lines) -> {
            text.append(who).append('\n');
            lines.forEach(line -> text.append("  ").append(line).append('\n'));
        });
        return text.toString();
    }

    private static Map<String, List<String>> parse(List<String> recorded) {
        Map<String, List<String>> all = new LinkedHashMap<>();
        List<String> lines = new ArrayList<>();
        for (String line : recorded) {
            if (line.startsWith("  ")) {
                lines.add(line.strip());
            } else {
                lines = all.computeIfAbsent(line, k -> new ArrayList<>());
            }
        }
        return all;
    }

    private static List<String> members(Class<?> c) {
        Stream<Member> all = Stream.concat(
                Arrays.stream(c.getDeclaredFields()), Arrays.stream(c.getDeclaredMethods()));
        return all.filter(m -> Modifier.isPublic(m.getModifiers()))
                .map(Object::toString)
                .sorted()
                .toList();
    }

    /** Each method of a generated class: its number, and what it touches of frame or tile. */
    private static List<String> shape(String source) {
        List<String> lines = new ArrayList<>();
        Matcher number = NUMBER.matcher(source);
        while (number.find()) {
            lines.add(number.group(1) + " is " + number.group(2));
        }
        assertTrue(!lines.isEmpty(), source);
        Matcher method = METHOD.matcher(source);
        int end = method.find() ? method.start() : source.length();
        while (end < source.length()) {
            String name = method.group(1);
            int start = method.end();
            end = method.find() ? method.start() : source.length();
            TreeSet<String> touched = new TreeSet<>();
            Matcher access = TOUCHED.matcher(source.substring(start, end));
            while (access.find()) {
                String type = access.group(1);
                touched.add((type == null ? "" : "(" + type + ") ") + access.group(2));
            }
            lines.add(name + " " + touched);
        }
        return lines;
    }

    @Test
    void theFormatGoesUpWithWhatItStandsFor() throws IOException {
        Map<String, List<String>> now = agreement();
        List<String> file = Files.readAllLines(FILE);
        Map<String, List<String>> recorded = parse(file.subList(1, file.size()));
        if (file.get(0).equals(FORMAT)) {
            // A kernel that is planned otherwise has another key, and no old class is run for it.
            recorded.keySet().retainAll(now.keySet());
            recorded.forEach((who, lines) -> assertEquals(
                    String.join("\n", lines),
                    String.join("\n", now.get(who)),
                    who + ": " + ADVICE));
        }
        if (Boolean.getBoolean(UPDATE)) {
            Files.writeString(FILE, text(now));
        }
        assertEquals(
                Files.readString(FILE),
                text(now),
                "kernels or the format are not those written down: run with -D" + UPDATE + "=true");
    }
}
