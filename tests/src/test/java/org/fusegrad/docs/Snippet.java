package org.fusegrad.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of Java in a document, which stands for itself. A block that declares a public type is a
 * source file; one that declares static methods or fields is the body of a class; any other is the
 * body of a method. Each sees the packages in {@link #IMPORTS}. A block marked {@code java excerpt}
 * shows code from elsewhere and is not compiled.
 *
 * @param document file name
 * @param line where it begins
 * @param code as written
 */
record Snippet(String document, int line, String code) {
    static final String PACKAGE = "org.fusegrad.docs.snippets";

    private static final List<String> IMPORTS = List.of(
            "java.io.*",
            "java.nio.file.*",
            "java.util.*",
            "java.util.function.*",
            "org.fusegrad.*",
            "org.fusegrad.codegen.*",
            "org.fusegrad.codegen.compile.*",
            "org.fusegrad.codegen.export.*",
            "org.fusegrad.codegen.load.*",
            "org.fusegrad.data.*",
            "org.fusegrad.gradcheck.*",
            "org.fusegrad.gradcheck.junit.*",
            "org.fusegrad.models.*",
            "org.fusegrad.nn.*",
            "org.fusegrad.nn.doctor.*",
            "org.fusegrad.nn.norm.*",
            "org.fusegrad.nn.surgery.*",
            "org.fusegrad.ops.*",
            "org.fusegrad.optim.*",
            "org.fusegrad.train.*",
            "org.fusegrad.type.*",
            "org.fusegrad.codegen.drive.*",
            "jdk.incubator.vector.*");

    // Both java.lang and org.fusegrad.nn have one; the explicit import wins over the others.
    private static final String MODULE = "import org.fusegrad.nn.Module;\n";

    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^public (?:final |abstract )*(?:class|record|interface) (\\w+)", Pattern.MULTILINE);

    /** All blocks of a document that are to compile. */
    static List<Snippet> of(String document, List<String> lines) {
        List<Snippet> all = new ArrayList<>();
        StringBuilder code = null;
        int begun = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (code != null && line.equals("```")) {
                all.add(new Snippet(document, begun, code.toString()));
                code = null;
            } else if (code != null) {
                code.append(line).append('\n');
            } else if (line.equals("```java")) {
                code = new StringBuilder();
                begun = i + 2;
            }
        }
        if (code != null) {
            throw new IllegalStateException(document + ":" + begun + ": the block never ends");
        }
        return all;
    }

    boolean isStatements() {
        return !isFile() && !code.startsWith("static ");
    }

    private boolean isFile() {
        return PUBLIC_TYPE.matcher(code).find();
    }

    String className() {
        Matcher type = PUBLIC_TYPE.matcher(code);
        return type.find()
                ? type.group(1)
                : "Snippet_" + document.replaceAll("\\W", "_") + "_" + line;
    }

    /** The compilation unit. */
    String source() {
        StringBuilder s = new StringBuilder("package " + PACKAGE + ";\n");
        IMPORTS.forEach(name -> s.append("import ").append(name).append(";\n"));
        s.append(MODULE);
        if (isFile()) {
            return s.append(code).toString();
        }
        s.append("public final class ").append(className()).append(" {\n");
        if (isStatements()) {
            s.append("public static void main(String[] args) {\n").append(code).append("}\n");
        } else {
            s.append(code);
        }
        return s.append("}\n").toString();
    }

    @Override
    public String toString() {
        return document + ":" + line;
    }
}
