package org.fusegrad.conformance;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.fusegrad.conformance.CaseResult.Status;
import org.fusegrad.conformance.eval.Comparison.Difference;

/** The results of a run, one for each case. */
public record ConformanceReport(List<CaseResult> cases) {
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .serializeSpecialFloatingPointValues()
            .disableHtmlEscaping()
            .create();

    private int count(Status status) {
        return (int) cases.stream().filter(c -> c.status() == status).count();
    }

    public int passed() {
        return count(Status.PASS);
    }

    public int failed() {
        return count(Status.FAIL);
    }

    public int unsupported() {
        return count(Status.UNSUPPORTED);
    }

    /** Cases that contradict themselves or their format. */
    public int malformed() {
        return count(Status.MALFORMED);
    }

    /** Cases whose float32 errors were measured against PyTorch's. */
    public int measured() {
        return (int) cases.stream().filter(CaseResult::measured).count();
    }

    /** Those of them whose errors are at most PyTorch's plus one rounding, fused and unfused. */
    public int withinTorch() {
        return (int) cases.stream()
                .filter(c -> c.measured() && c.beyondTorch().isEmpty())
                .count();
    }

    /** Those of them whose errors are so when fused. */
    public int fusedWithinTorch() {
        return (int) cases.stream()
                .filter(c -> c.measured() && c.fusedBeyond().isEmpty())
                .count();
    }

    /** A table by operation, then every case that did not pass, then the sums. */
    public void print(PrintStream out) {
        Map<String, Map<Status, Integer>> table = new TreeMap<>();
        for (CaseResult c : cases) {
            table.computeIfAbsent(c.suite() + "/" + c.op(), k -> new EnumMap<>(Status.class))
                    .merge(c.status(), 1, Integer::sum);
        }
        row(out, "operation", "pass", "fail", "unsupported", "malformed");
        table.forEach((op, counts) -> row(
                out,
                op,
                counts.getOrDefault(Status.PASS, 0),
                counts.getOrDefault(Status.FAIL, 0),
                counts.getOrDefault(Status.UNSUPPORTED, 0),
                counts.getOrDefault(Status.MALFORMED, 0)));
        for (Status status : List.of(Status.UNSUPPORTED, Status.MALFORMED, Status.FAIL)) {
            cases.stream().filter(c -> c.status() == status).forEach(out::println);
        }
        out.println(summary());
    }

    /** The column of malformed cases stands only where there are any. */
    private void row(PrintStream out, String op, Object... columns) {
        String text = String.format(
                Locale.ROOT, "%-44s %6s %6s %12s", op, columns[0], columns[1], columns[2]);
        out.println(
                malformed() == 0 ? text : String.format(Locale.ROOT, "%s %10s", text, columns[3]));
    }

    /** The sums in one line. */
    public String summary() {
        String within = measured() == 0
                ? ""
                : ", float32 error within PyTorch's in " + fusedWithinTorch() + " of " + measured()
                        + " fused, " + withinTorch() + " unfused too";
        String malformed = malformed() == 0 ? "" : ", " + malformed() + " malformed";
        return passed() + " passed, " + failed() + " failed, " + unsupported() + " unsupported"
                + malformed + " of " + cases.size() + " cases" + within;
    }

    /** Writes everything as JSON. */
    public void writeJson(Path file) {
        JsonObject json = new JsonObject();
        json.addProperty("passed", passed());
        json.addProperty("failed", failed());
        json.addProperty("unsupported", unsupported());
        json.addProperty("malformed", malformed());
        json.addProperty("measured", measured());
        json.addProperty("withinTorch", withinTorch());
        json.addProperty("fusedWithinTorch", fusedWithinTorch());
        JsonArray all = new JsonArray();
        cases.forEach(c -> all.add(json(c)));
        json.add("cases", all);
        try {
            Path parent = file.toAbsolutePath().getParent();
            Files.createDirectories(parent);
            Files.writeString(file, GSON.toJson(json) + "\n");
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static JsonObject json(CaseResult c) {
        JsonObject json = new JsonObject();
        json.addProperty("path", c.path());
        json.addProperty("suite", c.suite());
        json.addProperty("op", c.op());
        json.addProperty("kind", c.kind());
        json.addProperty("dtype", c.dtype());
        json.addProperty("status", c.status().name());
        if (!c.mode().isEmpty()) {
            json.addProperty("mode", c.mode());
        }
        if (!c.reason().isEmpty()) {
            json.addProperty("reason", c.reason());
        }
        if (c.measured()) {
            json.addProperty("withinTorch", c.beyondTorch().isEmpty());
        }
        c.beyondTorch().ifPresent(d -> json.add("beyondTorch", json(d)));
        c.worst().ifPresent(d -> json.add("worst", json(d)));
        return json;
    }

    private static JsonObject json(Difference d) {
        JsonObject json = new JsonObject();
        json.addProperty("tensor", d.tensor());
        if (d.reason().isEmpty()) {
            JsonArray index = new JsonArray();
            for (int i : d.index()) {
                index.add(i);
            }
            json.add("index", index);
            json.addProperty("expected", d.expected());
            json.addProperty("got", d.got());
            json.addProperty("error", d.error());
            json.addProperty("tolerance", d.tolerance());
        }
        return json;
    }
}
