package org.fusegrad.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fusegrad.Engine;
import org.fusegrad.codegen.CodegenProvider;
import org.fusegrad.data.Dataset;
import org.fusegrad.gradcheck.Backends;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The licences that are shipped are those of what is shipped. */
final class ShippedLicencesTest {
    private static final Path ROOT = Path.of("..");
    private static final Path LICENCES = ROOT.resolve("licenses");
    private static final Pattern ROW =
            Pattern.compile("\\| `(.+)\\.jar` \\| (.+) \\| \\[.+]\\((.+)\\) \\|");

    /* On the class path of tests, but not of the command line. */
    private static final Pattern TESTS_ONLY =
            Pattern.compile("(junit|opentest4j|apiguardian|archunit|slf4j|pytorch|openblas|javacpp"
                    + "|jmh-generator|surefire|fusegrad|jacoco|org\\.jacoco).*");

    private static List<Matcher> rows() throws IOException {
        return Files.readAllLines(LICENCES.resolve("THIRD-PARTY.md")).stream()
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .toList();
    }

    @Test
    void everyLibraryIsListedInItsVersion() throws IOException {
        TreeSet<String> used = new TreeSet<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            String name = Path.of(entry).getFileName().toString();
            if (name.endsWith(".jar") && !TESTS_ONLY.matcher(name).matches()) {
                used.add(name.substring(0, name.length() - 4));
            }
        }
        TreeSet<String> listed = new TreeSet<>();
        rows().forEach(row -> listed.add(row.group(1)));
        assertEquals(used, listed, "licenses/THIRD-PARTY.md and the class path");
    }

    @Test
    void everyTextIsThereAndNoneTooMany() throws IOException {
        TreeSet<String> named = new TreeSet<>(List.of("THIRD-PARTY.md"));
        for (Matcher row : rows()) {
            Path text = LICENCES.resolve(row.group(3)).normalize();
            assertTrue(Files.size(text) > 500, text.toString());
            if (text.startsWith(LICENCES)) {
                named.add(text.getFileName().toString());
            } else {
                assertEquals("Apache-2.0", row.group(2), "LICENSE is of Apache");
            }
        }
        try (Stream<Path> files = Files.list(LICENCES)) {
            TreeSet<String> found = new TreeSet<>();
            files.forEach(file -> found.add(file.getFileName().toString()));
            assertEquals(named, found);
        }
    }

    @Test
    void theNoticeNamesWhatAsksForIt() throws IOException {
        String notice = Files.readString(ROOT.resolve("NOTICE"));
        for (String words : List.of(
                "Fusegrad", "Optical Recognition", "CC BY 4.0", "Apache Software Foundation")) {
            assertTrue(notice.contains(words), words);
        }
    }

    /** Of classes built by Maven, whether in a folder or in a jar. */
    @ParameterizedTest
    @ValueSource(
            classes = {
                Engine.class,
                CodegenProvider.class,
                Dataset.class,
                Backends.class,
                Main.class
            })
    void everyModuleHasItsLicence(Class<?> of) throws IOException, URISyntaxException {
        URI where = of.getProtectionDomain().getCodeSource().getLocation().toURI();
        boolean byMaven = where.getPath().endsWith(".jar") || where.getPath().endsWith("classes/");
        assumeTrue(byMaven, where + " is not built by Maven, which puts the licence there");
        try (URLClassLoader alone = new URLClassLoader(new URL[] {where.toURL()}, null)) {
            for (String name : List.of("LICENSE", "NOTICE")) {
                try (var in = alone.getResourceAsStream("META-INF/" + name)) {
                    assertNotNull(in, name + " in " + where);
                    assertEquals(
                            Files.readString(ROOT.resolve(name)),
                            new String(in.readAllBytes(), StandardCharsets.UTF_8));
                }
            }
        }
    }
}
