package org.fusegrad.arch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The arrows between packages, all that there are and no other. Each law names only packages above
 * it in the list, so there is no cycle; read from the top, the list is the project from the ground
 * up. This module sees all others, therefore the test is here.
 */
final class PackageLawsTest {
    private static final String ROOT = "org.fusegrad";

    /** A package, and those that its classes use. */
    private record Law(String from, Set<String> to) {}

    private static Law law(String from, String to) {
        Set<String> names = new TreeSet<>(List.of(to.split(" ")));
        names.remove("");
        return new Law(from, names);
    }

    /** The root package, which users write against, is called {@code api} here. */
    private static final List<Law> LAWS = List.of(
            // engine
            law("type", ""),
            law("math", ""),
            law("flags", ""),
            law("graph", "type"),
            law("grad", "graph type"),
            law("simplify", "graph type"),
            law("run", "flags graph math type"),
            law("dist", "graph run type"),
            law("run.interp", "dist flags graph math run type"),
            law("plan", "grad graph run simplify type"),
            law("api", "flags grad graph plan run run.interp type"),
            // codegen
            law("codegen.simd", ""),
            law("codegen.loop", "graph plan type"),
            law("codegen.tier", "run"),
            law("codegen.drive", "codegen.loop codegen.tier flags graph plan run type"),
            law("codegen.ir", "codegen.loop graph type"),
            law(
                    "codegen.lower",
                    "codegen.drive codegen.ir codegen.loop flags graph math plan type"),
            law(
                    "codegen.emit",
                    "codegen.drive codegen.ir codegen.loop codegen.lower graph math type"),
            law("codegen.compile", "codegen.simd flags run"),
            law("codegen.load", "codegen.compile codegen.loop flags run"),
            law(
                    "codegen.contract",
                    "codegen.compile codegen.emit codegen.ir codegen.load codegen.lower "
                            + "codegen.tier flags graph math run type"),
            law("codegen.cache", "codegen.drive codegen.tier run"),
            law(
                    "codegen",
                    "api codegen.cache codegen.compile codegen.contract codegen.drive "
                            + "codegen.emit codegen.load codegen.loop codegen.lower codegen.simd "
                            + "codegen.tier flags graph plan run run.interp"),
            law(
                    "codegen.export",
                    "codegen codegen.compile codegen.contract codegen.emit codegen.load "
                            + "codegen.loop graph run"),
            // ops
            law("ops", "api type"),
            law("nn", "api math ops type"),
            law("nn.norm", "api dist graph nn ops type"),
            law("nn.doctor", "api nn nn.norm type"),
            law("nn.surgery", "api graph nn nn.norm type"),
            law("nn.parallel", "api dist nn nn.norm run type"),
            law("models", "api nn nn.norm ops type"),
            law("optim", "api run type"),
            law("checkpoint", "api math nn nn.norm optim run type"),
            // train
            law("data.transform", ""),
            law("data", "api data.transform run type"),
            law("train", "api checkpoint data dist models nn nn.parallel optim run type"),
            // tests
            law("gradcheck", "api grad graph run run.interp type"),
            law("gradcheck.junit", "api gradcheck type"),
            law("fuzz", "api codegen codegen.compile graph math run run.interp type"),
            law("conformance.data", "api run type"),
            law("conformance.eval", "api conformance.data type"),
            law("conformance.onnx", "api conformance.data conformance.eval ops type"),
            law(
                    "conformance.torch",
                    "api conformance.data conformance.eval nn.norm ops optim type"),
            law(
                    "conformance",
                    "api conformance.data conformance.eval conformance.onnx "
                            + "conformance.torch"),
            // bench
            law("bench.jmh", "api graph models nn nn.norm ops plan run type"),
            law("bench", "bench.jmh codegen.simd flags"),
            // cli
            law("cli.doctor", "nn.doctor train"),
            law(
                    "cli",
                    "api bench checkpoint cli.doctor codegen codegen.export codegen.simd "
                            + "conformance data flags fuzz gradcheck graph models nn nn.doctor "
                            + "nn.norm nn.parallel ops plan run train type"));

    /** What classes use of other packages, by package. */
    private static Map<String, Set<String>> arrows() {
        Map<String, Set<String>> arrows = new TreeMap<>();
        for (JavaClass from : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages(ROOT)) {
            if (from.getName().contains(".jmh_generated.")) {
                continue;
            }
            Set<String> to = arrows.computeIfAbsent(name(from), p -> new TreeSet<>());
            for (Dependency d : from.getDirectDependenciesFromSelf()) {
                JavaClass target = d.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith(ROOT)) {
                    to.add(name(target));
                }
            }
            to.remove(name(from));
        }
        return arrows;
    }

    private static String name(JavaClass c) {
        String name = c.getPackageName();
        return name.equals(ROOT) ? "api" : name.substring(ROOT.length() + 1);
    }

    @Test
    void packagesUseWhatTheLawsSay() {
        Map<String, Set<String>> laws = new TreeMap<>();
        LAWS.forEach(law -> laws.put(law.from(), law.to()));
        assertEquals(String.join("\n", lines(laws)), String.join("\n", lines(arrows())));
    }

    private static List<String> lines(Map<String, Set<String>> arrows) {
        List<String> lines = new ArrayList<>();
        arrows.forEach((from, to) -> lines.add(from + " -> " + String.join(" ", to)));
        return lines;
    }

    @Test
    void noArrowPointsUpwards() {
        Set<String> above = new LinkedHashSet<>();
        for (Law law : LAWS) {
            List<String> upward =
                    law.to().stream().filter(p -> !above.contains(p)).toList();
            assertEquals(List.of(), upward, law.from() + " uses packages below it in the list");
            above.add(law.from());
        }
    }
}
