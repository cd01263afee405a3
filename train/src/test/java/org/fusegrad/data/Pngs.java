package org.fusegrad.data;

import static org.fusegrad.data.Jpegs.ascii;
import static org.fusegrad.data.Jpegs.bytes;
import static org.fusegrad.data.Jpegs.joined;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** PNG files made for a test from their samples, byte by byte. */
final class Pngs {
    static final byte[] SIGNATURE = bytes(0x89, 'P', 'N', 'G', 13, 10, 26, 10);
    static final byte[] END = chunk("IEND", new byte[0]);

    private static final int[][] PASSES = {
        {0, 0, 8, 8},
        {4, 0, 8, 8},
        {0, 4, 4, 8},
        {2, 0, 4, 4},
        {0, 2, 2, 4},
        {1, 0, 2, 2},
        {0, 1, 1, 2}
    };

    private Pngs() {}

    /** What each sample of a picture is. */
    interface IndexedDataset {
        int at(int y, int x, int channel);
    }

    static byte[] chunk(String type, byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(ascii(type));
        crc.update(data);
        return ByteBuffer.allocate(12 + data.length)
                .putInt(data.length)
                .put(ascii(type))
                .put(data)
                .putInt((int) crc.getValue())
                .array();
    }

    static byte[] header(int width, int height, int bits, int colour, int interlace) {
        byte[] data = ByteBuffer.allocate(13)
                .putInt(width)
                .putInt(height)
                .put(bytes(bits, colour, 0, 0, interlace))
                .array();
        return chunk("IHDR", data);
    }

    static int channels(int colour) {
        return new int[] {1, 0, 3, 1, 2, 0, 4}[colour];
    }

    /** A whole file, with chunks between header and picture. */
    static byte[] file(
            int width,
            int height,
            int bits,
            int colour,
            int interlace,
            IndexedDataset samples,
            byte[]... more) {
        byte[] data = deflated(rows(width, height, bits, colour, interlace, samples));
        return joined(
                SIGNATURE,
                header(width, height, bits, colour, interlace),
                joined(more),
                chunk("IDAT", data),
                END);
    }

    /** A grey file of 8 bits around some compressed data. */
    static byte[] around(int width, int height, byte[]... data) {
        byte[] chunks = new byte[0];
        for (byte[] piece : data) {
            chunks = joined(chunks, chunk("IDAT", piece));
        }
        return joined(SIGNATURE, header(width, height, 8, 0, 0), chunks, END);
    }

    static byte[] deflated(byte[] plain) {
        Deflater deflater = new Deflater();
        deflater.setInput(plain);
        deflater.finish();
        byte[] out = new byte[plain.length + 100];
        int length = deflater.deflate(out);
        deflater.end();
        return Arrays.copyOf(out, length);
    }

    static byte[] rows(
            int width, int height, int bits, int colour, int interlace, IndexedDataset samples) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int[][] passes = interlace == 1 ? PASSES : new int[][] {{0, 0, 1, 1}};
        for (int[] pass : passes) {
            for (int y = pass[1]; y < height && pass[0] < width; y += pass[3]) {
                out.write(0);
                int filled = 0;
                int current = 0;
                for (int x = pass[0]; x < width; x += pass[2]) {
                    for (int c = 0; c < channels(colour); c++) {
                        int sample = samples.at(y, x, c);
                        if (bits == 16) {
                            out.write(sample >> 8);
                            out.write(sample);
                        } else {
                            current = current << bits | sample;
                            filled += bits;
                            if (filled == 8) {
                                out.write(current);
                                current = 0;
                                filled = 0;
                            }
                        }
                    }
                }
                if (filled > 0) {
                    out.write(current << 8 - filled);
                }
            }
        }
        return out.toByteArray();
    }
}
