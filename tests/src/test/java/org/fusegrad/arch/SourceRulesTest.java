package org.fusegrad.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What every main source keeps to. */
final class SourceRulesTest {
    private static final int LINES = 450;
    private static final int COLUMNS = 100;
    private static final Pattern CLAUSE = Pattern.compile(
            "(?m)^/\\*\\*(?:\\n \\*)? (?:What|Where|How|Which|Whether|Who|Why|When) .*");
    private static final Pattern UNLOCALISED =
            Pattern.compile("\\.formatted\\(|(String\\.format|printf)\\((?!\\s*Locale\\.)[^\n]*");
    private static final Pattern VAGUE =
            Pattern.compile(".*(Manager|Helper|Helpers|Util|Utils|Impl)\\.java");

    /** Complaints of a rule about all files. */
    private static List<String> broken(BiFunction<Path, List<String>, List<String>> rule) {
        List<String> broken = new ArrayList<>();
        for (String module : ProjectFiles.MODULES) {
            for (Path file : ProjectFiles.mainSources(module)) {
                broken.addAll(rule.apply(file, ProjectFiles.read(file).lines().toList()));
            }
        }
        return broken;
    }

    @Test
    void filesAreShort() {
        assertEquals(
                List.of(),
                broken((file, lines) -> lines.size() <= LINES
                        ? List.of()
                        : List.of(file.getFileName() + " has " + lines.size() + " lines")));
    }

    @Test
    void linesAreShort() {
        assertEquals(
                List.of(),
                broken((file, lines) -> lines.stream()
                        .filter(line -> line.codePointCount(0, line.length()) > COLUMNS)
                        .map(line -> file.getFileName() + ": " + line)
                        .toList()));
    }

    /** A class is a thing: its comment says which, not what it does or where. */
    @Test
    void commentsOfClassesBeginWithWhatTheClassIs() {
        assertEquals(List.of(), broken((file, lines) -> {
            Matcher m = CLAUSE.matcher(String.join("\n", lines));
            return m.find() ? List.of(file.getFileName() + ": " + m.group().strip()) : List.of();
        }));
    }

    /** Digits would follow the user's locale, in messages and in Java that is printed to be run. */
    @Test
    void whatIsFormattedNamesItsLocale() {
        assertEquals(List.of(), broken((file, lines) -> {
            Matcher m = UNLOCALISED.matcher(String.join("\n", lines));
            return m.find() ? List.of(file.getFileName() + ": " + m.group()) : List.of();
        }));
    }

    @Test
    void namesSayWhatAClassIs() {
        assertEquals(
                List.of(),
                broken((file, lines) ->
                        VAGUE.matcher(file.getFileName().toString()).matches()
                                ? List.of(file.getFileName().toString())
                                : List.of()));
    }
}
