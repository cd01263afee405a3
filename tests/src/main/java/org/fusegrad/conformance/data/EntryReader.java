package org.fusegrad.conformance.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fusegrad.type.Shape;

/** Reads the tensor lists of a description, with the case's tolerance as the default. */
final class EntryReader {
    private static final double RTOL = 1e-3;
    private static final double ATOL = 1e-7;

    private final Path directory;
    private final JsonObject json;
    private final double rtol;
    private final double atol;

    EntryReader(Path directory, JsonObject json) {
        this.directory = directory;
        this.json = json;
        Attributes tolerance = json.get("tol") instanceof JsonObject t
                ? new Attributes(t)
                : new Attributes(new JsonObject());
        this.rtol = tolerance.number("rtol", RTOL);
        this.atol = tolerance.number("atol", ATOL);
    }

    List<TensorEntry> entries(String list) {
        List<TensorEntry> entries = new ArrayList<>();
        JsonElement value = json.get(list);
        if (value == null || value.isJsonNull()) {
            return entries;
        }
        if (!(value instanceof JsonArray array)) {
            throw new MalformedCase("'" + list + "' is not a list");
        }
        for (JsonElement e : array) {
            if (!(e instanceof JsonObject object)) {
                throw new MalformedCase("'" + list + "' holds something else than tensors");
            }
            entries.add(entry(list, object));
        }
        return entries;
    }

    private TensorEntry entry(String list, JsonObject object) {
        Attributes a = new Attributes(object);
        String name = a.text("name", a.text("of", null));
        if (name == null) {
            throw new MalformedCase("a tensor of '" + list + "' has no name");
        }
        String dtype = a.text("dtype", "");
        if (!RawTensors.knows(dtype)) {
            throw new Unsupported("tensor '" + name + "' of type '" + dtype + "'");
        }
        if (!a.isList("shape")) {
            throw new MalformedCase("tensor '" + name + "' has no shape");
        }
        Path ref64 = a.has("ref64") ? inside(name, a.text("ref64", "")) : null;
        return new TensorEntry(
                name,
                dtype,
                shape(name, a.ints("shape")),
                inside(name, a.text("file", "")),
                a.flag("requires_grad", false),
                a.flag("state", false),
                a.number("rtol", rtol),
                a.number("atol", atol),
                a.number("torch_err", Double.NaN),
                ref64);
    }

    private static Shape shape(String name, int... dims) {
        try {
            return Shape.of(dims);
        } catch (IllegalArgumentException e) {
            throw new MalformedCase("tensor '" + name + "': " + e.getMessage(), e);
        }
    }

    /** A file of the case, never one outside its directory. */
    private Path inside(String name, String file) {
        Path path = directory.resolve(file).normalize();
        if (file.isEmpty() || !path.startsWith(directory.normalize())) {
            throw new MalformedCase(
                    "tensor '" + name + "' names no file of its case: '" + file + "'");
        }
        return path;
    }
}
