package org.fusegrad.conformance.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The attributes of a case, read by name and type; absent and null ones take a default. */
public final class Attributes {
    private final JsonObject json;
    private final Set<String> asked = new HashSet<>();

    public Attributes(JsonObject json) {
        this.json = json;
    }

    /** Whether the attribute is there and not null. */
    public boolean has(String name) {
        asked.add(name);
        return json.has(name) && !json.get(name).isJsonNull();
    }

    public Set<String> names() {
        return json.keySet();
    }

    /** All of them as they stand. */
    public JsonObject json() {
        return json;
    }

    /** Names of attributes that nobody has asked for. */
    public Set<String> unread() {
        Set<String> unread = new TreeSet<>(json.keySet());
        unread.removeAll(asked);
        return unread;
    }

    /** The list as it stands; empty if absent. */
    public JsonArray list(String name) {
        if (!has(name)) {
            return new JsonArray();
        }
        if (!(json.get(name) instanceof JsonArray array)) {
            throw wrong(name, "a list");
        }
        return array;
    }

    /** A number; truth values count as 1 and 0. */
    public double number(String name, double otherwise) {
        return has(name) ? number(name, json.get(name)) : otherwise;
    }

    public int integer(String name, int otherwise) {
        return has(name) ? integer(name, json.get(name)) : otherwise;
    }

    /** A truth value; numbers count as true unless 0. */
    public boolean flag(String name, boolean otherwise) {
        return has(name) ? number(name, json.get(name)) != 0 : otherwise;
    }

    public String text(String name, String otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        if (!isText(json.get(name))) {
            throw wrong(name, "a text");
        }
        return json.get(name).getAsString();
    }

    /** Whether the attribute is there and a text. */
    public boolean isText(String name) {
        return has(name) && isText(json.get(name));
    }

    /** Whether the attribute is there and a list. */
    public boolean isList(String name) {
        return has(name) && json.get(name).isJsonArray();
    }

    /** Integers; a single one stands for itself. */
    public int[] ints(String name, int... otherwise) {
        return has(name)
                ? elements(name).stream().mapToInt(e -> integer(name, e)).toArray()
                : otherwise;
    }

    /** As many integers as axes: a single one is repeated. */
    public int[] spread(String name, int axes, int otherwise) {
        int[] values = ints(name, otherwise);
        if (values.length == 1) {
            int[] all = new int[axes];
            Arrays.fill(all, values[0]);
            return all;
        }
        if (values.length != axes) {
            throw wrong(name, "a list of " + axes + " integers");
        }
        return values;
    }

    public double[] numbers(String name, double... otherwise) {
        return has(name)
                ? elements(name).stream().mapToDouble(e -> number(name, e)).toArray()
                : otherwise;
    }

    /** Attributes nested under a name. */
    public Attributes nested(String name) {
        if (!has(name) || !json.get(name).isJsonObject()) {
            throw wrong(name, "an object");
        }
        return new Attributes(json.getAsJsonObject(name));
    }

    private List<JsonElement> elements(String name) {
        JsonElement value = json.get(name);
        if (!value.isJsonArray()) {
            return List.of(value);
        }
        JsonArray array = value.getAsJsonArray();
        List<JsonElement> all = new ArrayList<>(array.size());
        array.forEach(all::add);
        return all;
    }

    private static double number(String name, JsonElement e) {
        if (e.isJsonPrimitive() && e.getAsJsonPrimitive().isBoolean()) {
            return e.getAsBoolean() ? 1 : 0;
        }
        try {
            return isText(e) ? spelled(e.getAsString()) : e.getAsDouble();
        } catch (RuntimeException notANumber) {
            throw wrong(name, "a number");
        }
    }

    /** Numbers that JSON has no digits for. */
    private static double spelled(String word) {
        return switch (word) {
            case "inf", "Infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-Infinity" -> Double.NEGATIVE_INFINITY;
            case "nan", "NaN" -> Double.NaN;
            default -> throw new NumberFormatException(word);
        };
    }

    private static int integer(String name, JsonElement e) {
        double value = number(name, e);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw wrong(name, "an integer");
        }
        return (int) value;
    }

    private static boolean isText(JsonElement e) {
        return e.isJsonPrimitive() && e.getAsJsonPrimitive().isString();
    }

    private static MalformedCase wrong(String name, String wanted) {
        return new MalformedCase("attribute '" + name + "' is not " + wanted);
    }
}
