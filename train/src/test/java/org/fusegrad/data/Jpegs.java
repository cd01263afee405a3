package org.fusegrad.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** JPEG files made for a test: written by the JDK, then changed segment by segment. */
final class Jpegs {
    private Jpegs() {}

    /** A colourful picture whose every corner differs. */
    static BufferedImage picture(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int red = 255 * x / width;
                int green = 255 * y / height;
                int blue = (x / 4 + y / 3) % 2 * 160;
                image.setRGB(x, y, red << 16 | green << 8 | blue);
            }
        }
        return image;
    }

    static byte[] write(BufferedImage image, boolean progressive) {
        return write(new IIOImage(image, null, null), progressive);
    }

    /** A file of these stored components with neither JFIF's marker nor Adobe's. */
    static byte[] components(int width, int height, int[]... pixels) {
        int bands = pixels[0].length;
        WritableRaster raster =
                Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, width, height, bands, null);
        for (int i = 0; i < width * height; i++) {
            // Blocks of 8 x 8 of one value each, which come through exactly enough.
            int block = i % width / 8 + i / width / 8 * (width / 8);
            raster.setPixel(i % width, i / width, pixels[block % pixels.length]);
        }
        return without(write(new IIOImage(raster, null, null), false), 0xe0, 0xee);
    }

    private static byte[] write(IIOImage image, boolean progressive) {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageWriteParam param = writer.getDefaultWriteParam();
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(0.98f);
        if (progressive) {
            param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
        }
        try (ImageOutputStream to = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(to);
            writer.write(null, image, param);
        } catch (IOException e) {
            throw new AssertionError(e);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    /** A segment with its marker and length. */
    static byte[] segment(int marker, byte[] data) {
        return ByteBuffer.allocate(4 + data.length)
                .put((byte) 0xff)
                .put((byte) marker)
                .putShort((short) (2 + data.length))
                .put(data)
                .array();
    }

    static byte[] adobe(int transform) {
        return segment(0xee, joined(ascii("Adobe"), bytes(0, 100, 0, 0, 0, 0, transform)));
    }

    static byte[] exif(int orientation) {
        return segment(0xe1, joined(ascii("Exif\0\0"), tiff(orientation, 'M', 3)));
    }

    /** A TIFF structure whose second entry is the orientation, in a field type. */
    static byte[] tiff(int orientation, char order, int type) {
        ByteBuffer out = ByteBuffer.allocate(8 + 2 + 2 * 12 + 4);
        out.order(order == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        out.put((byte) order).put((byte) order).putShort((short) 42).putInt(8).putShort((short) 2);
        out.putShort((short) 0x010f).putShort((short) 2).putInt(4).putInt(0x41424300);
        out.putShort((short) 0x0112).putShort((short) type).putInt(1);
        int at = out.position();
        switch (type) {
            case 1 -> out.put(at, (byte) orientation);
            case 3 -> out.putShort(at, (short) orientation);
            default -> out.putInt(at, orientation);
        }
        return out.array();
    }

    static byte[] icc(int number, int count, byte[] data) {
        return segment(0xe2, joined(ascii("ICC_PROFILE\0"), bytes(number, count), data));
    }

    /** The file with more bytes behind its start marker. */
    static byte[] with(byte[] jpeg, byte[]... segments) {
        return joined(
                Arrays.copyOf(jpeg, 2), joined(segments), Arrays.copyOfRange(jpeg, 2, jpeg.length));
    }

    /** The file without segments of these markers before its first scan. */
    static byte[] without(byte[] jpeg, int... markers) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        int at = 2;
        while ((jpeg[at + 1] & 0xff) != 0xda) {
            int marker = jpeg[at + 1] & 0xff;
            int end = at + 2 + ByteBuffer.wrap(jpeg).getShort(at + 2);
            if (Arrays.stream(markers).noneMatch(m -> m == marker)) {
                out.write(jpeg, at, end - at);
            }
            at = end;
        }
        out.write(jpeg, at, jpeg.length - at);
        return out.toByteArray();
    }

    /** Where the first segment of a marker begins. */
    static int find(byte[] jpeg, int marker) {
        for (int at = 2; ; at += 2 + (ByteBuffer.wrap(jpeg).getShort(at + 2) & 0xffff)) {
            if ((jpeg[at + 1] & 0xff) == marker) {
                return at;
            }
        }
    }

    /** The file with a byte changed, counted from the first segment of a marker. */
    static byte[] changed(byte[] jpeg, int marker, int offset, int value) {
        byte[] out = jpeg.clone();
        out[find(jpeg, marker) + offset] = (byte) value;
        return out;
    }

    /** The file with bytes put before its end marker. */
    static byte[] padded(byte[] jpeg, byte[] padding) {
        int end = jpeg.length - 2;
        return joined(
                Arrays.copyOf(jpeg, end), padding, Arrays.copyOfRange(jpeg, end, jpeg.length));
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] bytes(int... values) {
        byte[] out = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            out[i] = (byte) values[i];
        }
        return out;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * A colour profile (ICC.1) for four inks, in which cyan is red, magenta green, yellow blue and
     * black dark: nothing a formula would say.
     */
    static byte[] inkProfile() {
        int colours = 48 + 4 * 256 + 16 * 3 + 3 * 256;
        int inks = 48 + 3 * 256 + 8 * 4 + 4 * 256;
        ByteBuffer out = ByteBuffer.allocate(128 + 4 + 24 + colours + inks);
        out.putInt(0, out.capacity()).putInt(8, 0x02400000);
        out.put(12, ascii("prtrCMYKLab ")).put(36, ascii("acsp"));
        out.putInt(68, 0xf6d6).putInt(72, 0x10000).putInt(76, 0xd32d);
        out.position(128).putInt(2);
        out.put(ascii("A2B0")).putInt(156).putInt(colours);
        out.put(ascii("B2A0")).putInt(156 + colours).putInt(inks);
        startTable(out, 4, 3);
        for (int node = 0; node < 16; node++) {
            boolean black = (node & 1) != 0;
            int red = (node & 8) >> 3;
            int green = (node & 4) >> 2;
            int blue = (node & 2) >> 1;
            out.put((byte) (black ? 20 : 255 - 60 * (red + green + blue)));
            out.put((byte) (128 + (black ? 0 : 60 * red - 60 * green + 20 * blue)));
            out.put((byte) (128 + (black ? 0 : 40 * red + 40 * green - 70 * blue)));
        }
        straight(out, 3);
        startTable(out, 3, 4);
        out.put(new byte[8 * 4]); // the way back, which the JDK wants to be there
        straight(out, 4);
        return out.array();
    }

    private static void startTable(ByteBuffer out, int in, int to) {
        out.put(ascii("mft1")).putInt(0).put(bytes(in, to, 2, 0));
        for (int i = 0; i < 9; i++) {
            out.putInt(i % 4 == 0 ? 0x10000 : 0);
        }
        straight(out, in);
    }

    private static void straight(ByteBuffer out, int tables) {
        for (int i = 0; i < tables * 256; i++) {
            out.put((byte) i);
        }
    }
}
