package org.fusegrad.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decoder of JPEG and PNG files into planes of unsigned bytes, for one thread; the readers are kept
 * between files.
 *
 * <p>The format is told by the first bytes, not by the name. Colour profiles are ignored and alpha
 * is dropped; 16-bit samples keep their upper byte; grey becomes colour by repetition, colour
 * becomes grey as 0.299 R + 0.587 G + 0.114 B.
 */
final class ImageDecoder implements AutoCloseable {
    /** Largest height or width that is decoded. */
    static final int MAX_SIDE = 16_384;

    /** Most pixels that are decoded, 32 Mi. */
    static final long MAX_PIXELS = 1L << 25;

    /** Longest file that is read, 64 MiB. */
    static final int MAX_FILE_BYTES = 1 << 26;

    private static final int JPEG_START = 0xffd8;
    private static final int PNG_START = 0x8950;
    private static final int PNG_SIGNATURE_BYTES = 8;
    private static final int PNG_LAST = 0x49454e44; // IEND

    /* Length, type and checksum of a chunk. */
    private static final int CHUNK_FRAME_BYTES = 12;

    private final int channels;
    private final ImageReader jpeg = reader("jpeg");
    private final ImageReader png = reader("png");
    private String warning = "";

    /** Creates a decoder to 1 (grey) or 3 (red, green, blue) planes. */
    ImageDecoder(int channels) {
        this.channels = channels;
    }

    /** What the decoder does with an opened image. */
    private interface Use<T> {
        T apply(ImageReader reader, Dataset.Shape shape) throws IOException;
    }

    /** Returns the decoded shape of a file, from its header only. */
    Dataset.Shape shape(Path file) {
        return open(file, (reader, shape) -> shape);
    }

    /**
     * Decodes a file to the wanted shape into {@code out} from {@code offset} on.
     *
     * @throws DataException if the file is no sound JPEG or PNG, exceeds a limit of this class, or
     *     has another size and {@code resize} is off
     */
    void decode(Path file, Dataset.Shape wanted, boolean resize, byte[] out, int offset) {
        byte[] pixels = open(file, (reader, shape) -> pixels(file, reader, shape, wanted, resize));
        System.arraycopy(pixels, 0, out, offset, pixels.length);
    }

    @Override
    public void close() {
        jpeg.dispose();
        png.dispose();
    }

    private byte[] pixels(
            Path file,
            ImageReader reader,
            Dataset.Shape shape,
            Dataset.Shape wanted,
            boolean resize)
            throws IOException {
        if (!resize && !shape.equals(wanted)) {
            throw new DataException(
                    "%s is %dx%d (height x width), the first image %dx%d; ask for a size"
                            .formatted(
                                    file,
                                    shape.height(),
                                    shape.width(),
                                    wanted.height(),
                                    wanted.width()));
        }
        byte[] pixels = planes(file, reader.read(0));
        return shape.equals(wanted) ? pixels : Resize.planes(pixels, shape, wanted);
    }

    /* The JDK's readers answer damaged data with unchecked exceptions as well as checked ones. A
     * cut-off JPEG is only a warning to them, with grey for the missing part: so warnings count. */
    private <T> T open(Path file, Use<T> use) {
        byte[] bytes = bytes(file);
        ImageReader reader = readerOf(file, bytes);
        if (reader == png) {
            checkChunks(file, bytes);
        }
        warning = "";
        T result;
        try (ImageInputStream in = memoryStream(bytes)) {
            reader.setInput(in, true, true);
            result = use.apply(reader, checkedShape(file, reader.getWidth(0), reader.getHeight(0)));
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DataException(
                    file + " is damaged and cannot be decoded; replace or remove it", e);
        } finally {
            reader.setInput(null);
        }
        if (!warning.isEmpty()) {
            throw new DataException(
                    "%s is damaged (%s); replace or remove it".formatted(file, warning));
        }
        return result;
    }

