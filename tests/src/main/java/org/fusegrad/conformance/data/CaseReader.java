package org.fusegrad.conformance.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Finds and reads cases. */
public final class CaseReader {
    private static final String DESCRIPTION = "case.json";
    private static final String INDEX = "index.tsv";

    private CaseReader() {}

    /**
     * Directories below a root that are, or should be, cases: those with a description, those
     * without subdirectories, and those that an index lists. The root itself may be one.
     */
    public static List<Path> find(Path root) {
        if (!Files.isDirectory(root)) {
            throw new IllegalArgumentException("there is no directory " + root);
        }
        TreeSet<Path> found = new TreeSet<>(Comparator.comparing(Path::toString));
        try (Stream<Path> all = Files.walk(root)) {
            for (Path path : (Iterable<Path>) all.filter(Files::isDirectory)::iterator) {
                boolean described = Files.exists(path.resolve(DESCRIPTION));
                if (described || !path.equals(root) && isLeaf(path)) {
                    found.add(path);
                }
            }
            Path index = root.resolve(INDEX);
            if (Files.isRegularFile(index)) {
                Files.readAllLines(index, StandardCharsets.UTF_8).stream()
                        .skip(1)
                        .map(line -> line.split("\t", 2)[0])
                        .filter(path -> !path.isBlank())
                        .forEach(path -> found.add(root.resolve(path)));
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(root + " cannot be read: " + e.getMessage(), e);
        }
        return new ArrayList<>(found);
    }

    private static boolean isLeaf(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.noneMatch(Files::isDirectory);
        }
    }

    /**
     * The case in a directory.
     *
     * @throws MalformedCase in one sentence
     * @throws Unsupported if it has tensors of a type that there is not
     */
    public static ConformanceCase read(Path directory) {
        Path description = directory.resolve(DESCRIPTION);
        if (!Files.isRegularFile(description)) {
            throw new MalformedCase("there is no " + DESCRIPTION);
        }
        JsonObject json = parse(description);
        ConformanceCase read =
                new ConformanceCase(directory, json, new EntryReader(directory, json));
        if (read.op().isEmpty() || read.kind().isEmpty()) {
            throw new MalformedCase(DESCRIPTION + " names no op or no kind");
        }
        return read;
    }

    private static JsonObject parse(Path description) {
        try {
            String text = Files.readString(description, StandardCharsets.UTF_8);
            JsonElement parsed = JsonParser.parseString(text);
            if (!parsed.isJsonObject()) {
                throw new MalformedCase(DESCRIPTION + " does not hold an object");
            }
            return parsed.getAsJsonObject();
        } catch (JsonParseException | StackOverflowError e) {
            throw new MalformedCase(DESCRIPTION + " is not valid JSON", e);
        } catch (IOException e) {
            throw new MalformedCase(DESCRIPTION + " cannot be read: " + e.getMessage(), e);
        }
    }
}
