package org.fusegrad.checkpoint;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.Transaction;
import org.fusegrad.nn.LoadPolicy;
import org.fusegrad.nn.LoadReport;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.optim.Optimizer;

/**
 * Named tensors and text about them.
 *
 * @param tensors by path, in order
 * @param metadata anything else, as text
 * @param unreadable what a file held besides, in types or sizes there is no tensor for: why, by
 *     path
 */
public record Checkpoint(
        Map<String, Tensor> tensors, Map<String, String> metadata, Map<String, String> unreadable) {
    /** Before the paths of an optimiser's memory, and what metadata calls its kind. */
    private static final String OPTIMIZER = "optimizer:";

    /** Before what metadata says of a norm. */
    private static final String NORM = "norm:";

    public Checkpoint {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        unreadable = Collections.unmodifiableMap(new LinkedHashMap<>(unreadable));
    }

    public Checkpoint(Map<String, Tensor> tensors, Map<String, String> metadata) {
        this(tensors, metadata, Map.of());
    }

    /**
     * The parameters and states of a module, and the conventions of its norms (eps, momentum and
     * what it weighs, which variance runs), in which other programs differ.
     */
    public static Checkpoint of(Module module) {
        return new Checkpoint(module.stateDict(), conventions(module));
    }

    /**
     * All that training needs to go on with the same bits: module and optimiser, whose memory is
     * saved under the paths of the parameters.
     *
     * @throws IllegalArgumentException if the optimiser moves anything but parameters of the module
     */
    public static Checkpoint of(Module module, Optimizer optimizer) {
        Checkpoint model = of(module);
        Map<String, Tensor> all = new LinkedHashMap<>(model.tensors);
        optimizer
                .stateDict(module.namedParameters())
                .forEach((path, t) -> all.put(OPTIMIZER + path, t));
        Map<String, String> about = new LinkedHashMap<>(model.metadata);
        about.put(OPTIMIZER, optimizer.kind());
        return new Checkpoint(all, about);
    }

    private static Map<String, String> conventions(Module module) {
        Map<String, String> all = new LinkedHashMap<>();
        module.namedModules().forEach((path, m) -> {
            if (m instanceof Norm norm) {
                norm.conventions().forEach((key, value) -> all.put(NORM + path + ":" + key, value));
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
        into(module, LoadPolicy.STRICT);
    }

    /**
     * Puts those tensors into a module that the policy lets pass. Nothing changes if it refuses
     * anything.
     *
     * @return what became of each tensor
     * @throws IllegalArgumentException naming all that the policy refuses, or if the module's norms
     *     have other conventions than the saved ones
     */
    public LoadReport into(Module module, LoadPolicy policy) {
        requireConventions(module, policy);
        List<String> unexpected = new ArrayList<>();
        unreadable.forEach((key, why) -> {
            String path = policy.keys().apply(key);
            boolean known = module.namedParameters().containsKey(path)
                    || module.namedBuffers().containsKey(path)
                    || module.sharedPaths().containsKey(path);
            if (path != null && !(known ? policy.missing() : policy.unexpected())) {
                throw new IllegalArgumentException("checkpoint: " + key + " cannot be read: " + why
                        + "; a LoadPolicy can let it be missing");
            }
            if (path != null && !known) {
                unexpected.add(key);
            }
        });
        return module.loadStateDict(part(false), policy).andUnexpected(unexpected);
    }

    private void requireConventions(Module module, LoadPolicy policy) {
        Map<String, String> saved = new LinkedHashMap<>();
        metadata.forEach((key, value) -> {
            int end = key.lastIndexOf(':');
            if (key.startsWith(NORM) && end >= NORM.length()) {
                String layer = pathOf(key.substring(NORM.length(), end), policy);
                saved.put(NORM + layer + key.substring(end), value);
            }
        });
        conventions(module).forEach((key, own) -> {
            String other = saved.getOrDefault(key, own);
            if (!other.equals(own)) {
                throw new IllegalArgumentException("checkpoint: " + key + " was saved as " + other
                        + ", the module has " + own + "; build it with the saved value");
            }
        });
    }

    /** Where in the module a saved layer is, told by where one of its tensors goes. */
    private String pathOf(String layer, LoadPolicy policy) {
        String prefix = layer.isEmpty() ? "" : layer + ".";
        for (String key : tensors.keySet()) {
            String name = key.startsWith(prefix) ? key.substring(prefix.length()) : ".";
            String path = name.contains(".") ? null : policy.keys().apply(key);
            if (path != null && (path.equals(name) || path.endsWith("." + name))) {
                return path.substring(0, Math.max(0, path.length() - name.length() - 1));
            }
        }
        return layer;
    }

    /**
     * Puts the tensors into a module and its optimiser. Nothing changes unless everything fits.
     *
     * @throws IllegalArgumentException as {@link #into(Module)}, or if no optimiser of this kind
     *     was saved
     */
    public void into(Module module, Optimizer optimizer) {
        String own = optimizer.kind();
        String saved = metadata.get(OPTIMIZER);
        if (!own.equals(saved)) {
            throw new IllegalArgumentException("checkpoint: it holds "
                    + (saved == null ? "no optimizer" : "the optimizer " + saved) + ", not " + own);
        }
        Transaction.run(() -> {
            into(module);
            optimizer.loadStateDict(part(true), module.namedParameters());
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
     * Loads a module from a file it need not fit in every way: of another program, of a part of the
     * network, with another number of classes.
     *
     * @return what became of each tensor of the file
     * @throws MalformedFileException if the file is damaged
     * @throws IllegalArgumentException as {@link #into(Module, LoadPolicy)}
     */
    public static LoadReport load(Module module, Path file, LoadPolicy policy) throws IOException {
        return Safetensors.read(file).into(module, policy);
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
