package org.fusegrad.conformance;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** A case about to be written into a folder, as a generator of cases would write it. */
final class CaseFolder {
    private final Path folder;
    private final JsonObject json = new JsonObject();

    CaseFolder(Path folder, String op, String kind) {
        this.folder = folder;
        json.addProperty("suite", "torch");
        json.addProperty("op", op);
        json.addProperty("name", op);
        json.addProperty("kind", kind);
        json.addProperty("dtype", "float64");
        json.addProperty("note", "y = something else(x, nobody reads this)");
        json.add("attrs", new JsonObject());
    }

    /** Any member, as JSON with single quotes. */
    CaseFolder with(String member, String value) {
        json.add(member, parse(value));
        return this;
    }

    CaseFolder program(String steps) {
        return with("program", steps);
    }

    private static JsonElement parse(String text) {
        return JsonParser.parseString(text.replace('\'', '"'));
    }

    /** An input that expects a gradient. */
    CaseFolder leaf(String name, String shape, double... values) {
        entry("inputs", "name", name, "float64", shape, doubles(values))
                .addProperty("requires_grad", true);
        return this;
    }

    CaseFolder input(String name, String shape, double... values) {
        entry("inputs", "name", name, "float64", shape, doubles(values));
        return this;
    }

    CaseFolder index(String name, String shape, long... values) {
        ByteBuffer bytes = buffer(8 * values.length);
        for (long v : values) {
            bytes.putLong(v);
        }
        entry("inputs", "name", name, "int64", shape, bytes.array());
        return this;
    }

    CaseFolder output(String name, String shape, double... values) {
        tight(entry("outputs", "name", name, "float64", shape, doubles(values)));
        return this;
    }

    CaseFolder indexOutput(String name, String shape, long... values) {
        ByteBuffer bytes = buffer(8 * values.length);
        for (long v : values) {
            bytes.putLong(v);
        }
        entry("outputs", "name", name, "int64", shape, bytes.array()).addProperty("state", true);
        return this;
    }

    CaseFolder upstream(String of, String shape, double... values) {
        entry("upstream", "of", of, "float64", shape, doubles(values));
        return this;
    }

    CaseFolder gradient(String of, String shape, double... values) {
        tight(entry("grads", "of", of, "float64", shape, doubles(values)));
        return this;
    }

    private static void tight(JsonObject entry) {
        entry.addProperty("rtol", 1e-12);
        entry.addProperty("atol", 1e-12);
    }

    private JsonObject entry(
            String list, String key, String name, String dtype, String shape, byte[] bytes) {
        JsonObject entry = new JsonObject();
        String file = list + "_" + name.replace('.', '_') + ".bin";
        entry.addProperty(key, name);
        entry.addProperty("dtype", dtype);
        entry.add("shape", parse(shape));
        entry.addProperty("file", file);
        if (!json.has(list)) {
            json.add(list, new JsonArray());
        }
        json.getAsJsonArray(list).add(entry);
        try {
            Files.createDirectories(folder);
            Files.write(folder.resolve(file), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entry;
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] doubles(double... values) {
        ByteBuffer bytes = buffer(8 * values.length);
        for (double v : values) {
            bytes.putDouble(v);
        }
        return bytes.array();
    }

    void write() {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("case.json"), json.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
