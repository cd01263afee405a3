package org.fusegrad.checkpoint;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/**
 * The safetensors format: 8 bytes of little-endian header length, a JSON header, the elements of
 * all tensors end to end.
 */
public final class Safetensors {
    /** The longest header that is read, in bytes. */
    public static final int MAX_HEADER = 100_000_000;

    private static final int PREFIX = 8;

    private Safetensors() {}

    /**
     * Reads a file. Everything the header claims is checked before tensors are allocated. Types
     * without one of ours are read as the narrowest that holds their values: integers as int64,
     * 8-bit floats as float16 or, powers of two, float32. What cannot be read as any, complex or
     * 4-bit numbers for example, is listed in {@link Checkpoint#unreadable}.
     *
     * @throws MalformedFileException if the file is not of the format, or nothing in it can be read
     */
    public static Checkpoint read(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long length = headerLength(in);
            ByteBuffer text = RawData.fill(ByteBuffer.allocate((int) length), in);
            Header header = Header.parse(decode(text), in.size() - PREFIX - length);
            return content(header, PREFIX + length, in);
        } catch (MalformedFileException e) {
            throw new MalformedFileException(file + " is no safetensors file: " + e.getMessage());
        }
    }

    private static Checkpoint content(Header header, long start, FileChannel in)
            throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> unreadable = new LinkedHashMap<>();
        for (Entry entry : header.entries()) {
            if (entry.unreadable() != null) {
                unreadable.put(entry.name(), entry.unreadable());
            }
        }
        requireSome(header.entries(), unreadable);
        RawData data = new RawData();
        for (Entry entry : header.entries()) {
            if (entry.unreadable() == null) {
                in.position(start + entry.begin());
                try {
                    tensors.put(entry.name(), Tensor.ofValue(data.read(entry, in)));
                } catch (UnreadableException e) {
                    unreadable.put(entry.name(), e.getMessage());
                }
            }
        }
        requireSome(header.entries(), unreadable);
        return new Checkpoint(tensors, header.metadata(), unreadable);
    }

    private static void requireSome(List<Entry> entries, Map<String, String> unreadable)
            throws MalformedFileException {
        if (!entries.isEmpty() && unreadable.size() == entries.size()) {
            String first = entries.get(0).name();
            throw new MalformedFileException(
                    "none of its tensors can be read: '" + first + "': " + unreadable.get(first));
        }
    }

    private static long headerLength(FileChannel in) throws IOException {
        if (in.size() < PREFIX) {
            throw new MalformedFileException("it has only " + in.size() + " bytes");
        }
        long length = RawData.fill(RawData.buffer(PREFIX), in).getLong();
        if (length < 0 || length > MAX_HEADER || length > in.size() - PREFIX) {
            throw new MalformedFileException("a header of " + Long.toUnsignedString(length)
                    + " bytes is longer than the file or than " + MAX_HEADER);
        }
        return length;
    }

    private static String decode(ByteBuffer text) throws MalformedFileException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(text).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFileException("the header is not UTF-8");
        }
    }

    /**
     * Writes a file beside its final place and moves it there when complete, so that a crash, a
     * full disk or another writer leaves the old file or a new one, whole.
     *
     * @throws IllegalArgumentException if a tensor has the name of the metadata, or the content
     *     was read from a file with tensors that could not be read and would be lost
     * @throws IOException if the file cannot be written; what was there before is still there
     */
    public static void write(Path file, Checkpoint content) throws IOException {
        if (!content.unreadable().isEmpty()) {
            throw new IllegalArgumentException("cannot write " + file + ": "
                    + content.unreadable().keySet() + " could not be read and would be lost;"
                    + " make a Checkpoint of the tensors that could");
        }
        byte[] header = header(content);
        Path target = file.toAbsolutePath();
        // Created like any file of the user's, unlike a temporary file that only he could read.
        Path temporary =
                target.resolveSibling(target.getFileName() + "." + UUID.randomUUID() + ".part");
        try {
            write(temporary, header, content);
            move(temporary, target);
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException(
                    "cannot write " + file + ": " + e.getMessage() + "; what was there is kept", e);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    /** Into a file that must be new, so that nothing that waits at the name is written to. */
    private static void write(Path fresh, byte[] header, Checkpoint content) throws IOException {
        try (FileChannel out =
                FileChannel.open(fresh, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            writeAll(out, RawData.buffer(PREFIX).putLong(header.length).flip());
            writeAll(out, ByteBuffer.wrap(header));
            RawData data = new RawData();
            for (Map.Entry<String, Tensor> e : ordered(content)) {
                data.write(e.getValue().value(), out);
            }
            out.force(true);
        }
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Wide types first, so that every tensor is aligned to its element. */
    private static List<Map.Entry<String, Tensor>> ordered(Checkpoint content) {
        List<Map.Entry<String, Tensor>> all = new ArrayList<>(content.tensors().entrySet());
        all.sort(Comparator.comparing(e -> -e.getValue().dtype().bytes()));
        return all;
    }

    /** The header, padded with spaces so that the data is aligned to 8 bytes. */
    private static byte[] header(Checkpoint content) throws IOException {
        StringWriter text = new StringWriter();
        JsonWriter json = new JsonWriter(text);
        json.beginObject();
        if (!content.metadata().isEmpty()) {
            json.name(Header.METADATA).beginObject();
            for (Map.Entry<String, String> e : content.metadata().entrySet()) {
                json.name(e.getKey()).value(e.getValue());
            }
            json.endObject();
        }
        long at = 0;
        for (Map.Entry<String, Tensor> e : ordered(content)) {
            if (e.getKey().equals(Header.METADATA)) {
                throw new IllegalArgumentException("a tensor cannot be called " + Header.METADATA);
            }
            DType dtype = e.getValue().dtype();
            json.name(e.getKey())
                    .beginObject()
                    .name("dtype")
                    .value(ElementType.of(dtype).name());
            json.name("shape").beginArray();
            for (int size : e.getValue().shape().dims()) {
                json.value(size);
            }
            json.endArray().name("data_offsets").beginArray().value(at);
            at += (long) e.getValue().shape().numel() * dtype.bytes();
            json.value(at).endArray().endObject();
        }
        json.endObject();
        while (text.getBuffer().toString().getBytes(StandardCharsets.UTF_8).length % 8 != 0) {
            text.append(' ');
        }
        byte[] header = text.toString().getBytes(StandardCharsets.UTF_8);
        if (header.length > MAX_HEADER) {
            throw new IllegalArgumentException("a header of " + header.length
                    + " bytes exceeds the " + MAX_HEADER + " that can be read back");
        }
        return header;
    }
}
