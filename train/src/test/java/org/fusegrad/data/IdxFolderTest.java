package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Image sets of MNIST's form under all names they go by, and what their labels say of classes. */
final class IdxFolderTest {
    @TempDir
    Path directory;

    private void writeSet(String names, int type, int... labels) throws IOException {
        for (String part : List.of("train", "test")) {
            String path = names.formatted(
                    names.contains("emnist") || part.equals("train") ? part : "t10k", "images", 3);
            byte[] images = IdxTest.idx(4 * labels.length, 0x803, labels.length, 2, 2);
            Files.write(
                    directory.resolve(path), path.endsWith(".gz") ? IdxTest.gzip(images) : images);
            double[] values = Arrays.stream(labels).asDoubleStream().toArray();
            byte[] written = IdxTest.typed(type, new int[] {labels.length}, values);
            String labelsPath = path.replace("images", "labels").replace("idx3", "idx1");
            Files.write(
                    directory.resolve(labelsPath),
                    path.endsWith(".gz") ? IdxTest.gzip(written) : written);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%s-%s-idx%d-ubyte",
                "%s-%s-idx%d-ubyte.gz",
                "%s-%s.idx%d-ubyte",
                "%s-%s.idx%d-ubyte.gz",
                "emnist-balanced-%s-%s-idx%d-ubyte.gz",
                "emnist-balanced-%s-%s.idx%d-ubyte",
                "%s-%s-idx%d-int",
                "%s-%s.idx%d"
            })
    void loadsEverySpellingOfTheNames(String names) throws IOException {
        writeSet(names, 8, 0, 12, 46);
        assertTrue(Idx.holds(directory));
        Dataset.Split parts = Idx.load(directory);
        assertEquals(47, parts.train().classes());
        assertEquals("46", parts.test().classNames().get(46));
        assertArrayEquals(new int[] {0, 12, 46}, parts.test().labels());
        assertArrayEquals(new byte[] {4, 5, 6, 7}, parts.train().image(1));
        assertEquals(directory.getFileName() + " train", parts.train().name());
    }

    @Test
    void labelsFromOneAreClassesFromZero() throws IOException {
        writeSet("emnist-letters-%s-%s-idx%d-ubyte", 8, 1, 3, 26);
        Dataset train = Idx.load(directory).train();
        assertEquals(26, train.classes());
        assertArrayEquals(new int[] {0, 2, 25}, train.labels());
        assertEquals("26", train.classNames().get(25));
        List<String> letters = List.of("abcdefghijklmnopqrstuvwxyz".split(""));
        Dataset named = Idx.load(directory, "letters", letters).train();
        assertEquals("c", named.classNames().get(named.label(1)));
        Dataset more = Idx.load(
                        directory,
                        "more",
                        IntStream.range(0, 27).mapToObj(k -> "k" + k).toList())
                .test();
        assertEquals("k3", more.classNames().get(more.label(1)));
    }

    @Test
    void oneOfSeveralSetsIsNamedByItsPrefix() throws IOException {
        writeSet("emnist-letters-%s-%s-idx%d-ubyte.gz", 8, 1, 2);
        writeSet("emnist-digits-%s-%s-idx%d-ubyte.gz", 8, 0, 9);
        String message =
                assertThrows(DataException.class, () -> Idx.load(directory)).getMessage();
        assertTrue(message.contains("[emnist-digits-, emnist-letters-]"), message);
        assertTrue(message.contains(directory.resolve("emnist-digits").toString()), message);
        assertEquals(2, Idx.load(directory.resolve("emnist-letters")).train().classes());
        Dataset digits = Idx.load(directory.resolve("emnist-digits")).train();
        assertEquals("emnist-digits train: 2 images of 1x2x2, 10 classes", digits.toString());
        assertFalse(Idx.holds(directory.resolve("emnist")));
        assertFalse(FashionMnist.find(List.of(directory.resolve("no"))).isPresent());
        writeSet("%s-%s-idx%d-ubyte", 8, 0, 1, 2); // a set without a prefix is the folder's own
        assertEquals(3, Idx.load(directory).test().size());
    }

    @Test
    void manyClassesAndHugeLabelsAreToldApart() throws IOException {
        writeSet("%s-%s-idx%d-ubyte", 0x0c, 0, 65_536);
        assertEquals(65_537, Idx.load(directory).train().classes());
        writeSet("%s-%s-idx%d-ubyte", 0x0c, 0, Integer.MAX_VALUE);
        String message =
                assertThrows(DataException.class, () -> Idx.load(directory)).getMessage();
        assertTrue(message.contains("a label 2147483647, above the limit of 65536"), message);
    }
}
