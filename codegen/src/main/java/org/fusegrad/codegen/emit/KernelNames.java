package org.fusegrad.codegen.emit;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import javax.lang.model.SourceVersion;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Java identifiers for the values of a kernel: the names its graph prints with, made safe. Names given
 * by users reach generated source through here only.
 */
final class KernelNames {
    private static final int LONGEST = 24;
    private static final Set<String> RESERVED = Set.of(
            "f", "i", "n", "end", "bound", "lanes", "wide", "base", "m", "l", "S", "W", "at");

    private final Map<Node, String> names = new IdentityHashMap<>();
    private final Set<String> taken = new HashSet<>(RESERVED);

    KernelNames(Graph graph) {
        Map<Node, String> printed = GraphPrinter.NodeNames.of(graph);
        int constants = 0;
        for (Node n : graph.inputs()) {
            names.put(n, unique(identifier(printed.get(n))));
        }
        for (Node n : graph.nodes()) {
            if (!names.containsKey(n)) {
                boolean constant = n.is(Op.CONST);
                names.put(n, unique(constant ? "c" + constants++ : identifier(printed.get(n))));
            }
        }
    }

    String of(Node n) {
        return names.get(n);
    }

    /** All names, for the comments that show the graph's lines. */
    Map<Node, String> all() {
        return names;
    }

    /** Letters, digits and underscores; never empty, a keyword or a leading digit. */
    static String identifier(String name) {
        StringBuilder s = new StringBuilder();
        for (int i = 0; i < name.length() && s.length() < LONGEST; i++) {
            char c = name.charAt(i);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '_');
            s.append(plain ? c : '_');
        }
        boolean odd = s.isEmpty() || !Character.isLetter(s.charAt(0)) || SourceVersion.isKeyword(s);
        return odd ? "v_" + s : s.toString();
    }

    private String unique(String base) {
        String name = base;
        for (int k = 2; taken.contains(name); k++) {
            name = base + "_" + k;
        }
        // Arrays and broadcasts are named after their value; those names are taken with it.
        for (String suffix : new String[] {"", "At", "By", "Array", "V", "P", "Sum"}) {
            taken.add(name + suffix);
        }
        return name;
    }
}
