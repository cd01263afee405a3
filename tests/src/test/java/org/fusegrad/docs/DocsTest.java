package org.fusegrad.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fusegrad.flags.Flags;
import org.fusegrad.graph.NumericContract;
import org.fusegrad.graph.WinogradRule;
import org.junit.jupiter.api.Test;

/** The documents agree with the project. */
final class DocsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern CONSTANT = Pattern.compile("\\| `([A-Z_]+)` \\| ([0-9]+) \\|");
    private static final Pattern FLAG = Pattern.compile("`fusegrad\\.([a-z]+)");

    @Test
    void flagsAreAsRegistered() throws IOException {
        String written = Files.readString(Documents.root().resolve("docs/FLAGS.md"));
        assertEquals(Flags.markdown(), written, "copy Flags.markdown() into docs/FLAGS.md");
    }

    /** NUMERICS.md has a row for each constant of the contract, with its value. */
    @Test
    void contractIsAsTheCodeHasIt() throws IOException, IllegalAccessException {
        String written = Files.readString(Documents.root().resolve("docs/NUMERICS.md"));
        Matcher row = CONSTANT.matcher(written);
        Map<String, Integer> table = new TreeMap<>();
        while (row.find()) {
            table.put(row.group(1), Integer.valueOf(row.group(2)));
        }
        Map<String, Integer> code = new TreeMap<>();
        for (Field field : NumericContract.class.getFields()) {
            code.put(field.getName(), field.getInt(null));
        }
        assertEquals(code, table);
        assertTrue(written.contains("`LEAST_CHANNELS`, is " + WinogradRule.LEAST_CHANNELS + "."));
    }

    @Test
    void everyFlagNamedExists() throws IOException {
        for (Path document : Documents.all()) {
            Matcher flag = FLAG.matcher(Files.readString(document));
            while (flag.find()) {
                String property = "fusegrad." + flag.group(1);
                assertTrue(
                        Flags.all().stream().anyMatch(f -> f.property().equals(property)),
                        () -> document + " names " + property);
            }
        }
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        for (Path document : Documents.all()) {
            Matcher link = LINK.matcher(Files.readString(document));
            while (link.find()) {
                Path target = document.resolveSibling(link.group(1)).normalize();
                assertTrue(Files.exists(target), () -> document + " links to " + target);
            }
        }
    }
}
