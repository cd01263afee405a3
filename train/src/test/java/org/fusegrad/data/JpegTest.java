package org.fusegrad.data;

import static org.fusegrad.data.Jpegs.adobe;
import static org.fusegrad.data.Jpegs.ascii;
import static org.fusegrad.data.Jpegs.bytes;
import static org.fusegrad.data.Jpegs.changed;
import static org.fusegrad.data.Jpegs.icc;
import static org.fusegrad.data.Jpegs.joined;
import static org.fusegrad.data.Jpegs.padded;
import static org.fusegrad.data.Jpegs.segment;
import static org.fusegrad.data.Jpegs.with;
import static org.fusegrad.data.Jpegs.without;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** JPEG files as cameras, printers and careless programs write them. */
final class JpegTest {
    /* Stored components of 16 x 8 pixels: two blocks. */
    private static final int[][] INKS = {{0, 255, 255, 255}, {200, 90, 30, 160}};

    @TempDir
    Path root;

    private byte[] load(byte[] jpeg) throws IOException {
        Path file = root.resolve("one/a/x.jpg");
        Files.createDirectories(file.getParent());
        Files.write(file, jpeg);
        ImageFolder.Options options = ImageFolder.Options.defaults().threads(1);
        return ImageFolder.loadClasses(root.resolve("one"), options).image(0);
    }

    private String refusal(byte[] jpeg) {
        String message = assertThrows(DataException.class, () -> load(jpeg)).getMessage();
        assertTrue(message.contains("x.jpg"), message);
        return message;
    }

    private void assertRefused(byte[] jpeg, String says) {
        String message = refusal(jpeg);
        assertTrue(message.contains(says), message);
    }

    private static int[] pixel(byte[] planes, int x) {
        int plane = planes.length / 3;
        return new int[] {planes[x] & 0xff, planes[plane + x] & 0xff, planes[2 * plane + x] & 0xff};
    }

