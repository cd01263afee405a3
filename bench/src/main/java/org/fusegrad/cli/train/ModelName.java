package org.fusegrad.cli.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.models.Block;
import org.fusegrad.models.ResNet.Architecture;

/** Networks by name. */
public final class ModelName {
    /** The small network, whose width the recipe of the data says. */
    public static final String DEFAULT = "small-resnet";

    private static final Map<String, Architecture> ALL = all();

    private ModelName() {}

    private static Map<String, Architecture> all() {
        Map<String, Architecture> all = new LinkedHashMap<>();
        all.put(DEFAULT, new Architecture(Block.Kind.BASIC, false, 16, List.of(1, 1, 1)));
        for (int depth : new int[] {20, 56, 110}) {
            all.put("resnet" + depth, Architecture.cifar(depth, Block.Kind.BASIC));
        }
        all.put("resnet18", Architecture.RESNET18);
        all.put("resnet34", Architecture.RESNET34);
        all.put("resnet50", Architecture.RESNET50);
        return all;
    }

    /** What may be given. */
    public static String choices() {
        return String.join(", ", ALL.keySet());
    }

    /**
     * The network of a name.
     *
     * @throws IllegalArgumentException if there is none such
     */
    public static Architecture parse(String name) {
        Architecture found = ALL.get(name);
        if (found == null) {
            throw new IllegalArgumentException("unknown model '" + name + "': give " + choices());
        }
        return found;
    }
}
