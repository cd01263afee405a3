package org.fusegrad.data;

import static org.fusegrad.data.Jpegs.ascii;
import static org.fusegrad.data.Jpegs.bytes;
import static org.fusegrad.data.Jpegs.joined;
import static org.fusegrad.data.Pngs.END;
import static org.fusegrad.data.Pngs.SIGNATURE;
import static org.fusegrad.data.Pngs.around;
import static org.fusegrad.data.Pngs.chunk;
import static org.fusegrad.data.Pngs.deflated;
import static org.fusegrad.data.Pngs.header;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** PNG files of every form, and with every part that can be wrong. */
final class PngTest {
    /* Odd sizes, so that rows end within bytes and interlacing has passes of one pixel. */
    private static final int WIDTH = 13;
    private static final int HEIGHT = 9;

    @TempDir
    Path root;

    private byte[] load(byte[] png) throws IOException {
        Path file = root.resolve("one/a/x.png");
        Files.createDirectories(file.getParent());
        Files.write(file, png);
        ImageFolder.Options options = ImageFolder.Options.defaults().threads(1);
        return ImageFolder.loadClasses(root.resolve("one"), options).image(0);
    }

    private void assertRefused(byte[] png, String says) {
        String message = assertThrows(DataException.class, () -> load(png)).getMessage();
        assertTrue(message.contains("x.png") && message.contains(says), message);
    }

    private static int sample(int bits, int y, int x, int channel) {
        return (y * 7919 + x * 104_729 + channel * 1299) % 65_537 & (1 << bits) - 1;
    }

    static Stream<Arguments> forms() {
        int[][] forms = {
            {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {3, 1}, {3, 2}, {3, 4},
            {3, 8}, {4, 8}, {4, 16}, {6, 8}, {6, 16}
        };
        return Arrays.stream(forms)
                .flatMap(f -> Stream.of(0, 1)
                        .flatMap(interlace -> Stream.of(false, true)
                                .map(clear -> Arguments.of(f[0], f[1], interlace, clear))));
    }

    /* Of grey and colour a transparent colour, of a palette the opacity of each entry. */
    private static byte[] transparency(int colour) {
        return switch (colour) {
            case 0 -> chunk("tRNS", bytes(0, 1));
            case 2 -> chunk("tRNS", bytes(0, 1, 0, 2, 0, 3));
            case 3 -> chunk("tRNS", bytes(0, 128));
            default -> new byte[0];
        };
    }

    @ParameterizedTest(name = "colour type {0}, {1} bits, interlace {2}, transparency {3}")
    @MethodSource("forms")
    void everyFormHasItsSamples(int colour, int bits, int interlace, boolean clear)
            throws IOException {
        byte[] palette = new byte[3 * (1 << Math.min(8, bits))];
        for (int i = 0; i < palette.length; i++) {
            palette[i] = (byte) (i * 37 + 5);
        }
        byte[] png = Pngs.file(
                WIDTH,
                HEIGHT,
                bits,
                colour,
                interlace,
                (y, x, c) -> sample(bits, y, x, c),
                colour == 3 ? chunk("PLTE", palette) : new byte[0],
                clear ? transparency(colour) : new byte[0]);
        byte[] expected = new byte[3 * WIDTH * HEIGHT];
        for (int i = 0; i < expected.length; i++) {
            int x = i % WIDTH;
            int y = i / WIDTH % HEIGHT;
            int channel = i / (WIDTH * HEIGHT);
            int stored = sample(bits, y, x, Pngs.channels(colour) < 3 ? 0 : channel);
            int value = bits == 16 ? stored >> 8 : stored * 255 / ((1 << Math.min(8, bits)) - 1);
            expected[i] = colour == 3 ? palette[3 * stored + channel] : (byte) value;
        }
        assertArrayEquals(expected, load(png));
    }

    private static byte[] plain(byte[]... more) {
        return Pngs.file(WIDTH, HEIGHT, 8, 2, 0, (y, x, c) -> sample(8, y, x, c), more);
    }

    static Stream<Arguments> oddities() {
        byte[] gamma = chunk("gAMA", bytes(0, 0, 0x40, 0));
        byte[] profile = chunk("iCCP", joined(ascii("broken\0\0"), bytes(1, 2, 3)));
        byte[] picture = Pngs.rows(WIDTH, HEIGHT, 8, 2, 0, (y, x, c) -> sample(8, y, x, c));
        byte[] data = deflated(picture);
        byte[] head = joined(SIGNATURE, header(WIDTH, HEIGHT, 8, 2, 0));
        byte[] pieces = head;
        for (byte b : data) {
            pieces = joined(pieces, chunk("IDAT", new byte[] {b}), chunk("IDAT", new byte[0]));
        }
        return Stream.of(
                Arguments.of("gamma", plain(gamma)),
                Arguments.of("gamma of 0", plain(chunk("gAMA", new byte[4]))),
                Arguments.of("sRGB", plain(chunk("sRGB", bytes(9)))),
                Arguments.of("a profile that cannot be used", plain(profile)),
                Arguments.of(
                        "a text that cannot be inflated", plain(chunk("zTXt", bytes(65, 0, 0, 9)))),
                Arguments.of(
                        "chunks of wrong length",
                        plain(chunk("pHYs", bytes(1)), chunk("cHRM", bytes(1)))),
                Arguments.of("an unknown chunk", plain(chunk("quIz", new byte[70_000]))),
                Arguments.of("a suggested palette", plain(chunk("PLTE", bytes(1, 2, 3)))),
                Arguments.of(
                        "an animation",
                        plain(chunk("acTL", new byte[8]), chunk("fdAT", new byte[9]))),
                Arguments.of("data in pieces", joined(pieces, END)),
                Arguments.of(
                        "bytes behind the data",
                        joined(head, chunk("IDAT", joined(data, bytes(1, 2))), END)),
                Arguments.of(
                        "a row too many",
                        joined(head, chunk("IDAT", deflated(joined(picture, new byte[40]))), END)),
                Arguments.of("bytes behind the end", joined(plain(), plain())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("oddities")
    void whatPixelsDoNotDependOnDoesNoHarm(String what, byte[] png) throws IOException {
        assertArrayEquals(load(plain()), load(png));
    }

    @Test
    void everyChecksumCounts() throws IOException {
        byte[] whole = plain(chunk("tEXt", ascii("Title\0x")), chunk("tIME", new byte[7]));
        load(whole);
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= (byte) (1 << i % 8);
            assertRefused(changed, i < 8 ? "x.png does not start like" : "is damaged");
        }
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "3", "4"})
    void theChecksumOfThePictureCounts(int fromEnd) {
        byte[] data = deflated(new byte[9 * 8]);
        data[data.length - fromEnd] ^= 4;
        assertRefused(
                around(8, 8, data), "is damaged (its compressed picture: incorrect data check)");
        assertRefused(
                around(8, 8, Arrays.copyOf(data, data.length - fromEnd)), "its picture is cut off");
    }

    @Test
    void everyCutIsRefused() {
        byte[] whole = plain();
        for (int length = 8; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length), "is damaged");
        }
    }

