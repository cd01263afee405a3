package org.fusegrad.data;

import static org.fusegrad.data.Jpegs.ascii;
import static org.fusegrad.data.Jpegs.bytes;
import static org.fusegrad.data.Jpegs.joined;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures that are stored turned or mirrored. */
final class OrientationTest {
    private static final ImageFolder.Options GREY =
            ImageFolder.Options.defaults().grey().threads(1);

    @TempDir
    Path root;

    private Dataset load(ImageFolder.Options options, byte[]... images) throws IOException {
        Path folder = Files.createDirectories(root.resolve("one/a"));
        for (int i = 0; i < images.length; i++) {
            Files.write(folder.resolve(i + ".jpg"), images[i]);
        }
        return ImageFolder.loadClasses(root.resolve("one"), options);
    }

    private static byte[] png(byte[] exif) {
        return Pngs.file(3, 2, 8, 0, 0, (y, x, c) -> 10 * (3 * y + x), Pngs.chunk("eXIf", exif));
    }

    /* Each block of 8 x 8 is one grey, in the order 0, 1, 2 / 3, 4, 5. */
    private static byte[] jpeg() {
        int[][] greys = {{0}, {50}, {100}, {150}, {200}, {250}};
        return Jpegs.components(24, 16, greys);
    }

    /** By the definition: what the stored row 0 and column 0 are to the viewer. */
    @ParameterizedTest
    @CsvSource({
        "1, 012345",
        "2, 210543",
        "3, 543210",
        "4, 345012",
        "5, 031425",
        "6, 304152",
        "7, 524130",
        "8, 251403"
    })
    void picturesAreTurnedUpright(int orientation, String order) throws IOException {
        int width = orientation < 5 ? 3 : 2;
        byte[] expected = new byte[6];
        for (int i = 0; i < 6; i++) {
            expected[i] = (byte) (10 * (order.charAt(i) - '0'));
        }
        Dataset png = load(GREY, png(Jpegs.tiff(orientation, 'M', 3)));
        assertEquals(new Dataset.Shape(1, 6 / width, width), png.shape());
        assertArrayEquals(expected, png.image(0));

        Dataset jpeg = load(GREY, Jpegs.with(jpeg(), Jpegs.exif(orientation)));
        assertEquals(new Dataset.Shape(1, 48 / width, 8 * width), jpeg.shape());
        for (int i = 0; i < 6; i++) {
            int at = (i / width * 8 + 3) * 8 * width + i % width * 8 + 3;
            assertEquals(50 * (order.charAt(i) - '0'), jpeg.image(0)[at] & 0xff, 1, "block " + i);
        }
    }

    @Test
    void everyPlaneIsTurned() throws IOException {
        byte[] exif = Pngs.chunk("eXIf", Jpegs.tiff(6, 'I', 3));
        byte[] png = Pngs.file(3, 2, 8, 2, 0, (y, x, c) -> 10 * (3 * y + x) + c, exif);
        byte[] planes = load(ImageFolder.Options.defaults(), png).image(0);
        assertArrayEquals(bytes(30, 0, 40, 10, 50, 20), Arrays.copyOf(planes, 6));
        assertArrayEquals(bytes(32, 2, 42, 12, 52, 22), Arrays.copyOfRange(planes, 12, 18));
    }

    @Test
    void sizesAreComparedUprightAndResizingComesAfterwards() throws IOException {
        byte[] turned = png(Jpegs.tiff(6, 'M', 3));
        byte[] same = Pngs.file(2, 3, 8, 0, 0, (y, x, c) -> 7);
        assertEquals(2, load(GREY, turned, same).size());
        byte[] other = png(Jpegs.tiff(1, 'M', 3));
        String message = assertThrows(DataException.class, () -> load(GREY, turned, other))
                .getMessage();
        assertTrue(message.contains("1.jpg is 2x3 (height x width), the first image 3x2"), message);
        byte[] resized = load(GREY.resize(6, 4), turned, other).image(0);
        assertEquals(30, resized[0]);
        assertEquals(0, resized[3]);
        assertEquals(20, resized[23]);
    }

    @ParameterizedTest
    @CsvSource({"M, 3", "I, 3", "M, 4", "I, 4", "M, 1", "I, 1"})
    void bothByteOrdersAndEveryIntegerTypeAreRead(char order, int type) {
        assertEquals(Orientation.COUNTER_CLOCKWISE, Exif.orientation(Jpegs.tiff(8, order, type)));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 9, 255, 65_535})
    void valuesThatMeanNothingTurnNothing(int value) {
        assertEquals(Orientation.AS_STORED, Exif.orientation(Jpegs.tiff(value, 'M', 3)));
    }

    @Test
    void exifThatCannotBeUnderstoodTurnsNothing() {
        byte[] whole = Jpegs.tiff(8, 'M', 3);
        for (int length = 0; length < 34; length++) {
            assertEquals(Orientation.AS_STORED, Exif.orientation(Arrays.copyOf(whole, length)));
        }
        assertEquals(Orientation.AS_STORED, Exif.orientation(Jpegs.tiff(8, 'M', 5)));
        for (int at : new int[] {0, 1, 3, 4, 7}) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) 0xa5;
            assertEquals(Orientation.AS_STORED, Exif.orientation(changed), "byte " + at);
        }
    }

    @Test
    void theFirstExifDataCountsWhereverItStands() throws IOException {
        byte[] six = Jpegs.with(jpeg(), Jpegs.exif(6), Jpegs.exif(3));
        assertEquals(24, load(GREY, six).height());
        byte[] xmp = Jpegs.segment(0xe1, ascii("http://ns.adobe.com/xap/1.0/\0<x/>"));
        assertEquals(24, load(GREY, Jpegs.with(jpeg(), xmp, Jpegs.exif(6))).height());
        byte[] named = joined(ascii("Exif\0\0"), Jpegs.tiff(6, 'M', 3));
        assertEquals(3, load(GREY, png(named)).height());
    }

    @Test
    void turningForthAndBackIsNothing() {
        Dataset.Shape shape = new Dataset.Shape(2, 3, 5);
        byte[] planes = new byte[shape.volume()];
        for (int i = 0; i < planes.length; i++) {
            planes[i] = (byte) i;
        }
        for (Orientation there : Orientation.values()) {
            Orientation back = switch (there) {
                case CLOCKWISE -> Orientation.COUNTER_CLOCKWISE;
                case COUNTER_CLOCKWISE -> Orientation.CLOCKWISE;
                default -> there;
            };
            byte[] turned = there.upright(planes, shape);
            assertArrayEquals(planes, back.upright(turned, there.upright(shape)), there.name());
        }
    }
}
