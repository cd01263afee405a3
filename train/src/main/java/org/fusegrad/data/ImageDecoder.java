package org.fusegrad.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decoder of JPEG and PNG files into planes of unsigned bytes, for one thread; the readers are kept
 * between files. They get of a file only what {@link ImageFile} leaves of it.
 *
 * <p>Pictures are turned upright by their Exif orientation. Colour profiles and gamma are ignored,
 * but for the profile of a picture in four inks ({@link Inks}); alpha is dropped; 16-bit samples
 * keep their upper byte; grey becomes colour by repetition, colour becomes grey as 0.299 R + 0.587
 * G + 0.114 B.
 */
final class ImageDecoder implements AutoCloseable {
    /** Longest file that is read, 64 MiB. */
    static final int MAX_FILE_BYTES = 1 << 26;

    /* Bytes between the picture and a marker other than a restart are padding, which takes nothing
     * from the picture; before a restart they are a loss. */
    private static final Pattern PADDING =
            Pattern.compile(".*extraneous bytes before marker 0x(?!d[0-7]).*");

    private final int channels;
    private final ImageReader jpeg = reader("jpeg");
    private final ImageReader png = reader("png");
    private String warning = "";

    /** Creates a decoder to 1 (grey) or 3 (red, green, blue) planes. */
    ImageDecoder(int channels) {
        this.channels = channels;
    }

    /** Returns the decoded shape of a file; of its picture only the data's form is checked. */
    Dataset.Shape shape(Path file) {
        ImageFile image = ImageFile.parse(file, bytes(file));
        return image.orientation().upright(stored(image));
    }

    /**
     * Decodes a file to the wanted shape into {@code out} from {@code offset} on.
     *
     * @throws DataException if the file is no sound JPEG or PNG, exceeds a limit of this class or
     *     of {@link ImageFile}, or has another size and {@code resize} is off
     */
    void decode(Path file, Dataset.Shape wanted, boolean resize, byte[] out, int offset) {
        ImageFile image = ImageFile.parse(file, bytes(file));
        Dataset.Shape stored = stored(image);
        Dataset.Shape upright = image.orientation().upright(stored);
        if (!resize && !upright.equals(wanted)) {
            throw new DataException(String.format(
                    Locale.ROOT,
                    "%s is %dx%d (height x width), the first image %dx%d; ask for a size",
                    file,
                    upright.height(),
                    upright.width(),
                    wanted.height(),
                    wanted.width()));
        }
        byte[] pixels = image.orientation().upright(decode(file, image), stored);
        if (!upright.equals(wanted)) {
            pixels = Resize.planes(pixels, upright, wanted);
        }
        System.arraycopy(pixels, 0, out, offset, pixels.length);
    }

    /**
     * Decodes a file in its own size.
     *
     * @throws DataException if the file is no sound JPEG or PNG, or exceeds a limit
     */
    Pictures.Planes decode(Path file) {
        ImageFile image = ImageFile.parse(file, bytes(file));
        Dataset.Shape stored = stored(image);
        byte[] pixels = image.orientation().upright(decode(file, image), stored);
        return new Pictures.Planes(pixels, 0, image.orientation().upright(stored));
    }

    @Override
    public void close() {
        jpeg.dispose();
        png.dispose();
    }

    private Dataset.Shape stored(ImageFile image) {
        return new Dataset.Shape(channels, image.height(), image.width());
    }

    /* The JDK's readers answer damaged data with unchecked exceptions as well as checked ones. A
     * JPEG that lacks data is only a warning to them, with grey for the missing part: so warnings
     * count. */
    private byte[] decode(Path file, ImageFile image) {
        ImageReader reader = image instanceof JpegFile ? jpeg : png;
        warning = "";
        byte[] planes;
        try (ImageInputStream in = memoryStream(image.bare())) {
            reader.setInput(in, true, true);
            planes = planes(file, image, reader);
        } catch (DataException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new DataException(
                    file + " is damaged and cannot be decoded; replace or remove it", e);
        } catch (OutOfMemoryError e) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s is %dx%d (height x width), too much for the memory that is free;"
                                    + " raise"
                                    + " -Xmx or scale it",
                            file,
                            image.height(),
                            image.width()),
                    e);
        } finally {
            reader.setInput(null);
        }
        if (!warning.isEmpty()) {
            throw ImageFile.damaged(file, warning);
        }
        return planes;
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
                throw new DataException(String.format(
                        Locale.ROOT,
                        "%s is longer than the limit of %d bytes; re-encode it",
                        file,
                        MAX_FILE_BYTES));
            }
            return bytes;
        } catch (IOException e) {
            throw new DataException(file + " cannot be read; check its permissions", e);
        }
    }

    private byte[] planes(Path file, ImageFile image, ImageReader reader) throws IOException {
        if (image instanceof JpegFile inked && inked.inks().isPresent()) {
            Raster stored = reader.readRaster(0, null);
            return planes(image, (y, rgb) -> {
                int[] row = stored.getPixels(0, y, image.width(), 1, (int[]) null);
                inked.inks().get().toRgb(row, rgb);
            });
        }
        BufferedImage decoded = reader.read(0);
        return planes(image, (y, rgb) -> readRow(file, decoded, y, rgb));
    }

    /** What writes a row of a decoded picture as red, green and blue. */
    private interface Rows {
        void read(int y, int[] rgb);
    }

    private byte[] planes(ImageFile image, Rows rows) {
        int width = image.width();
        int plane = width * image.height();
        byte[] out = new byte[channels * plane];
        int[] rgb = new int[3 * width];
        for (int y = 0; y < image.height(); y++) {
            rows.read(y, rgb);
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

    /* The JDK's own: a program may have others on its class path, with other results. */
    private ImageReader reader(String format) {
        Iterable<ImageReader> all = () -> ImageIO.getImageReadersByFormatName(format);
        ImageReader reader = StreamSupport.stream(all.spliterator(), false)
                .filter(r -> r.getClass().getModule() == ImageIO.class.getModule())
                .findFirst()
                .orElseThrow(() -> new DataException(String.format(
                        Locale.ROOT,
                        "this Java runtime has no reader of %s files; use a JDK",
                        format)));
        reader.addIIOReadWarningListener((source, text) -> {
            if (!PADDING.matcher(text).matches()) {
                warning = text;
            }
        });
        return reader;
    }
}
