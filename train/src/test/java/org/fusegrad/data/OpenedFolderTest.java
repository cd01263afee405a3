package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.fusegrad.data.transform.CenterCrop;
import org.fusegrad.data.transform.RandomHorizontalFlip;
import org.fusegrad.data.transform.Resize;
import org.fusegrad.data.transform.Transform;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Image folders whose files are decoded when they are asked for. */
final class OpenedFolderTest {
    private static final ImageFolder.Options DEFAULTS = ImageFolder.Options.defaults();

    @TempDir
    Path root;

    @BeforeEach
    void writeFolder() throws IOException {
        Random random = new Random(3);
        for (String kind : List.of("cat", "dog")) {
            for (int i = 0; i < 7; i++) {
                write(kind + "/" + i + ".png", 9, 8, random);
            }
        }
    }

    private Path write(String path, int width, int height, Random random) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, random.nextInt(1 << 24));
        }
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        assertTrue(ImageIO.write(image, "png", file.toFile()));
        return file;
    }

    private static List<float[]> batches(Dataset data, int workers, Transform transform) {
        DataLoader.Builder loader =
                DataLoader.builder(data, 4).shuffle().seed(5).workers(workers);
        if (transform != null) {
            loader.transform(transform);
        }
        List<float[]> all = new ArrayList<>();
        loader.build().epoch(1).forEach(batch -> all.add(batch.images()));
        return all;
    }

    private static void assertSame(List<float[]> want, List<float[]> got) {
        assertEquals(want.size(), got.size());
        for (int i = 0; i < want.size(); i++) {
            assertArrayEquals(want.get(i), got.get(i));
        }
    }

    @Test
    void openedIsAsLoaded() {
        Dataset loaded = ImageFolder.loadClasses(root, DEFAULTS);
        Dataset opened = ImageFolder.openClasses(root, DEFAULTS);
        assertEquals(loaded.classNames(), opened.classNames());
        assertArrayEquals(loaded.labels(), opened.labels());
        assertEquals(loaded.normalization(), opened.normalization());
        assertArrayEquals(loaded.image(11), opened.image(11));
        Dataset part = opened.subset(new int[] {3, 12});
        assertArrayEquals(loaded.image(12), part.image(1));
        List<float[]> want = batches(loaded, 0, null);
        assertSame(want, batches(opened, 0, null));
        assertSame(want, batches(opened, 3, null));
        Transform flip = new RandomHorizontalFlip();
        assertSame(batches(loaded, 0, flip), batches(opened, 2, flip));
    }

    @Test
    void sizesDifferUnlessSomethingMakesThemEqual() throws IOException {
        write("dog/x.png", 12, 30, new Random(4));
        Dataset opened = ImageFolder.openClasses(root, DEFAULTS);
        String message = assertThrows(DataException.class, () -> batches(opened, 0, null))
                .getMessage();
        assertTrue(message.contains("x.png is 30x12"), message);
        assertEquals(
                4, batches(opened, 2, Resize.shorter(8).then(new CenterCrop(8))).size());
        Dataset resized = ImageFolder.openClasses(root, DEFAULTS.resize(5, 5));
        assertSame(
                batches(ImageFolder.loadClasses(root, DEFAULTS.resize(5, 5)), 0, null),
                batches(resized, 1, null));
    }

    @Test
    void damagedFileFailsWhenItIsRead() throws IOException {
        Files.write(root.resolve("dog/6.png"), new byte[] {1, 2, 3});
        Dataset opened = ImageFolder.openClasses(root, DEFAULTS);
        assertEquals(14, opened.size());
        for (int workers : new int[] {0, 2}) {
            String message = assertThrows(DataException.class, () -> batches(opened, workers, null))
                    .getMessage();
            assertTrue(message.contains("6.png"), message);
        }
    }
}