    @Test
    void picturesThatAreNoneAreRefused() {
        byte[] head = joined(SIGNATURE, header(8, 8, 8, 0, 0));
        byte[] data = chunk("IDAT", deflated(new byte[9 * 8]));
        assertRefused(joined(head, END), "its picture is cut off");
        assertRefused(around(8, 8, deflated(new byte[9 * 8 - 1])), "its picture is cut off");
        assertRefused(
                around(8, 8, deflated(new byte[1 << 20])), "more picture than its size needs");
        assertRefused(around(8, 8, ascii("not deflated")), "its compressed picture");
        byte[] filter = new byte[9 * 8];
        filter[9] = 5;
        assertRefused(around(8, 8, deflated(filter)), "is damaged");
        assertRefused(joined(SIGNATURE, data, END), "a chunk IDAT where none may be");
        assertRefused(joined(head, header(8, 8, 8, 0, 0), data, END), "a chunk IHDR where");
        assertRefused(joined(SIGNATURE, chunk("IHDR", new byte[12]), END), "12 bytes long");
        assertRefused(joined(SIGNATURE, header(8, 8, 8, 3, 0), data, END), "palette is missing");
        assertRefused(plain(chunk("CgBI", new byte[4])), "its own chunk CgBI understood");
    }

    @ParameterizedTest
    @CsvSource({
        "8, 8, 3, 0, 0", "8, 8, 0, 0, 0", "8, 8, 32, 0, 0", "8, 8, 4, 2, 0", "8, 8, 16, 3, 0",
        "8, 8, 2, 4, 0", "8, 8, 4, 6, 0", "8, 8, 8, 1, 0", "8, 8, 8, 5, 0", "8, 8, 8, 7, 0",
        "8, 8, 8, 0, 2", "0, 8, 8, 0, 0", "8, 0, 8, 0, 0"
    })
    void formsThatDoNotExistAreRefused(int width, int height, int bits, int colour, int interlace) {
        byte[] head = header(width, height, bits, colour, interlace);
        assertRefused(joined(SIGNATURE, head, END), "is damaged");
    }

    @ParameterizedTest
    @CsvSource({"16385, 1", "1, 16385", "16384, 2049", "-1, 1", "2147483647, 2147483647"})
    void sizesAboveTheLimitsAreRefusedByTheHeader(int width, int height) {
        assertRefused(joined(SIGNATURE, header(width, height, 8, 0, 0), END), "scale it");
    }

    @Test
    void otherFormatsAreNamed() throws IOException {
        assertRefused(ascii("GIF89a............"), "is of the format GIF,");
        assertRefused(ascii("RIFF\1\0\0\0WEBPVP8L"), "is of the format WebP,");
        assertRefused(ascii("BM............"), "is of the format BMP,");
        assertRefused(ascii("II*\0........"), "is of the format TIFF,");
        assertRefused(ascii("MM\0*........"), "is of the format TIFF,");
        assertRefused(ascii("\0\0\0\34ftypavif...."), "is of the format AVIF,");
        assertRefused(ascii("\0\0\0\34ftypheic...."), "is of the format HEIF or video,");
        assertRefused(ascii("\0\0\0\14jP  \r\n..."), "is of the format JPEG 2000,");
        assertRefused(ascii("\0\0\0\14JXL \r\n..."), "is of the format JPEG XL,");
        assertRefused(ascii("<html>"), "does not start like a JPEG or PNG file");
        assertRefused(new byte[0], "does not start like a JPEG or PNG file");
        byte[] jpeg = Jpegs.write(Jpegs.picture(8, 8), false); // by its name a PNG
        assertEquals(3 * 64, load(jpeg).length);
    }
}
