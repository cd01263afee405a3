package org.fusegrad.conformance.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;

/** One case: what to compute, from what, and what must come out. */
public final class ConformanceCase {
    private final Path directory;
    private final JsonObject json;
    private final List<TensorEntry> inputs;
    private final List<TensorEntry> outputs;
    private final List<TensorEntry> upstream;
    private final List<TensorEntry> grads;
    private final List<TensorEntry> vv;
    private final List<TensorEntry> grads2;
    private final Attributes attrs;

    ConformanceCase(Path directory, JsonObject json, EntryReader reader) {
        this.directory = directory;
        this.json = json;
        this.inputs = reader.entries("inputs");
        this.outputs = reader.entries("outputs");
        this.upstream = reader.entries("upstream");
        this.grads = reader.entries("grads");
        this.vv = reader.entries("vv");
        this.grads2 = reader.entries("grads2");
        JsonElement a = json.get("attrs");
        this.attrs = new Attributes(
                a != null && a.isJsonObject() ? a.getAsJsonObject() : new JsonObject());
    }

    public Path directory() {
        return directory;
    }

    public String suite() {
        return text("suite");
    }

    public String op() {
        return text("op");
    }

    public String name() {
        return text("name");
    }

    /** {@code forward}, {@code forward_backward}, {@code double_backward} or {@code trajectory}. */
    public String kind() {
        return text("kind");
    }

    public String dtype() {
        return text("dtype");
    }

    /** The steps of a composed case as they stand, or {@code null} for a single call. */
    public JsonElement program() {
        return json.get("program");
    }

    /** Number of steps of a trajectory, 0 if not given. */
    public int steps() {
        return new Attributes(json).integer("steps", 0);
    }

    public Attributes attrs() {
        return attrs;
    }

    public List<TensorEntry> inputs() {
        return inputs;
    }

    public List<TensorEntry> outputs() {
        return outputs;
    }

    public List<TensorEntry> upstream() {
        return upstream;
    }

    public List<TensorEntry> grads() {
        return grads;
    }

    public List<TensorEntry> vv() {
        return vv;
    }

    public List<TensorEntry> grads2() {
        return grads2;
    }

    /** The tensor of an entry. */
    public Tensor read(TensorEntry entry) {
        return RawTensors.read(entry);
    }

    /** The truth to compare an entry with: its float64 reference if there is one. */
    public Tensor truth(TensorEntry entry) {
        return entry.ref64() == null
                ? RawTensors.read(entry)
                : RawTensors.read(entry.ref64(), "float64", entry.shape());
    }

    /** The objects of a list in the description, such as the nodes of a graph. */
    public List<JsonObject> objects(String list) {
        List<JsonObject> all = new ArrayList<>();
        if (json.get(list) instanceof JsonArray array) {
            for (JsonElement e : array) {
                if (!e.isJsonObject()) {
                    throw new MalformedCase("'" + list + "' holds something else than objects");
                }
                all.add(e.getAsJsonObject());
            }
        }
        return all;
    }

    /** The texts of a list in the description. */
    public List<String> texts(String list) {
        List<String> all = new ArrayList<>();
        if (json.get(list) instanceof JsonArray array) {
            array.forEach(e -> all.add(e.getAsString()));
        }
        return all;
    }

    /** Numbers by name, such as the versions of operator sets. */
    public Map<String, Integer> versions(String name) {
        Map<String, Integer> all = new LinkedHashMap<>();
        if (json.get(name) instanceof JsonObject object) {
            Attributes numbers = new Attributes(object);
            object.keySet().forEach(key -> all.put(key, numbers.integer(key, 0)));
        }
        return all;
    }

    private String text(String name) {
        return new Attributes(json).text(name, "");
    }
}
