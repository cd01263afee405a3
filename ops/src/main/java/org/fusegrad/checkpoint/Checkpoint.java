package org.fusegrad.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.optim.Optimizer;

/**
 * Named tensors and text about them.
 *
 * @param tensors by path, in order
 * @param metadata anything else, as text
 */
public record Checkpoint(Map<String, Tensor> tensors, Map<String, String> metadata) {
    /** Before the paths of an optimiser's memory, and what metadata calls its kind. */
    private static final String OPTIMIZER = "optimizer:";

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

    /** All that training needs to go on with the same bits: module and optimiser. */
    public static Checkpoint of(Module module, Optimizer optimizer) {
        Checkpoint model = of(module);
        Map<String, Tensor> all = new LinkedHashMap<>(model.tensors);
        optimizer.stateDict().forEach((path, t) -> all.put(OPTIMIZER + path, t));
        Map<String, String> about = new LinkedHashMap<>(model.metadata);
        about.put(OPTIMIZER, optimizer.getClass().getSimpleName());
        return new Checkpoint(all, about);
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
        module.loadStateDict(part(false));
    }

    /**
     * Puts the tensors into a module and its optimiser. Nothing changes unless everything fits.
     *
     * @throws IllegalArgumentException as {@link #into(Module)}, or if no optimiser of this kind
     *     was saved
     */
    public void into(Module module, Optimizer optimizer) {
        String own = optimizer.getClass().getSimpleName();
        String saved = metadata.get(OPTIMIZER);
        if (!own.equals(saved)) {
            throw new IllegalArgumentException("checkpoint: it holds "
                    + (saved == null ? "no optimizer" : "the optimizer " + saved) + ", not " + own);
        }
        Transaction.run(() -> {
            into(module);
            optimizer.loadStateDict(part(true));
        });
    }

    /** The tensors of the optimiser, or those of the module. */
    private Map<String, Tensor> part(boolean optimizer) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        tensors.forEach((path, t) -> {
            if (path.startsWith(OPTIMIZER) == optimizer) {
                part.put(optimizer ? path.substring(OPTIMIZER.length()) : path, t);
            }
        });
        return part;
    }

    /** Saves a module: the file appears complete or not at all. */
    public static void save(Module module, Path file) throws IOException {
        Safetensors.write(file, of(module));
    }

    /** Saves a module and its optimiser, as {@link #save(Module, Path)}. */
    public static void save(Module module, Optimizer optimizer, Path file) throws IOException {
        Safetensors.write(file, of(module, optimizer));
    }

    /**
     * Loads a module; what the file holds of an optimiser is left out.
     *
     * @throws MalformedFileException if the file is damaged
     * @throws IllegalArgumentException as {@link #into}
     */
    public static void load(Module module, Path file) throws IOException {
        Safetensors.read(file).into(module);
    }

    /**
     * Loads a module and its optimiser.
     *
     * @throws MalformedFileException if the file is damaged
     * @throws IllegalArgumentException as {@link #into(Module, Optimizer)}
     */
    public static void load(Module module, Optimizer optimizer, Path file) throws IOException {
        Safetensors.read(file).into(module, optimizer);
    }
}