    /* Not ImageIO.createImageInputStream: that one may write a cache file per image, which only a
     * setting of the whole virtual machine turns off. */
    private static ImageInputStream memoryStream(byte[] bytes) {
        return new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes));
    }

    private static byte[] bytes(Path file) {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new DataException("%s is longer than the limit of %d bytes; re-encode it"
                        .formatted(file, MAX_FILE_BYTES));
            }
            return bytes;
        } catch (IOException e) {
            throw new DataException(file + " cannot be read; check its permissions", e);
        }
    }

    private ImageReader readerOf(Path file, byte[] bytes) {
        int start = bytes.length < 2 ? -1 : (bytes[0] & 0xff) << 8 | bytes[1] & 0xff;
        return switch (start) {
            case JPEG_START -> jpeg;
            case PNG_START -> png;
            default ->
                throw new DataException(
                        file + " does not start like a JPEG or PNG file; convert or remove it");
        };
    }

    /* The reader makes arrays of what chunks state as their length: held against the file first. */
    private static void checkChunks(Path file, byte[] png) {
        ByteBuffer in = ByteBuffer.wrap(png);
        long at = PNG_SIGNATURE_BYTES;
        while (at < png.length) {
            boolean cut = at + CHUNK_FRAME_BYTES > png.length;
            long end = cut ? -1 : at + CHUNK_FRAME_BYTES + in.getInt((int) at);
            if (end <= at || end > png.length) {
                throw new DataException(file
                        + " is damaged (a chunk is longer than the file); replace or remove it");
            }
            at = in.getInt((int) at + 4) == PNG_LAST ? png.length : end;
        }
    }

    private Dataset.Shape checkedShape(Path file, int width, int height) {
        if (width > MAX_SIDE || height > MAX_SIDE || (long) width * height > MAX_PIXELS) {
            throw new DataException(
                    "%s is %dx%d (height x width), over %d per side or %d pixels; scale it"
                            .formatted(file, height, width, MAX_SIDE, MAX_PIXELS));
        }
        return new Dataset.Shape(channels, height, width);
    }

    private byte[] planes(Path file, BufferedImage image) {
        int width = image.getWidth();
        int plane = width * image.getHeight();
        byte[] out = new byte[channels * plane];
        int[] rgb = new int[3 * width];
        for (int y = 0; y < image.getHeight(); y++) {
            readRow(file, image, y, rgb);
            for (int x = 0; x < width; x++) {
                int to = y * width + x;
                if (channels == 1) {
                    out[to] = (byte) grey(rgb[3 * x], rgb[3 * x + 1], rgb[3 * x + 2]);
                } else {
                    out[to] = (byte) rgb[3 * x];
                    out[plane + to] = (byte) rgb[3 * x + 1];
                    out[2 * plane + to] = (byte) rgb[3 * x + 2];
                }
            }
        }
        return out;
    }

    private static int grey(int red, int green, int blue) {
        return (299 * red + 587 * green + 114 * blue + 500) / 1000;
    }

    /* getRGB would also do for grey images but passes them through a linear grey colour space,
     * which brightens every value; so only palettes go that way. */
    private static void readRow(Path file, BufferedImage image, int y, int[] rgb) {
        int width = image.getWidth();
        if (image.getColorModel() instanceof IndexColorModel) {
            int[] packed = image.getRGB(0, y, width, 1, null, 0, width);
            for (int x = 0; x < width; x++) {
                rgb[3 * x] = packed[x] >> 16 & 0xff;
                rgb[3 * x + 1] = packed[x] >> 8 & 0xff;
                rgb[3 * x + 2] = packed[x] & 0xff;
            }
            return;
        }
        int bands = image.getRaster().getNumBands();
        int excess = image.getColorModel().getComponentSize(0) - 8;
        if (bands > 4 || excess < 0) {
            throw new DataException(
                    file + " has an unusual pixel format; convert it to 8-bit grey or RGB");
        }
        int[] samples = image.getRaster().getPixels(0, y, width, 1, (int[]) null);
        for (int x = 0; x < width; x++) {
            for (int c = 0; c < 3; c++) {
                rgb[3 * x + c] = samples[x * bands + (bands < 3 ? 0 : c)] >> excess;
            }
        }
    }

    private ImageReader reader(String format) {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format).next();
        reader.addIIOReadWarningListener((source, text) -> warning = text);
        return reader;
    }
}
