package org.fusegrad.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The glossary's classes exist, and its words come once. */
final class GlossaryTest {
    private static final Pattern ROW = Pattern.compile("\\| (.+) \\| (.+) \\| `(\\w+)` \\|");

    private static Set<String> classes() throws IOException {
        Set<String> names = new TreeSet<>();
        for (String module : List.of("engine", "codegen", "ops")) {
            Path sources = Documents.root().resolve(module + "/src/main/java");
            try (Stream<Path> all = Files.walk(sources)) {
                all.map(p -> p.getFileName().toString())
                        .filter(n -> n.endsWith(".java"))
                        .forEach(n -> names.add(n.replace(".java", "")));
            }
        }
        return names;
    }

    @Test
    void everyWordLivesSomewhere() throws IOException {
        Set<String> classes = classes();
        List<String> words = new ArrayList<>();
        List<String> homeless = new ArrayList<>();
        for (String line : Files.readAllLines(Documents.root().resolve("docs/GLOSSARY.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                words.add(row.group(1));
                if (!classes.contains(row.group(3))) {
                    homeless.add(row.group(1) + ": " + row.group(3));
                }
            }
        }
        assertTrue(words.size() >= 20, "only " + words.size() + " words");
        assertEquals(words.size(), Set.copyOf(words).size());
        assertEquals(List.of(), homeless);
    }
}
