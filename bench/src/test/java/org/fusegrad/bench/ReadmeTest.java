package org.fusegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The table of the README is that of the run it names, and the pictures it shows are drawn from it.
 * After a new run {@code -Dgolden.update=true} writes the table and draws the pictures.
 */
final class ReadmeTest {
    private static final String UPDATE = "golden.update";
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern TABLE =
            Pattern.compile("(<!-- bench: (\\S+) -->\n)(.*?)(<!-- end -->)", Pattern.DOTALL);

    @Test
    void theTableComesFromTheRun() throws IOException {
        String text = Files.readString(README);
        Matcher table = TABLE.matcher(text);
        assertTrue(table.find(), "README.md has no '<!-- bench: FILE -->' ... '<!-- end -->'");
        Path file = README.resolveSibling(table.group(2));
        String expected = BenchTable.markdown(BenchFile.read(file));
        if (Boolean.getBoolean(UPDATE)) {
            BenchPictures.write(BenchFile.read(file), file);
            String next = table.group(1) + "\n" + expected + "\n" + table.group(4);
            Files.writeString(README, table.replaceFirst(Matcher.quoteReplacement(next)));
        } else {
            assertEquals(
                    expected, table.group(3).strip() + "\n", "run it with -D" + UPDATE + "=true");
        }
    }
}
