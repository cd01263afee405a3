package org.fusegrad.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageFolderTest {
    private static final ImageFolder.Options DEFAULTS = ImageFolder.Options.defaults();

    @TempDir
    Path root;

    /** Writes train and test with classes cat (red) and dog (blue), 4x6 pixels. */
    @BeforeEach
    void writeFolder() throws IOException {
        for (String part : List.of("train", "test")) {
            for (int i = 0; i < 3; i++) {
                write(part + "/cat/" + i + ".png", filled(6, 4, 0xff0000 + i));
                write(part + "/dog/" + i + ".png", filled(6, 4, 0x0000ff - i));
            }
        }
    }

    private static BufferedImage filled(int width, int height, int rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int[] all = new int[width * height];
        Arrays.fill(all, rgb);
        image.setRGB(0, 0, width, height, all, 0, width);
        return image;
    }

    private Path write(String path, BufferedImage image) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        String format = path.endsWith(".png") ? "png" : "jpeg";
        assertTrue(ImageIO.write(image, format, file.toFile()));
        return file;
    }

    private String refusal() {
        return assertThrows(DataException.class, () -> ImageFolder.load(root)).getMessage();
    }

    private void assertRefused(String... says) {
        String message = refusal();
        for (String words : says) {
            assertTrue(message.contains(words), message);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void loadsInNameOrderWithAnyNumberOfThreads(int threads) {
        Dataset.Split parts = ImageFolder.load(root, DEFAULTS.threads(threads));
        Dataset train = parts.train();
        assertEquals(List.of("cat", "dog"), train.classNames());
        assertEquals(new Dataset.Shape(3, 4, 6), train.shape());
        assertArrayEquals(new int[] {0, 0, 0, 1, 1, 1}, train.labels());
        for (int i = 0; i < 3; i++) {
            assertArrayEquals(planes(255, 0, i), train.image(i));
            assertArrayEquals(planes(0, 0, 255 - i), train.image(3 + i));
        }
        assertEquals(6, parts.test().size());
    }

    private static byte[] planes(int red, int green, int blue) {
        byte[] pixels = new byte[72];
        Arrays.fill(pixels, 0, 24, (byte) red);
        Arrays.fill(pixels, 24, 48, (byte) green);
        Arrays.fill(pixels, 48, 72, (byte) blue);
        return pixels;
    }

    @Test
    void rowsAndColumnsAreNotSwapped() throws IOException {
        BufferedImage image = filled(6, 4, 0);
        image.setRGB(5, 1, 0x0a141e);
        Path file = write("one/a/x.png", image);
        byte[] pixels =
                ImageFolder.loadClasses(file.getParent().getParent(), DEFAULTS).image(0);
        assertEquals(10, pixels[6 + 5]);
        assertEquals(20, pixels[24 + 6 + 5]);
        assertEquals(30, pixels[48 + 6 + 5]);
        assertEquals(60, pixels[11] + pixels[35] + pixels[59]);
    }

    @Test
    void greyIsWeightedAndGreyFilesKeepTheirValues() throws IOException {
        int[] formats = {
            BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY,
        };
        for (int format : formats) {
            BufferedImage grey = new BufferedImage(2, 1, format);
            int most = format == BufferedImage.TYPE_BYTE_GRAY ? 1 : 256;
            grey.getRaster().setSample(0, 0, 0, 100 * most);
            grey.getRaster().setSample(1, 0, 0, 200 * most);
            write("grey/a/" + format + ".png", grey);
        }
        write("grey/a/b.png", filled(2, 1, 0xc86432));
        Dataset data = ImageFolder.loadClasses(root.resolve("grey"), DEFAULTS.grey());
        assertArrayEquals(new byte[] {100, (byte) 200}, data.image(0));
        assertArrayEquals(new byte[] {100, (byte) 200}, data.image(1));
        int mixed = Math.round(0.299f * 200 + 0.587f * 100 + 0.114f * 50);
        assertArrayEquals(new byte[] {(byte) mixed, (byte) mixed}, data.image(2));
    }

    @Test
    void palettesAndAlphaBecomeColour() throws IOException {
        BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        bits.setRGB(1, 0, 0xffffffff);
        write("mixed/a/0.png", bits);
        BufferedImage clear = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        clear.setRGB(0, 0, 0x80010203);
        clear.setRGB(1, 0, 0xff040506);
        write("mixed/a/1.png", clear);
        Dataset data = ImageFolder.loadClasses(root.resolve("mixed"), DEFAULTS);
        assertArrayEquals(new byte[] {0, -1, 0, -1, 0, -1}, data.image(0));
        assertArrayEquals(new byte[] {1, 4, 2, 5, 3, 6}, data.image(1));
    }

    @Test
    void reportsProgress() {
        List<String> seen = new ArrayList<>();
        ImageFolder.Options options =
                DEFAULTS.progress((part, done, total) -> seen.add(part + done + "/" + total));
        ImageFolder.load(root, options);
        String name = root.getFileName().toString();
        assertEquals(List.of(name + " train6/6", name + " test6/6"), seen);
    }

    @Test
    void takesValInsteadOfTestButNotBoth() throws IOException {
        Files.move(root.resolve("test"), root.resolve("val"));
        assertEquals(6, ImageFolder.load(root).test().size());
        Files.createDirectory(root.resolve("test"));
        assertRefused("both test and val");
        Files.delete(root.resolve("test"));
        Files.move(root.resolve("val"), root.resolve("valid"));
        assertRefused("neither test nor val");
    }

    @Test
    void refusesOtherSizesUnlessToldToResize() throws IOException {
        write("test/dog/1.png", filled(7, 4, 0x102030));
        assertRefused("1.png is 4x7", "the first image 4x6", "ask for a size");
        Dataset.Split parts = ImageFolder.load(root, DEFAULTS.resize(5, 3));
        assertEquals(new Dataset.Shape(3, 5, 3), parts.test().shape());
        byte[] flat = parts.test().image(4);
        assertEquals(0x10, flat[0]);
        assertEquals(0x20, flat[15 + 7]);
        assertEquals(0x30, flat[44]);
    }

    @Test
    void namesTheFirstBadFileWithAnyNumberOfThreads() throws IOException {
        for (int i = 10; i < 60; i++) {
            Files.write(root.resolve("train/cat/" + i + ".png"), new byte[] {1, 2, 3});
        }
        for (int run = 0; run < 20; run++) {
            ImageFolder.Options options = DEFAULTS.threads(1 + run % 8);
            DataException fault =
                    assertThrows(DataException.class, () -> ImageFolder.load(root, options));
            assertTrue(fault.getMessage().contains("10.png does not start"), fault.getMessage());
        }
    }

    @Test
    void refusesEmptyAndMissingClasses() throws IOException {
        Path empty = Files.createDirectory(root.resolve("train/ant"));
        assertRefused("ant has no images");
        Files.delete(empty);
        write("test/eel/0.png", filled(6, 4, 0));
        assertRefused("[cat, dog, eel]", "[cat, dog]");
    }

    @Test
    void refusesPartsWithoutClassFolders() throws IOException {
        Path bare = Files.createDirectory(root.resolve("bare"));
        DataException fault =
                assertThrows(DataException.class, () -> ImageFolder.loadClasses(bare, DEFAULTS));
        assertTrue(fault.getMessage().contains("no class folders"), fault.getMessage());
        write("train/loose.png", filled(6, 4, 0));
        assertRefused("loose.png is not a class folder");
        Path missing = root.resolve("missing");
        assertThrows(DataException.class, () -> ImageFolder.loadClasses(missing, DEFAULTS));
    }

    @Test
    void refusesOtherFilesButSkipsHiddenOnes() throws IOException {
        Files.writeString(root.resolve("train/.hidden"), "x");
        Files.writeString(root.resolve("train/cat/.hidden"), "x");
        assertEquals(6, ImageFolder.load(root).train().size());
        Files.writeString(root.resolve("train/cat/readme.txt"), "x");
        assertRefused("readme.txt is not a .jpg");
        Files.delete(root.resolve("train/cat/readme.txt"));
        Files.createDirectory(root.resolve("train/cat/deep.png"));
        assertRefused("deep.png is not a .jpg");
    }

    @Test
    void refusesSymbolicLinks() throws IOException {
        Path loop = root.resolve("train/loop");
        Files.createSymbolicLink(loop, root);
        assertRefused("loop is a symbolic link");
        Files.delete(loop);
        Path link = root.resolve("train/cat/link.png");
        Files.createSymbolicLink(link, root.resolve("train/cat/0.png"));
        assertRefused("link.png is a symbolic link");
    }

    @Test
    void refusesASymbolicLinkForAPart() throws IOException {
        Files.move(root.resolve("test"), root.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve("test"), root.resolve("elsewhere"));
        assertRefused("test is a symbolic link");
    }

    @Test
    void refusesCutOffAndDamagedImages() throws IOException {
        byte[] png = Files.readAllBytes(root.resolve("train/cat/0.png"));
        Files.write(root.resolve("train/cat/1.png"), Arrays.copyOf(png, png.length - 30));
        assertRefused("1.png is damaged");
        Files.delete(root.resolve("train/cat/1.png"));
        Path jpeg = write("train/cat/2.jpg", filled(6, 4, 0x336699));
        byte[] whole = Files.readAllBytes(jpeg);
        assertEquals(6, ImageFolder.load(root).train().size());
        for (int cut : new int[] {1, 10, whole.length - 3}) {
            Files.write(jpeg, Arrays.copyOf(whole, whole.length - cut));
            assertRefused("2.jpg is damaged");
        }
    }

    @Test
    void refusesSizeBombsByTheirHeader() throws IOException {
        byte[] png = Files.readAllBytes(root.resolve("train/cat/0.png"));
        ByteBuffer header = ByteBuffer.wrap(png);
        for (int[] size : new int[][] {{100_000, 1}, {16_000, 16_000}, {Integer.MAX_VALUE, 9}}) {
            header.putInt(16, size[0]).putInt(20, size[1]);
            CRC32 checksum = new CRC32();
            checksum.update(png, 12, 17);
            header.putInt(29, (int) checksum.getValue());
            Files.write(root.resolve("train/cat/0.png"), png);
            assertRefused("0.png is " + size[1] + "x" + size[0], "scale it");
        }
    }

    @Test
    void optionsCheckTheirValues() {
        assertThrows(DataException.class, () -> DEFAULTS.resize(0, 5));
        assertThrows(DataException.class, () -> DEFAULTS.resize(-1, -1));
        assertThrows(DataException.class, () -> DEFAULTS.resize(5, 4097));
        assertThrows(DataException.class, () -> DEFAULTS.threads(0));
        assertThrows(
                DataException.class,
                () -> new ImageFolder.Options(2, 0, 0, 1, DEFAULTS.progress()));
    }

    @Test
    void loadsCifar10() {
        String where = System.getenv().getOrDefault("FUSEGRAD_CIFAR10", "");
        assumeTrue(!where.isEmpty(), "FUSEGRAD_CIFAR10 names no CIFAR-10 image folder");
        Path cifar = Path.of(where);
        Dataset test = ImageFolder.loadClasses(cifar.resolve("test"), DEFAULTS);
        assertEquals("test: 10000 images of 3x32x32, 10 classes", test.toString());
        int[] even = new int[10];
        Arrays.fill(even, 1000);
        assertArrayEquals(even, test.classCounts());
        assertEquals("airplane", test.classNames().get(0));
        assertEquals(0.49, test.normalization().mean().get(0), 0.01);
    }
}
