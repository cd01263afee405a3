package org.fusegrad.arch;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Who may depend on whom. */
final class ModuleLawsTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.fusegrad");

    private static final List<String> LAYERS = List.of(
            "batchnorm",
            "layernorm",
            "groupnorm",
            "instancenorm",
            "rmsnorm",
            "softmax",
            "resnet",
            "conv2d");

    private static DescribedPredicate<JavaClass> of(String module) {
        Set<String> packages = ProjectFiles.packages(module);
        return describe("of module " + module, c -> packages.contains(c.getPackageName()));
    }

    /** The JDK's classes, arrays and primitives among them, but nothing that incubates. */
    private static DescribedPredicate<JavaClass> jdk() {
        return describe("of the JDK", c -> {
            String name = c.getBaseComponentType().getName();
            return c.getBaseComponentType().isPrimitive()
                    || name.startsWith("java.")
                    || name.startsWith("javax.");
        });
    }

    private static DescribedPredicate<JavaClass> from(String... prefixes) {
        return describe("from " + String.join(", ", prefixes), c -> {
            String name = c.getBaseComponentType().getName();
            return List.of(prefixes).stream().anyMatch(name::startsWith);
        });
    }

    private static DescribedPredicate<JavaClass> component(DescribedPredicate<JavaClass> of) {
        return describe(of.getDescription(), c -> of.test(c.getBaseComponentType()));
    }

    private static void dependsOnlyOn(
            String module, DescribedPredicate<JavaClass> others, int atLeast) {
        DescribedPredicate<JavaClass> allowed =
                jdk().or(component(of(module))).or(others).as("its own, the JDK's or allowed ones");
        long found = ALL.stream().filter(of(module)).count();
        assertEquals(true, found >= atLeast, module + " has only " + found + " classes here");
        classes()
                .that(are(of(module)))
                .should()
                .onlyDependOnClassesThat(allowed)
                .check(ALL);
    }

    @Test
    void theEngineNeedsNothingButTheJdk() {
        dependsOnlyOn("engine", DescribedPredicate.alwaysFalse(), 50);
    }

    @Test
    void theCodeGeneratorNeedsTheEngineAndThreeLibraries() {
        dependsOnlyOn(
                "codegen",
                component(of("engine"))
                        .or(from(
                                "com.palantir.javapoet.",
                                "org.codehaus.janino.",
                                "org.codehaus.commons.compiler.",
                                "com.google.common.",
                                "com.sun.management.")),
                20);
    }

    @Test
    void theLayersNeedTheEngineOnly() {
        dependsOnlyOn("ops", component(of("engine")).or(from("com.google.gson.")), 40);
    }

    /** A server that computes needs no windows, and no image formats. */
    @Test
    void whatComputesNeedsNoDesktop() {
        for (String module : List.of("engine", "codegen", "ops")) {
            noClasses()
                    .that(are(of(module)))
                    .should()
                    .dependOnClassesThat(from("java.awt.", "javax.imageio.", "javax.swing."))
                    .check(ALL);
        }
    }

    @Test
    void theTrainerNeedsLayersAndCharts() {
        dependsOnlyOn(
                "train",
                component(of("engine"))
                        .or(component(of("ops")))
                        .or(from("com.google.gson.", "org.knowm.xchart.")),
                30);
    }

    @Test
    void theHarnessNeedsNoTrainer() {
        dependsOnlyOn(
                "tests",
                component(of("engine"))
                        .or(component(of("codegen")))
                        .or(component(of("ops")))
                        .or(from("com.google.gson.", "org.junit.")),
                60);
    }

    @Test
    void oneClassNamesJanino() {
        noClasses()
                .that(are(DescribedPredicate.not(simpleName("JaninoCompiler"))))
                .should()
                .dependOnClassesThat(from("org.codehaus."))
                .check(ALL);
    }

    @Test
    void nobodyLinksToTheIncubatingModule() {
        noClasses().should().dependOnClassesThat(from("jdk.")).check(ALL);
    }

    @Test
    void onlyTheFlagsReadPropertiesAndTheEnvironment() {
        Set<String> readers =
                Set.of("getProperty", "getProperties", "getenv", "setProperty", "clearProperty");
        Set<String> parsers = Set.of("getInteger", "getLong", "getBoolean");
        DescribedPredicate<JavaAccess<?>> reading = describe("that reads a property", a -> {
            String owner = a.getTargetOwner().getName();
            return owner.equals("java.lang.System") && readers.contains(a.getName())
                    || Set.of("java.lang.Integer", "java.lang.Long", "java.lang.Boolean")
                                    .contains(owner)
                            && parsers.contains(a.getName());
        });
        noClasses()
                .that()
                .resideOutsideOfPackage("org.fusegrad.flags")
                .should()
                .accessTargetWhere(reading)
                .check(ALL);
    }

    /** What a user on the class path may import he may import on the module path. */
    @Test
    void modulesExportAllPackagesButTheInsidesOfTheCompiler() {
        Map<String, Set<String>> inside = Map.of(
                "engine", Set.of("org.fusegrad.simplify"),
                "codegen",
                        Set.of(
                                "org.fusegrad.codegen.cache",
                                "org.fusegrad.codegen.emit",
                                "org.fusegrad.codegen.ir",
                                "org.fusegrad.codegen.loop",
                                "org.fusegrad.codegen.lower"),
                "ops", Set.of(),
                "train", Set.of(),
                "tests", Set.of());
        inside.forEach((module, hidden) -> {
            ModuleDescriptor described = ModuleFinder.of(
                            ProjectFiles.root().resolve(module + "/target/classes"))
                    .findAll()
                    .iterator()
                    .next()
                    .descriptor();
            Set<String> exported = described.exports().stream()
                    .filter(e -> !e.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toCollection(TreeSet::new));
            exported.addAll(hidden);
            assertEquals(ProjectFiles.packages(module), exported, described.name());
        });
    }

    /** Whoever imports whole packages never has to say which class of a name he means. */
    @Test
    void publicNamesAreUniqueOverAllModules() {
        Map<String, Set<String>> packages = new TreeMap<>();
        ALL.stream()
                .filter(c -> c.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(JavaClass::isTopLevelClass)
                .forEach(c -> packages.computeIfAbsent(c.getSimpleName(), n -> new TreeSet<>())
                        .add(c.getPackageName()));
        packages.values().removeIf(found -> found.size() == 1);
        assertEquals(Map.of(), packages);
    }

    @Test
    void theCodeGeneratorKnowsNoLayer() {
        List<String> found = new ArrayList<>();
        for (Path file : ProjectFiles.mainSources("codegen")) {
            String text = (file.getFileName() + "\n" + ProjectFiles.read(file))
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[_ -]", "");
            for (String layer : LAYERS) {
                if (text.contains(layer)) {
                    found.add(file.getFileName() + " mentions " + layer);
                }
            }
        }
        assertEquals(List.of(), found);
    }
}
