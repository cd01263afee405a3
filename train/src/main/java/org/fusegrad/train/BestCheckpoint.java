package org.fusegrad.train;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fusegrad.checkpoint.Checkpoint;
import org.fusegrad.checkpoint.Safetensors;
import org.fusegrad.nn.Module;

/** Keeps the best model of a run in {@code best.safetensors}: complete, or the one before it. */
public final class BestCheckpoint implements TrainingListener {
    /** The file's name. */
    public static final String FILE = "best.safetensors";

    private final RunFolder folder;
    private final Map<String, String> about;

    /**
     * Saves into a folder.
     *
     * @param about what the metadata says besides epoch, accuracy and the conventions of the norms
     */
    public BestCheckpoint(RunFolder folder, Map<String, String> about) {
        this.folder = folder;
        this.about = new LinkedHashMap<>(about);
    }

    @Override
    public void epoch(EpochMetrics metrics, Module model, boolean best) throws IOException {
        if (!best) {
            return;
        }
        Checkpoint content = Checkpoint.of(model);
        Map<String, String> metadata = new LinkedHashMap<>(about);
        metadata.put("epoch", Integer.toString(metrics.epoch()));
        metadata.put("val_accuracy", Double.toString(metrics.valAccuracy()));
        metadata.putAll(content.metadata());
        Safetensors.write(folder.path().resolve(FILE), new Checkpoint(content.tensors(), metadata));
    }
}
