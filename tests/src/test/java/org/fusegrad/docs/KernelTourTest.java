package org.fusegrad.docs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.arch.ProjectFiles;
import org.fusegrad.codegen.Forms;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.ops.Activation;
import org.junit.jupiter.api.Test;

/**
 * The listings of the kernel tour are what the generator writes. With {@code -Dgolden.update=true}
 * they are put in anew.
 */
final class KernelTourTest {
    private static final Path TOUR = ProjectFiles.root().resolve("docs/KERNEL_TOUR.md");
    private static final String VECTORS = "## The same with vectors";

    /** A method that the tour shows: from its first line to the brace that ends it. */
    private static final Pattern METHOD =
            Pattern.compile("(?ms)^static \\w+ (\\w+)\\([^)]*\\) \\{\\n.*?^\\}\\n");

    private static final Pattern GRAPH =
            Pattern.compile("(?s)(## The graph\\n\\n```\\n).*?(```\\n)");

    private static KernelGraph kernel() {
        Supplier<Explanation> batchNorm =
                () -> new BatchNorm2d(32).explain(Tensor.zeros(32, 32, 4, 4), Activation.NONE);
        return Forms.kernels(batchNorm).get(0);
    }

    private static String source(int bits) {
        return Forms.source(kernel(), "Tour", bits).text().replaceAll("(?m)^    ", "");
    }

    private static String method(String source, String name) {
        Matcher all = METHOD.matcher(source);
        while (all.find()) {
            if (all.group(1).equals(name)) {
                return all.group();
            }
        }
        throw new AssertionError("the generator writes no method " + name);
    }

    /** The tour with its methods replaced by those of the generator. */
    private static String renewed(String tour) {
        String scalar = source(0);
        String vector = source(512);
        int vectors = tour.indexOf(VECTORS);
        int after = tour.indexOf("\n## ", vectors + 1);
        assertTrue(vectors > 0 && after > 0);
        StringBuilder out = new StringBuilder();
        Matcher shown = METHOD.matcher(tour);
        int methods = 0;
        while (shown.find()) {
            boolean inVectors = shown.start() > vectors && shown.start() < after;
            String method = method(inVectors ? vector : scalar, shown.group(1));
            shown.appendReplacement(out, Matcher.quoteReplacement(method));
            methods++;
        }
        assertTrue(methods >= 4, "the tour shows methods");
        String graph = Matcher.quoteReplacement(GraphPrinter.print(kernel().graph()));
        return GRAPH.matcher(shown.appendTail(out)).replaceFirst("$1" + graph + "$2");
    }

    @Test
    void listingsAreWhatTheGeneratorWrites() throws IOException {
        String tour = Files.readString(TOUR);
        String renewed = renewed(tour);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(TOUR, renewed);
        }
        assertEquals(renewed, Files.readString(TOUR), "run with -Dgolden.update=true");
    }
}
