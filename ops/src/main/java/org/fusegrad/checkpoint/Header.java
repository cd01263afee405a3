package org.fusegrad.checkpoint;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.fusegrad.type.Shape;

/**
 * The JSON header of a file: read as a stream, so that a hostile one costs no more than its length,
 * and checked completely before any tensor is allocated.
 */
record Header(List<Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final int MAX_RANK = 32;
    private static final int MAX_DIGITS = 18;
    private static final long MAX_ELEMENTS = Integer.MAX_VALUE - 64;

    /**
     * Reads and checks a header.
     *
     * @param dataBytes length of what follows it
     * @throws MalformedFileException if it is not JSON of the right form, or the tensors do not
     *     cover the data exactly once
     */
    static Header parse(String json, long dataBytes) throws IOException {
        require(json.startsWith("{"), "the header is bad: it does not begin with {");
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
        String label = null;
        List<Long> dims = null;
        List<Long> offsets = null;
        in.beginObject();
        while (in.hasNext()) {
            String key = in.nextName();
            switch (key) {
                case "dtype" -> {
                    require(label == null, "'" + name + "' has two dtypes");
                    require(
                            in.peek() == JsonToken.STRING,
                            "the dtype of '" + name + "' is no text");
                    label = in.nextString();
                }
                case "shape" -> {
                    require(dims == null, "'" + name + "' has two shapes");
                    dims = numbers(in, name, MAX_RANK);
                }
                case "data_offsets" -> {
                    require(offsets == null, "'" + name + "' has data_offsets twice");
                    offsets = numbers(in, name, 2);
                }
                default ->
                    throw new MalformedFileException(
                            "'" + name + "' has the unknown field '" + key + "'");
            }
        }
        in.endObject();
        boolean complete = label != null && dims != null && offsets != null && offsets.size() == 2;
        require(complete, "'" + name + "' lacks dtype, shape or two data_offsets");
        require(
                offsets.get(0) <= offsets.get(1),
                "'" + name + "' has offsets " + offsets + " that are not in order");
        return entry(name, label, dims, offsets.get(0), offsets.get(1));
    }

    private static Entry entry(String name, String label, List<Long> dims, long begin, long end)
            throws MalformedFileException {
        int[] sizes = dims.stream().mapToInt(Math::toIntExact).toArray();
        ElementType type = ElementType.of(label).orElse(null);
        if (type == null) {
            String known = Arrays.stream(ElementType.values())
                    .filter(ElementType::isReadable)
                    .map(Enum::name)
                    .collect(Collectors.joining(", "));
            String why = "it has the type '" + label.substring(0, Math.min(40, label.length()))
                    + "'; those that can be read are " + known;
            return new Entry(name, null, null, begin, end, why);
        }
        long elements = elements(sizes);
        long bytes = elements < 0 ? -1 : type.bytes(elements);
        if (elements > MAX_ELEMENTS && bytes == end - begin) {
            String why = "it has " + elements + " elements, more than the 2^31 of a tensor";
            return new Entry(name, type, null, begin, end, why);
        }
        Shape shape = Shape.of(sizes);
        require(
                bytes == end - begin,
                "'" + name + "' is " + label + shape + " of " + bytes + " bytes, its offsets "
                        + begin + ".." + end + " are not");
        String why = type.isReadable() ? null : "there is no tensor of its type " + label;
        return new Entry(name, type, shape, begin, end, why);
    }

    /** Number of elements, or -1 if it is beyond a long. */
    private static long elements(int[] sizes) {
        long elements = 1;
        for (int size : sizes) {
            if (size == 0) {
                return 0;
            }
            elements = elements < 0 || elements > Long.MAX_VALUE / size ? -1 : elements * size;
        }
        return elements;
    }

    private static List<Long> numbers(JsonReader in, String name, int limit) throws IOException {
        List<Long> values = new ArrayList<>();
        in.beginArray();
        while (in.hasNext()) {
            require(in.peek() == JsonToken.NUMBER, "'" + name + "' has a size that is no number");
            String text = in.nextString();
            require(!text.startsWith("-"), "'" + name + "' has a negative size or offset");
            // Whole by its spelling: 2.0 and 2e0 are refused, as readers in other languages do.
            require(
                    text.length() <= MAX_DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9'),
                    "the header is bad: '" + name
                            + "' has a size or offset of those that are not plain whole numbers"
                            + " of at most " + MAX_DIGITS + " digits");
            values.add(Long.parseLong(text));
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
