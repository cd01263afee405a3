package org.fusegrad.train;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import org.fusegrad.nn.Module;

/** Writes {@code metrics.csv} and {@code metrics.jsonl}, a whole line for each epoch as it ends. */
public final class MetricsFile implements TrainingListener {
    private static final String HEADER = "epoch,train_loss,train_accuracy,val_loss,val_accuracy,"
            + "learning_rate,images_per_second,seconds\n";

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .registerTypeAdapter(double.class, finite())
            .serializeNulls()
            .create();

    private final RunFolder folder;

    public MetricsFile(RunFolder folder) {
        this.folder = folder;
    }

    @Override
    public void epoch(EpochMetrics m, Module model, boolean best) throws IOException {
        Path csv = folder.path().resolve("metrics.csv");
        append(csv, (Files.exists(csv) ? "" : HEADER) + row(m));
        append(folder.path().resolve("metrics.jsonl"), GSON.toJson(m) + "\n");
    }

    /** JSON has no NaN: what is not finite becomes null. */
    private static JsonSerializer<Double> finite() {
        return (value, type, context) ->
                Double.isFinite(value) ? new JsonPrimitive(value) : JsonNull.INSTANCE;
    }

    private static String row(EpochMetrics m) {
        return String.format(
                Locale.ROOT,
                "%d,%.6f,%.6f,%.6f,%.6f,%.6g,%.1f,%.3f\n",
                m.epoch(),
                m.trainLoss(),
                m.trainAccuracy(),
                m.valLoss(),
                m.valAccuracy(),
                m.learningRate(),
                m.imagesPerSecond(),
                m.seconds());
    }

    private static void append(Path file, String text) throws IOException {
        Files.writeString(
                file,
                text,
                StandardCharsets.UTF_8,
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
