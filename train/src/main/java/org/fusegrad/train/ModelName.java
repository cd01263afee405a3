package org.fusegrad.train;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.models.Block;
import org.fusegrad.models.ResNet.Architecture;

/** Networks by name. */
public final class ModelName {
    /** The small network, whose width the recipe of the data says. */
    public static final String DEFAULT = "small";

    private static final Map<String, Architecture> ALL = all();

    private ModelName() {}

    private static Map<String, Architecture> all() {
        Map<String, Architecture> all = new LinkedHashMap<>();
        all.put(DEFAULT, new Architecture(Block.Kind.BASIC, false, 16, List.of(1, 1, 1)));
        all.put("resnet18", Architecture.RESNET18);
        all.put("resnet34", Architecture.RESNET34);
        all.put("resnet50", Architecture.RESNET50);
        for (int depth : new int[] {20, 56, 110}) {
            all.put("cifar" + depth, Architecture.cifar(depth, Block.Kind.BASIC));
        }
        for (int depth : new int[] {56, 110, 164}) {
            String name = "cifar" + depth + "-bottleneck";
            all.put(name, Architecture.cifar(depth, Block.Kind.BOTTLENECK));
        }
        return all;
    }

    /** What may be given, for a list in a help text. */
    public static final class Choices implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ALL.keySet().iterator();
        }
    }

    /**
     * The network of a name.
     *
     * @throws IllegalArgumentException if there is none such
     */
    public static Architecture parse(String name) {
        Architecture found = ALL.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "unknown model '" + name + "': give " + String.join(", ", new Choices()));
        }
        return found;
    }
}
