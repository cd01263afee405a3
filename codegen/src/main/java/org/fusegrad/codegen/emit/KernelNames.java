package org.fusegrad.codegen.emit;

import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.lang.model.SourceVersion;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Role;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Op;

/**
 * Java identifiers for the values of a kernel and their locals: the names its graph prints with,
 * made safe. Names given by users reach generated source through here only.
 */
final class KernelNames {
    private static final int LONGEST = 24;

    /** Fields, parameters and classes that statements name, and locals of the trees over lanes. */
    private static final Set<String> RESERVED = Set.of(
            "f",
            "m",
            "l",
            "at",
            "bound",
            "lanes",
            "wide",
            "base",
            "S",
            "V",
            "VD",
            "VF",
            "VI",
            "VH",
            "I",
            "H",
            "D",
            "F",
            "Math",
            "StrictMath",
            "Float",
            "Floats",
            "Double",
            "Doubles",
            "Half",
            "Long",
            "Longs",
            "System",
            "Class",
            "Frame",
            "RowProgram",
            "DoubleVector",
            "FloatVector",
            "IntVector",
            "ShortVector",
            "VectorMask",
            "VectorOperators",
            "VectorSpecies",
            "org",
            "java",
            "jdk");

    /** A name that ends as a local of another value may. */
    private static final Pattern DERIVED = Pattern.compile("(.+?)(?:"
            + Arrays.stream(Role.values())
                    .filter(role -> role != Role.VALUE)
                    .map(role -> role.ending() + (role.isNumbered() ? "\\d+" : ""))
                    .collect(Collectors.joining("|"))
            + ")");

    private static final Pattern NUMBERED = Pattern.compile("[qk]\\d+");

    private final Map<Node, String> names = new IdentityHashMap<>();
    private final Set<String> taken = new HashSet<>(RESERVED);
    /** What names that are taken would be locals of. */
    private final Set<String> owners = new HashSet<>();

    KernelNames(Graph graph) {
        Stream.of(Local.Fixed.values()).map(KernelNames::fixed).forEach(taken::add);
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

    /** The name of a value. */
    String of(Node n) {
        return names.get(n);
    }

    /** The name of a local. */
    String of(Local local) {
        if (local instanceof Local.Of of) {
            String name = of(of.node()) + of.role().ending();
            return of.role().isNumbered() ? name + of.number() : name;
        } else if (local instanceof Local.Temporary temporary) {
            return "q" + temporary.number();
        } else if (local instanceof Local.Hoisted hoisted) {
            return "k" + hoisted.number();
        }
        return fixed((Local.Fixed) local);
    }

    private static String fixed(Local.Fixed local) {
        return local.name().toLowerCase(Locale.ROOT);
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

    /** Whether the name is another's, or one is a local of the other. */
    private boolean isTaken(String name) {
        return NUMBERED.matcher(name).matches()
                || taken.contains(name)
                || owners.contains(name)
                || taken.contains(owner(name));
    }

    /** The value of which a name could be a local; the name itself if there is none. */
    private static String owner(String name) {
        Matcher derived = DERIVED.matcher(name);
        return derived.matches() ? derived.group(1) : name;
    }

    private String unique(String base) {
        String name = base;
        for (int k = 2; isTaken(name); k++) {
            name = base + "_" + k;
        }
        taken.add(name);
        owners.add(owner(name));
        return name;
    }
}
