package org.fusegrad.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.IntToLongFunction;
import java.util.function.IntUnaryOperator;
import org.fusegrad.math.Half;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Value;

/** Elements as little-endian bytes, a piece at a time. */
final class RawData {
    private static final int PIECE = 1 << 20;

    private final ByteBuffer piece = buffer(PIECE);

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Writes the elements of a value in row-major order. */
    void write(Value value, WritableByteChannel out) throws IOException {
        Value v = value.contiguous();
        int size = v.dtype().bytes();
        int numel = v.shape().numel();
        int count;
        for (int done = 0; done < numel; done += count) {
            int from = v.offset() + done;
            count = Math.min(PIECE / size, numel - done);
            piece.clear().limit(count * size);
            switch (v.dtype()) {
                case FLOAT32 -> piece.asFloatBuffer().put(v.floats(), from, count);
                case FLOAT64 -> piece.asDoubleBuffer().put(v.doubles(), from, count);
                case INT64 -> piece.asLongBuffer().put(v.longs(), from, count);
                case BFLOAT16, FLOAT16 -> piece.asShortBuffer().put(v.shorts(), from, count);
                case BOOL -> piece.duplicate().put(v.bytes(), from, count);
            }
            while (piece.hasRemaining()) {
                out.write(piece);
            }
        }
    }

    /**
     * Reads the elements of an entry that is readable as far as the header says.
     *
     * @throws MalformedFileException if a bool is neither 0 nor 1
     * @throws UnreadableException if an unsigned integer is beyond int64
     */
    Value read(Entry entry, ReadableByteChannel in) throws IOException, UnreadableException {
        int numel = entry.shape().numel();
        int size = entry.type().bytes();
        Value v = Value.of(Buffer.allocate(entry.type().dtype(), numel), entry.shape());
        int count;
        for (int done = 0; done < numel; done += count) {
            count = Math.min(PIECE / size, numel - done);
            fill(piece.clear().limit(count * size), in);
            take(entry.type(), v, v.offset() + done, count);
        }
        if (entry.type() == ElementType.BOOL) {
            requireTruthValues(entry, v);
        } else if (entry.type() == ElementType.U64) {
            requireSigned(v);
        }
        return v;
    }

    /** The next elements out of the piece. */
    private void take(ElementType type, Value v, int from, int count) {
        switch (type) {
            case F32 -> piece.asFloatBuffer().get(v.floats(), from, count);
            case F64 -> piece.asDoubleBuffer().get(v.doubles(), from, count);
            case I64, U64 -> piece.asLongBuffer().get(v.longs(), from, count);
            case BF16, F16 -> piece.asShortBuffer().get(v.shorts(), from, count);
            case BOOL -> piece.get(v.bytes(), from, count);
            case U8 -> longs(v, from, count, i -> piece.get(i) & 0xff);
            case I8 -> longs(v, from, count, i -> piece.get(i));
            case U16 -> longs(v, from, count, i -> piece.getShort(2 * i) & 0xffff);
            case I16 -> longs(v, from, count, i -> piece.getShort(2 * i));
            case U32 -> longs(v, from, count, i -> piece.getInt(4 * i) & 0xffffffffL);
            case I32 -> longs(v, from, count, i -> piece.getInt(4 * i));
            case F8_E5M2 -> shorts(v, from, count, i -> piece.get(i) << 8);
            case F8_E4M3 -> shorts(v, from, count, i -> e4m3(piece.get(i)));
            case F8_E8M0 -> {
                for (int i = 0; i < count; i++) {
                    v.floats()[from + i] = e8m0(piece.get(i));
                }
            }
            default -> throw new IllegalStateException(type + " is not readable");
        }
    }

    private static void longs(Value v, int from, int count, IntToLongFunction element) {
        long[] into = v.longs();
        for (int i = 0; i < count; i++) {
            into[from + i] = element.applyAsLong(i);
        }
    }

    private static void shorts(Value v, int from, int count, IntUnaryOperator element) {
        short[] into = v.shorts();
        for (int i = 0; i < count; i++) {
            into[from + i] = (short) element.applyAsInt(i);
        }
    }

    /** The float16 of sign, 4 bits of exponent with bias 7, 3 of fraction; all ones is NaN. */
    private static short e4m3(byte b) {
        int exponent = b >> 3 & 15;
        int fraction = b & 7;
        float magnitude = exponent == 0
                ? Math.scalb((float) fraction, -9)
                : Math.scalb((float) (8 + fraction), exponent - 10);
        float value = (b & 0x7f) == 0x7f ? Float.NaN : magnitude;
        return Half.toFloat16(b < 0 ? -value : value);
    }

    private static float e8m0(byte b) {
        return b == -1 ? Float.NaN : Math.scalb(1f, (b & 0xff) - 127);
    }

    private static void requireSigned(Value v) throws UnreadableException {
        for (int i = 0; i < v.shape().numel(); i++) {
            if (v.longs()[v.offset() + i] < 0) {
                throw new UnreadableException("it is U64 and has the value "
                        + Long.toUnsignedString(v.longs()[v.offset() + i])
                        + ", beyond the largest int64");
            }
        }
    }

    private static void requireTruthValues(Entry entry, Value v) throws IOException {
        for (int i = 0; i < v.shape().numel(); i++) {
            byte b = v.bytes()[v.offset() + i];
            if (b != 0 && b != 1) {
                throw new MalformedFileException(
                        "'" + entry.name() + "' has the byte " + b + " as a bool");
            }
        }
    }

    /** Fills a buffer up to its limit and turns it for reading. */
    static ByteBuffer fill(ByteBuffer into, ReadableByteChannel in) throws IOException {
        while (into.hasRemaining()) {
            if (in.read(into) < 0) {
                throw new EOFException("the file ended while it was read");
            }
        }
        return into.flip();
    }
}
