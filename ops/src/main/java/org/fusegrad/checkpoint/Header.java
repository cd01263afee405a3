package org.fusegrad.checkpoint;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.DType;
import org.fusegrad.Shape;

/**
 * The JSON header of a file: read as a stream, so that a hostile one costs no more than its length,
 * and checked completely before any tensor is allocated.
 */
record Header(List<Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final int MAX_RANK = 32;

    /**
     * Reads and checks a header.
     *
     * @param dataBytes length of what follows it
     * @throws MalformedFileException if it is not JSON of the right form, or the tensors do not
     *     cover the data exactly once
     */
    static Header parse(String json, long dataBytes) throws IOException {
        List<Entry> entries = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        Set<String> names = new HashSet<>();
        try (JsonReader in = new JsonReader(new StringReader(json))) {
            in.setStrictness(Strictness.STRICT);
            in.beginObject();
            while (in.hasNext()) {
                String name = in.nextName();
                require(names.add(name), "'" + name + "' occurs twice");
                if (name.equals(METADATA)) {
                    readMetadata(in, metadata);
                } else {
                    entries.add(readEntry(in, name));
                }
            }
            in.endObject();
            require(in.peek() == JsonToken.END_DOCUMENT, "something follows the JSON object");
        } catch (MalformedFileException e) {
            throw e;
        } catch (IOException
                | IllegalStateException
                | IllegalArgumentException
                | ArithmeticException e) {
            throw new MalformedFileException("the header is bad: " + e.getMessage());
        }
        requireCover(entries, dataBytes);
        return new Header(entries, metadata);
    }

    private static void readMetadata(JsonReader in, Map<String, String> into) throws IOException {
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            require(in.peek() == JsonToken.STRING, "metadata '" + key + "' is not text");
            require(into.put(key, in.nextString()) == null, "metadata '" + key + "' occurs twice");
        }
        in.endObject();
    }

    private static Entry readEntry(JsonReader in, String name) throws IOException {
        DType dtype = null;
        List<Long> dims = null;
        List<Long> offsets = null;
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            switch (key) {
                case "dtype" -> dtype = type(name, in.nextString());
                case "shape" -> dims = numbers(in, name, MAX_RANK);
                case "data_offsets" -> offsets = numbers(in, name, 2);
                default ->
                    throw new MalformedFileException(
                            "'" + name + "' has the unknown field '" + key + "'");
            }
        }
        in.endObject();
        boolean complete = dtype != null && dims != null && offsets != null && offsets.size() == 2;
        require(complete, "'" + name + "' lacks dtype, shape or two data_offsets");
        int[] sizes = dims.stream().mapToInt(Math::toIntExact).toArray();
        Entry entry = new Entry(name, dtype, Shape.of(sizes), offsets.get(0), offsets.get(1));
        require(
                entry.end() - entry.begin() == entry.bytes(),
                "'" + name + "' is " + dtype
                        + entry.shape() + " of " + entry.bytes() + " bytes, its offsets "
                        + entry.begin() + ".." + entry.end() + " are not");
        return entry;
    }

    private static DType type(String name, String label) throws MalformedFileException {
        DType dtype = Entry.TYPES.get(label);
        require(
                dtype != null,
                "'" + name + "' has the type '" + label + "'; known are "
                        + Entry.TYPES.keySet().stream().sorted().toList());
        return dtype;
    }

    private static List<Long> numbers(JsonReader in, String name, int limit) throws IOException {
        List<Long> values = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            require(in.peek() == JsonToken.NUMBER, "'" + name + "' has a size that is no number");
            long value = in.nextLong();
            require(value >= 0, "'" + name + "' has a negative size or offset");
            values.add(value);
            require(values.size() <= limit, "'" + name + "' has more than " + limit + " sizes");
        }
        in.endArray();
        return values;
    }

    /** The tensors lie end to end and fill the data, so none overlap and nothing hides between. */
    private static void requireCover(List<Entry> entries, long dataBytes) throws IOException {
        List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long at = 0;
        for (Entry entry : sorted) {
            require(
                    entry.begin() == at,
                    "'" + entry.name() + "' begins at " + entry.begin()
                            + ", the tensor before it ends at " + at);
            require(
                    entry.end() <= dataBytes,
                    "'" + entry.name() + "' ends at " + entry.end() + ", the data at " + dataBytes);
            at = entry.end();
        }
        require(at == dataBytes, "the tensors end at " + at + ", the data at " + dataBytes);
    }

    private static void require(boolean holds, String otherwise) throws MalformedFileException {
        if (!holds) {
            throw new MalformedFileException(otherwise);
        }
    }
}
