package org.fusegrad.codegen.emit;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.SourceVersion;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Java identifiers for the values of a kernel: the names its graph prints with, made safe. Names
 * given by users reach generated source through here only.
 */
final class KernelNames {
    /** Followed by a number: locals and constants of expanded functions. */
    static final String LOCAL = "q";

    static final String CONSTANT = "k";

    private static final int LONGEST = 24;
    /** Locals of the emitted methods, and classes their statements name. */
    private static final Set<String> RESERVED = Set.of(
            "f",
            "i",
            "n",
            "end",
            "row",
            "rows",
            "prefetched",
            "bound",
            "lanes",
            "wide",
            "base",
            "m",
            "l",
            "S",
            "V",
            "VD",
            "VF",
            "VI",
            "VH",
            "at",
            "Math",
            "StrictMath",
            "Float",
            "Floats",
            "Double",
            "Doubles",
            "Half",
            "Long",
            "Longs",
            "Frame",
            "RowProgram",
            "I",
            "H",
            "ShortVector",
            "D",
            "F",
            "DoubleVector",
            "FloatVector",
            "IntVector",
            "VectorMask",
            "VectorOperators",
            "VectorSpecies",
            "org",
            "java",
            "jdk");

    /** What arrays, broadcasts and accumulators of a value add to its name. */
    private static final List<String> SUFFIXES = List.of(
            "", "At", "By", "Over", "Row", "Array", "H", "V", "P", "Sum", "V0", "V1", "V2", "V3",
            "V4", "V5", "V6", "V7", "Held0", "Held1", "Held2", "Held3");

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

    private boolean isTaken(String name) {
        return name.matches("[" + LOCAL + CONSTANT + "]\\d+")
                || SUFFIXES.stream().map(name::concat).anyMatch(taken::contains);
    }

    private String unique(String base) {
        String name = base;
        for (int k = 2; isTaken(name); k++) {
            name = base + "_" + k;
        }
        SUFFIXES.stream().map(name::concat).forEach(taken::add);
        return name;
    }
}
