package org.fusegrad.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
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
     * Reads the elements of an entry.
     *
     * @throws MalformedFileException if a bool is neither 0 nor 1
     */
    Value read(Entry entry, ReadableByteChannel in) throws IOException {
        int numel = entry.shape().numel();
        int size = entry.dtype().bytes();
        Value v = Value.of(Buffer.allocate(entry.dtype(), numel), entry.shape());
        int count;
        for (int done = 0; done < numel; done += count) {
            int from = v.offset() + done;
            count = Math.min(PIECE / size, numel - done);
            fill(piece.clear().limit(count * size), in);
            switch (entry.dtype()) {
                case FLOAT32 -> piece.asFloatBuffer().get(v.floats(), from, count);
                case FLOAT64 -> piece.asDoubleBuffer().get(v.doubles(), from, count);
                case INT64 -> piece.asLongBuffer().get(v.longs(), from, count);
                case BFLOAT16, FLOAT16 -> piece.asShortBuffer().get(v.shorts(), from, count);
                case BOOL -> piece.get(v.bytes(), from, count);
            }
        }
        if (entry.dtype() == org.fusegrad.DType.BOOL) {
            requireTruthValues(entry, v);
        }
        return v;
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
