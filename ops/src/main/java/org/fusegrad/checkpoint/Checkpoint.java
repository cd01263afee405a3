package org.fusegrad.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.Norm;

/**
 * Named tensors and text about them.
 *
 * @param tensors by path, in order
 * @param metadata anything else, as text
 */
public record Checkpoint(Map<String, Tensor> tensors, Map<String, String> metadata) {
    public Checkpoint {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /**
     * The parameters and states of a module, and the conventions of its norms (eps, momentum and
     * what it weighs, which variance runs), in which other programs differ.
     */
    public static Checkpoint of(Module module) {
        return new Checkpoint(module.stateDict(), conventions(module));
    }

    private static Map<String, String> conventions(Module module) {
        Map<String, String> all = new LinkedHashMap<>();
        module.namedModules().forEach((path, m) -> {
            if (m instanceof Norm norm) {
                norm.conventions()
                        .forEach((key, value) -> all.put("norm:" + path + ":" + key, value));
            }
        });
        return all;
    }

    /**
     * Puts the tensors into a module. Nothing changes unless everything fits.
     *
     * @throws IllegalArgumentException if paths, types or shapes differ, or the module's norms have
     *     other conventions than the saved ones
     */
    public void into(Module module) {
        conventions(module).forEach((key, own) -> {
            String saved = metadata.getOrDefault(key, own);
            if (!saved.equals(own)) {
                throw new IllegalArgumentException("checkpoint: " + key + " was saved as " + saved
                        + ", the module has " + own + "; build it with the saved value");
            }
        });
        module.loadStateDict(tensors);
    }

    /** Saves a module: the file appears complete or not at all. */
    public static void save(Module module, Path file) throws IOException {
        Safetensors.write(file, of(module));
    }

    /**
     * Loads a module.
     *
     * @throws MalformedFileException if the file is damaged
     * @throws IllegalArgumentException as {@link #into}
     */
    public static void load(Module module, Path file) throws IOException {
        Safetensors.read(file).into(module);
    }
}
