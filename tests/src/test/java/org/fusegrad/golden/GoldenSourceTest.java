package org.fusegrad.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.fusegrad.Explanation;
import org.fusegrad.Tensor;
import org.fusegrad.arch.ProjectFiles;
import org.fusegrad.codegen.Forms;
import org.fusegrad.graph.KernelGraph;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.ops.Activation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Generated sources, to be read and compared. After a change of the generator that is meant, {@code
 * mvn -pl tests -am test -Dtest=GoldenSourceTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dgolden.update=true} writes them anew; the difference belongs to the review. Whether {@code
 * KernelRegistry.FORMAT} goes up with it, {@link KernelFormatTest} says.
 */
final class GoldenSourceTest {
    private static final String UPDATE = "golden.update";

    /** A file and the kernel whose source it holds. */
    record Golden(String file, Supplier<Explanation> formula, int kernel, int bits) {
        Path path() {
            return ProjectFiles.root()
                    .resolve("tests/src/test/resources/golden")
                    .resolve(file + ".java");
        }

        KernelGraph kernelGraph() {
            return Forms.kernels(formula).get(kernel);
        }

        /** The source; which widths the machine has does not matter. */
        String source() {
            return Forms.source(kernelGraph(), file, bits).text();
        }

        @Override
        public String toString() {
            return file;
        }
    }

    static List<Golden> goldens() {
        Supplier<Explanation> batchNorm =
                () -> new BatchNorm2d(3).explain(Tensor.zeros(2, 3, 4, 5), Activation.NONE);
        Supplier<Explanation> layerNorm =
                () -> new LayerNorm(7).explain(Tensor.zeros(4, 7), Activation.NONE);
        List<Golden> all = new ArrayList<>();
        for (int bits : new int[] {0, 512}) {
            String lanes = bits == 0 ? "Scalar" : "Vector" + bits;
            all.add(new Golden("BatchNormForward" + lanes, batchNorm, 0, bits));
            all.add(new Golden("BatchNormBackward" + lanes, batchNorm, 1, bits));
            all.add(new Golden("LayerNormForward" + lanes, layerNorm, 0, bits));
            all.add(new Golden("LayerNormBackward" + lanes, layerNorm, 1, bits));
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void sourceIsAsReviewed(Golden golden) throws IOException {
        String source = golden.source();
        if (Boolean.getBoolean(UPDATE)) {
            Files.createDirectories(golden.path().getParent());
            Files.writeString(golden.path(), source);
        }
        assertEquals(
                Files.readString(golden.path()),
                source,
                "if the change is meant, run with -D" + UPDATE + "=true");
    }
}