    /** What the JDK makes of the whole file, in planes. */
    private static byte[] byJdk(byte[] jpeg) throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(jpeg));
        int plane = image.getWidth() * image.getHeight();
        byte[] planes = new byte[3 * plane];
        for (int i = 0; i < plane; i++) {
            int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
            for (int c = 0; c < 3; c++) {
                planes[c * plane + i] = (byte) (rgb >> 16 - 8 * c);
            }
        }
        return planes;
    }

    private static int distance(byte[] a, byte[] b) {
        int most = 0;
        for (int i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs((a[i] & 0xff) - (b[i] & 0xff)));
        }
        return most;
    }

    @Test
    void inksBecomeTheColoursTheyLeave() throws IOException {
        int[][] stored = {
            {255, 255, 255, 255}, {0, 255, 255, 255}, {255, 0, 255, 255}, {255, 255, 0, 255},
            {255, 0, 0, 255}, {255, 255, 255, 0}, {0, 0, 0, 0}, {255, 255, 255, 128}
        };
        int[][] colours = {
            {255, 255, 255}, {0, 255, 255}, {255, 0, 255}, {255, 255, 0},
            {255, 0, 0}, {0, 0, 0}, {0, 0, 0}, {188, 188, 188}
        };
        byte[] jpeg = with(Jpegs.components(64, 8, stored), adobe(0));
        byte[] planes = load(jpeg);
        for (int i = 0; i < stored.length; i++) {
            assertArrayEquals(colours[i], pixel(planes, 8 * i + 3), "block " + i);
        }
        assertArrayEquals(byJdk(jpeg), planes);
    }

    @Test
    void lumaAndChromaOfInksAreInksToo() throws IOException {
        // Luma and chroma of pure red, which Adobe stores for the inks magenta and yellow.
        byte[] jpeg =
                with(Jpegs.components(16, 8, new int[][] {{76, 85, 255, 255}, INKS[1]}), adobe(2));
        byte[] planes = load(jpeg);
        assertEquals(0, distance(planes, byJdk(jpeg)));
        int[] left = pixel(planes, 3);
        assertTrue(left[0] < 20 && left[1] > 250 && left[2] > 250, Arrays.toString(left));
    }

    @Test
    void inksWithoutAMarkerAreReadAsTheJdkDoes() throws IOException {
        byte[] plain = Jpegs.components(16, 8, INKS);
        assertArrayEquals(byJdk(plain), load(plain));
        assertArrayEquals(load(plain), load(with(plain, adobe(0))));
        assertArrayEquals(load(with(plain, adobe(2))), load(with(plain, adobe(1))));
    }

    @Test
    void inksInGreyAreTheGreyOfTheirColours() throws IOException {
        byte[] jpeg = with(Jpegs.components(16, 8, INKS), adobe(0));
        load(jpeg);
        byte[] grey = ImageFolder.loadClasses(
                        root.resolve("one"), ImageFolder.Options.defaults().grey())
                .image(0);
        assertEquals((587 * 255 + 114 * 255 + 500) / 1000, grey[0] & 0xff);
    }

    @Test
    void aProfileOfFourInksSaysTheirColours() throws IOException {
        byte[] profile = Jpegs.inkProfile();
        byte[] plain = with(Jpegs.components(16, 8, INKS), adobe(0));
        byte[] whole = with(plain, icc(1, 1, profile));
        byte[] planes = load(whole);
        int[] cyan = pixel(planes, 3);
        assertTrue(cyan[0] > cyan[1] + 50 && cyan[0] > cyan[2] + 50, Arrays.toString(cyan));
        assertTrue(distance(planes, byJdk(whole)) <= 2);
        byte[] first = Arrays.copyOf(profile, 1000);
        byte[] rest = Arrays.copyOfRange(profile, 1000, profile.length);
        assertArrayEquals(planes, load(with(plain, icc(2, 2, rest), icc(1, 2, first))));
    }

    static Stream<Arguments> profiles() {
        byte[] profile = Jpegs.inkProfile();
        byte[] cut = Arrays.copyOf(profile, profile.length / 2);
        byte[] noTable = profile.clone();
        noTable[128 + 4] ^= 1;
        byte[] shortTable = profile.clone();
        Arrays.fill(shortTable, 156, 160, (byte) 0);
        return Stream.of(
                Arguments.of("cut off", icc(1, 1, cut)),
                Arguments.of("without its table", icc(1, 1, noTable)),
                Arguments.of("with a table of another kind", icc(1, 1, shortTable)),
                Arguments.of("second piece missing", icc(1, 2, profile)),
                Arguments.of("first piece missing", icc(2, 2, profile)),
                Arguments.of("piece 0", icc(0, 1, profile)),
                Arguments.of("a piece twice", joined(icc(1, 1, cut), icc(1, 1, profile))),
                Arguments.of("two counts", joined(icc(1, 1, profile), icc(2, 2, cut))),
                Arguments.of("no piece", segment(0xe2, ascii("ICC_PROFILE\0"))),
                Arguments.of("nothing", icc(1, 1, new byte[0])),
                Arguments.of("zeros", icc(1, 1, new byte[500])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("profiles")
    void profilesThatCannotBeUsedAreIgnored(String how, byte[] segments) throws IOException {
        byte[] inks = with(Jpegs.components(16, 8, INKS), adobe(0));
        assertArrayEquals(load(inks), load(with(inks, segments)));
        byte[] colours = Jpegs.write(Jpegs.picture(24, 16), false);
        assertArrayEquals(load(colours), load(with(colours, segments)));
    }

    @Test
    void aProfileOfFourInksDoesNotColourThree() throws IOException {
        byte[] colours = Jpegs.write(Jpegs.picture(24, 16), false);
        byte[] profile = icc(1, 1, Jpegs.inkProfile());
        assertArrayEquals(load(colours), load(with(colours, profile)));
    }

    static Stream<Arguments> oddities() {
        byte[] zeros = new byte[240];
        byte[] manyFf = new byte[33];
        Arrays.fill(manyFf, (byte) 0xff);
        byte[] plain = Jpegs.write(Jpegs.picture(24, 16), false);
        byte[] progressive = Jpegs.write(Jpegs.picture(24, 16), true);
        return Stream.of(
                Arguments.of("revision 0.00", changed(changed(plain, 0xe0, 9, 0), 0xe0, 10, 0)),
                Arguments.of("revision 2.01", changed(plain, 0xe0, 9, 2)),
                Arguments.of("a density of 0", changed(plain, 0xe0, 13, 0)),
                Arguments.of("a thumbnail that is not there", changed(plain, 0xe0, 16, 100)),
                Arguments.of("padding of one zero", padded(plain, bytes(0))),
                Arguments.of("padding of zeros", padded(plain, zeros)),
                Arguments.of("padding of 0xff", padded(plain, manyFf)),
                Arguments.of("padding of 0xff, 0", padded(plain, bytes(0xff, 0, 0xff, 0, 0, 0))),
                Arguments.of("padding of text", padded(plain, ascii("end of file\r\n"))),
                Arguments.of("padding, progressive", padded(progressive, zeros)),
                Arguments.of("bytes of no segment", with(plain, ascii("between"))),
                Arguments.of("repeated 0xff", with(plain, manyFf)),
                Arguments.of("bytes after the end", joined(plain, plain, zeros)),
                Arguments.of("no JFIF", without(plain, 0xe0)),
                Arguments.of("Exif first, no JFIF", with(without(plain, 0xe0), Jpegs.exif(1))),
                Arguments.of("Adobe for JFIF", with(without(plain, 0xe0), adobe(1))),
                Arguments.of("Adobe, cut off", with(plain, segment(0xee, ascii("Adobe")))),
                Arguments.of("JFIF before Adobe", with(plain, adobe(0))),
                Arguments.of("a text", with(plain, segment(0xfe, new byte[60_000]))),
                Arguments.of("an empty segment", with(plain, segment(0xe5, new byte[0]))),
                Arguments.of(
                        "any segment", with(plain, segment(0xed, zeros), segment(0xef, zeros))),
                Arguments.of("Exif, cut off", with(plain, segment(0xe1, ascii("Exif\0\0MM\0*")))),
                Arguments.of(
                        "Exif of zeros",
                        with(plain, segment(0xe1, joined(ascii("Exif\0\0"), zeros)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oddities")
    void whatPixelsDoNotDependOnDoesNoHarm(String what, byte[] jpeg) throws IOException {
        byte[] plain = Jpegs.write(Jpegs.picture(24, 16), false);
        byte[] progressive = Jpegs.write(Jpegs.picture(24, 16), true);
        assertArrayEquals(load(what.endsWith("progressive") ? progressive : plain), load(jpeg));
    }

    @Test
    void markersAndNamesTellColoursFromLumaAndChroma() throws IOException {
        int[][] stored = {{200, 100, 50}, {20, 240, 130}};
        byte[] plain = Jpegs.components(16, 8, stored);
        int[] frame = {10, 13, 16};
        byte[] rgb = plain;
        byte[] ycc = plain;
        for (int i = 0; i < 3; i++) {
            ycc = changed(ycc, 0xc0, frame[i], i + 1);
            ycc = changed(ycc, 0xda, 5 + 2 * i, i + 1);
            rgb = changed(rgb, 0xc0, frame[i], "RGB".charAt(i));
            rgb = changed(rgb, 0xda, 5 + 2 * i, "RGB".charAt(i));
        }
        assertArrayEquals(stored[0], pixel(load(rgb), 3));
        assertArrayEquals(stored[0], pixel(load(with(ycc, adobe(0))), 3));
        int[] converted = {200 + (int) Math.round(1.402 * (50 - 128)), 0, 0};
        assertEquals(converted[0], pixel(load(ycc), 3)[0], 1);
        assertArrayEquals(load(ycc), load(with(ycc, adobe(1))));
        assertArrayEquals(load(ycc), load(with(rgb, adobe(1))));
    }

    @Test
    void restartMarkersLoadAndALossBeforeOneDoesNot() throws IOException {
        byte[] jpeg = restarted();
        assertArrayEquals(load(Jpegs.components(16, 8, new int[][] {{90}, {90}})), load(jpeg));
        int restart = jpeg.length - 2;
        while (jpeg[restart] != (byte) 0xff || jpeg[restart + 1] != (byte) 0xd0) {
            restart--;
        }
        byte[] lost = joined(
                Arrays.copyOf(jpeg, restart),
                new byte[9],
                Arrays.copyOfRange(jpeg, restart, jpeg.length));
        assertRefused(lost, "is damaged");
    }

    /* Two equal blocks: the second begins anew with the same bits as the first. */
    private static byte[] restarted() {
        byte[] one = Jpegs.components(8, 8, new int[][] {{90}});
        int scan = Jpegs.find(one, 0xda) + 10;
        byte[] data = Arrays.copyOfRange(one, scan, one.length - 2);
        byte[] head = changed(Arrays.copyOf(one, scan), 0xc0, 8, 16);
        return joined(
                with(head, segment(0xdd, bytes(0, 1))),
                data,
                bytes(0xff, 0xd0),
                data,
                bytes(0xff, 0xd9));
    }

    @Test
    void everyCutIsRefused() {
        for (boolean progressive : new boolean[] {false, true}) {
            byte[] whole = Jpegs.write(Jpegs.picture(24, 16), progressive);
            for (int length = 2; length < whole.length; length += progressive ? 7 : 3) {
                assertRefused(Arrays.copyOf(whole, length), "is damaged");
                if (length < whole.length - 8 && !progressive) {
                    byte[] ended = joined(Arrays.copyOf(whole, length), bytes(0xff, 0xd9));
                    assertRefused(ended, "is damaged");
                }
            }
        }
    }

    @Test
    void kindsThatAreNotReadAreNamed() {
        byte[] plain = Jpegs.write(Jpegs.picture(24, 16), false);
        assertRefused(changed(plain, 0xc0, 4, 12), "has 12 bits for each sample");
        assertRefused(changed(plain, 0xc0, 1, 0xc9), "arithmetically coded");
        assertRefused(changed(plain, 0xc0, 1, 0xca), "arithmetically coded");
        assertRefused(changed(plain, 0xc0, 1, 0xc3), "lossless");
        assertRefused(with(plain, segment(0xde, new byte[15])), "hierarchical");
        byte[] two = Jpegs.components(16, 8, new int[][] {{1, 2, 3}});
        byte[] frame =
                Arrays.copyOfRange(two, Jpegs.find(two, 0xc0) + 4, Jpegs.find(two, 0xc0) + 16);
        frame[5] = 2;
        byte[] pair = with(without(two, 0xc0), segment(0xc0, frame));
        assertRefused(pair, "has 2 components");
        byte[] flat = changed(changed(plain, 0xc0, 5, 0), 0xc0, 6, 0);
        assertRefused(flat, "its height only behind the picture");
        assertRefused(changed(changed(plain, 0xc0, 7, 0), 0xc0, 8, 0), "a size of 16x0");
    }

    @Test
    void damagedStructureIsRefused() {
        byte[] plain = Jpegs.write(Jpegs.picture(24, 16), false);
        assertRefused(with(plain, bytes(0xff, 0xd8)), "a marker 0xd8");
        assertRefused(with(plain, bytes(0xff, 0x30)), "a marker 0x30");
        assertRefused(with(plain, bytes(0xff, 0xe3, 0, 1)), "a segment");
        assertRefused(with(plain, bytes(0xff, 0xe3, 0xff, 0xff)), "a segment is longer");
        assertRefused(without(plain, 0xc0), "a scan before its frame");
        assertRefused(without(plain, 0xdb), "is damaged");
        assertRefused(changed(plain, 0xc0, 11, 0), "sampling factors");
        assertRefused(changed(plain, 0xc0, 11, 0x51), "sampling factors");
        assertRefused(changed(plain, 0xc0, 9, 4), "frame header has a wrong length");
        byte[] frame = segment(0xc0, bytes(8, 0, 16, 0, 24, 1, 1, 0x11, 0));
        assertRefused(with(plain, frame), "a second frame");
        assertRefused(bytes(0xff, 0xd8, 0xff, 0xd9), "it holds no picture");
    }

    @Test
    void fewBytesThatClaimManyPixelsAreRefusedByTheirHeader() {
        byte[] plain = Jpegs.write(Jpegs.picture(24, 16), false);
        byte[] tall = changed(changed(plain, 0xc0, 5, 0x40), 0xc0, 6, 0);
        byte[] big = changed(changed(tall, 0xc0, 7, 0x08), 0xc0, 8, 0);
        assertRefused(big, "cannot hold 16384x2048 pixels");
        assertRefused(changed(tall, 0xc0, 7, 0x40), "scale it");
    }

    @Test
    void scansAreBoundedByWhatAPictureNeeds() throws IOException {
        byte[] ordinary = Jpegs.write(Jpegs.picture(640, 480), true);
        assertEquals(3 * 640 * 480, load(ordinary).length);
        int last = Jpegs.find(ordinary, 0xda);
        for (int at = last; at < ordinary.length - 1; at++) {
            last = ordinary[at] == (byte) 0xff && ordinary[at + 1] == (byte) 0xda ? at : last;
        }
        byte[] scan = Arrays.copyOfRange(ordinary, last, ordinary.length - 2);
        byte[][] many = new byte[1100][];
        Arrays.fill(many, scan);
        assertRefused(padded(ordinary, joined(many)), "640 pixels in more than 1092 scans");
        byte[] small = Jpegs.components(8, 8, new int[][] {{90}});
        byte[] again = Arrays.copyOfRange(small, Jpegs.find(small, 0xda), small.length - 2);
        byte[][] very = new byte[6000][];
        Arrays.fill(very, again);
        assertRefused(padded(small, joined(very)), "8x8 pixels in more than 5120 scans");
    }
}
