package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fusegrad.arch.ProjectFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project outside this repository with nothing but its own {@code pom.xml}: it trains with the
 * library and checks gradients with the harness, on the class path and on the module path. The
 * artefacts are installed in a repository of the test's own; everything else comes from the user's.
 */
@Tag("exhaustive")
final class OutsideProjectTest {
    private static final List<String> PUBLISHED =
            List.of("engine", "codegen", "ops", "starter", "train", "tests");
    private static final List<String> MODULES =
            List.of("engine", "codegen", "ops", "starter", "train", "tests", "bench", "cli", "bom");
    private static final List<String> VECTORS = List.of("--add-modules", "jdk.incubator.vector");

    @TempDir
    Path folder;

    private static final String POM = """
            <project xmlns="http://maven.apache.org/POM/4.0.0">
              <modelVersion>4.0.0</modelVersion>
              <groupId>com.example</groupId>
              <artifactId>outside</artifactId>
              <version>1</version>
              <properties>
                <maven.compiler.release>17</maven.compiler.release>
                <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
              </properties>
              <dependencyManagement>
                <dependencies>
                  <dependency>
                    <groupId>org.fusegrad</groupId>
                    <artifactId>fusegrad-bom</artifactId>
                    <version>${fusegrad}</version>
                    <type>pom</type>
                    <scope>import</scope>
                  </dependency>
                </dependencies>
              </dependencyManagement>
              <dependencies>
                <dependency>
                  <groupId>org.fusegrad</groupId>
                  <artifactId>fusegrad</artifactId>
                </dependency>
                <dependency>
                  <groupId>org.fusegrad</groupId>
                  <artifactId>fusegrad-testing</artifactId>
                  <scope>${scope}</scope>
                </dependency>
                <dependency>
                  <groupId>org.junit.jupiter</groupId>
                  <artifactId>junit-jupiter</artifactId>
                  <version>${junit.version}</version>
                  <scope>${scope}</scope>
                </dependency>
              </dependencies>
              <build>
                <plugins>
            ${plugins}
                  <plugin>
                    <artifactId>maven-surefire-plugin</artifactId>
                    <version>3.6.1</version>
                    <configuration>
                      <argLine>--add-modules jdk.incubator.vector</argLine>
                    </configuration>
                  </plugin>
                  <plugin>
                    <artifactId>maven-dependency-plugin</artifactId>
                    <version>3.11.0</version>
                    <executions>
                      <execution>
                        <phase>package</phase>
                        <goals><goal>copy-dependencies</goal></goals>
                        <configuration>
                          <includeScope>runtime</includeScope>
                          <outputDirectory>${project.build.directory}/lib</outputDirectory>
                        </configuration>
                      </execution>
                    </executions>
                  </plugin>
                </plugins>
              </build>
            </project>
            """;

    /** The harness is there so that it runs as a module too; the library is the second line. */
    private static final String MODULE = """
            module com.example.outside {
                requires org.fusegrad;
                requires org.fusegrad.testing;
                requires org.junit.jupiter.api;

                exports com.example;
            }
            """;

    private static final String TRAIN = """
            package com.example;

            import org.fusegrad.Engine;
            import org.fusegrad.Tensor;
            import org.fusegrad.nn.norm.BatchNorm2d;
            import org.fusegrad.ops.Activation;
            import org.fusegrad.optim.SGD;

            public final class Train {
                /** The losses of some steps. */
                public static String losses() {
                    BatchNorm2d norm = new BatchNorm2d(3);
                    SGD sgd = new SGD(norm.parameters(), 0.1);
                    float[] data = new float[2 * 3 * 4 * 5];
                    for (int i = 0; i < data.length; i++) {
                        data[i] = i * 37 % 19 - 9;
                    }
                    Tensor x = Tensor.of(data, 2, 3, 4, 5);
                    StringBuilder losses = new StringBuilder();
                    for (int step = 0; step < 3; step++) {
                        sgd.zeroGrad();
                        Tensor loss = norm.forward(x, Activation.SILU).square().meanAll();
                        loss.backward();
                        sgd.step();
                        losses.append(' ').append(loss.item());
                    }
                    return losses.toString();
                }

                public static void main(String[] args) {
                    System.out.println("losses" + losses());
                    System.out.println("module " + Train.class.getModule().getName());
                    System.out.println("engine " + Engine.class.getModule().getName());
                    System.out.println("backend " + Engine.current().backendName());
                    System.out.println("fallbacks " + Engine.current().counters().fallbacks());
                }
            }
            """;

    private static final String TEST = """
            package com.example;

            import static org.junit.jupiter.api.Assertions.assertEquals;
            import static org.junit.jupiter.api.Assertions.assertTrue;

            import org.fusegrad.Engine;
            import org.fusegrad.gradcheck.junit.GradCheckTest;
            import org.fusegrad.gradcheck.junit.GradCheckTrial;
            import org.junit.jupiter.api.Test;

            class OutsideTest {
                @GradCheckTest(shapes = {"4, 3", "2, 3, 5"}, order = 2)
                void swish(GradCheckTrial trial) {
                    trial.check(x -> x.mul(x.sigmoid()));
                }

                @Test
                void standsWhereTheProjectStands() {
                    boolean modular = Train.class.getModule().isNamed();
                    assertEquals(modular, Engine.class.getModule().isNamed());
                    assertEquals(modular, GradCheckTrial.class.getModule().isNamed());
                }

                @Test
                void trains() {
                    String[] losses = Train.losses().trim().split(" ");
                    assertTrue(Double.parseDouble(losses[2]) < Double.parseDouble(losses[0]));
                    assertEquals(0, Engine.current().counters().fallbacks());
                    assertTrue(!Engine.current().backendName().equals("interpreter"));
                }
            }
            """;

    @Test
    void usesLibraryAndHarnessOnClassPathAndModulePath() throws Exception {
        Optional<Path> maven = onPath("mvn");
        assumeTrue(maven.isPresent(), "Maven is not on the path");
        Path sources = copySources();
        String version = version(sources);
        maven(
                maven.get(),
                sources,
                "-Pdist,!errorprone",
                "-pl",
                ".,bom," + String.join(",", PUBLISHED),
                "install");

        Path plain = project("plain", version, false);
        maven(maven.get(), plain, "package");
        assertTests(plain);
        Path modular = project("modular", version, true);
        maven(maven.get(), modular, "package");
        assertTests(modular);

        String path = plain.resolve("target/classes") + File.pathSeparator
                + plain.resolve("target/lib") + File.separator + "*";
        String onClassPath = java(VECTORS, "-cp", path, "com.example.Train");
        String modules = modular.resolve("target/classes")
                + File.pathSeparator
                + modular.resolve("target/lib");
        String main = "com.example.outside/com.example.Train";
        String onModulePath = java(VECTORS, "-p", modules, "-m", main);
        String withoutVectors = java(List.of(), "-p", modules, "-m", main);
        assertLine(onClassPath, "module null");
        assertLine(onModulePath, "module com.example.outside");
        assertLine(onModulePath, "engine org.fusegrad.engine");
        assertLine(withoutVectors, "backend scalar");
        for (String out : List.of(onClassPath, onModulePath, withoutVectors)) {
            assertLine(out, "fallbacks 0");
            assertTrue(!out.contains("backend interpreter"), out);
            assertEquals(line(onClassPath, "losses"), line(out, "losses"));
        }
        assertEquals(line(onClassPath, "backend"), line(onModulePath, "backend"));
    }

    private static Optional<Path> onPath(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(part -> Path.of(part, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** What is published, without tests, so that a running build is not disturbed. */
    private Path copySources() throws IOException {
        Path root = ProjectFiles.root();
        Path copy = Files.createDirectories(folder.resolve("fusegrad"));
        Files.copy(root.resolve("pom.xml"), copy.resolve("pom.xml"));
        for (String module : MODULES) {
            Files.createDirectories(copy.resolve(module));
            Files.copy(root.resolve(module).resolve("pom.xml"), copy.resolve(module + "/pom.xml"));
        }
        for (String module : PUBLISHED) {
            Path main = root.resolve(module + "/src/main");
            try (Stream<Path> files = Files.walk(main)) {
                for (Path file : files.toList()) {
                    Path to = copy.resolve(module + "/src/main").resolve(main.relativize(file));
                    Files.createDirectories(to.getParent());
                    Files.copy(file, to);
                }
            }
        }
        return copy;
    }

    private static String version(Path sources) throws IOException {
        String pom = Files.readString(sources.resolve("pom.xml"));
        return pom.substring(pom.indexOf("<version>") + 9, pom.indexOf("</version>"));
    }

    private Path project(String name, String version, boolean modular) throws IOException {
        Path root = folder.resolve(name);
        Path main = Files.createDirectories(root.resolve("src/main/java"));
        Path test = Files.createDirectories(root.resolve("src/test/java/com/example"));
        Files.createDirectories(main.resolve("com/example"));
        Files.writeString(root.resolve("pom.xml"), pom(version, modular));
        Files.writeString(main.resolve("com/example/Train.java"), TRAIN);
        Files.writeString(test.resolve("OutsideTest.java"), TEST);
        if (modular) {
            Files.writeString(main.resolve("module-info.java"), MODULE);
        }
        return root;
    }

    /** With the plugins' versions of this project, which the user's repository has. */
    private static String pom(String version, boolean modular) throws IOException {
        String own = Files.readString(ProjectFiles.root().resolve("pom.xml"));
        StringBuilder plugins = new StringBuilder();
        for (String plugin : List.of("resources", "compiler", "jar")) {
            plugins.append("      <plugin><artifactId>maven-%s-plugin</artifactId>"
                            .formatted(plugin)
                    + "<version>%s</version></plugin>\n"
                            .formatted(after(own, "<artifactId>maven-" + plugin + "-plugin")));
        }
        String junit =
                own.substring(own.indexOf("<junit.version>") + 15, own.indexOf("</junit.version>"));
        return POM.replace("${plugins}\n", plugins)
                .replace("${fusegrad}", version)
                // What a module requires has to be there when it is compiled.
                .replace("${scope}", modular ? "compile" : "test")
                .replace("${junit.version}", junit);
    }

    private static String after(String pom, String mark) {
        String rest = pom.substring(pom.indexOf(mark));
        return rest.substring(rest.indexOf("<version>") + 9, rest.indexOf("</version>"));
    }

    /** Maven with an empty repository in front of the user's, and nothing from the network. */
    private void maven(Path maven, Path project, String... goals) throws Exception {
        Path own = folder.resolve("settings.xml");
        String users = System.getProperty(
                "localRepository",
                Path.of(System.getProperty("user.home"), ".m2", "repository").toString());
        Files.writeString(own, """
                <settings>
                  <mirrors>
                    <mirror>
                      <id>here</id>
                      <mirrorOf>*</mirrorOf>
                      <url>%s</url>
                    </mirror>
                  </mirrors>
                </settings>
                """.formatted(Path.of(users).toUri()));
        List<String> command = new ArrayList<>(List.of(
                maven.toString(),
                "-q",
                "-B",
                "-s",
                own.toString(),
                "-Dmaven.repo.local=" + folder.resolve("repository")));
        command.addAll(List.of(goals));
        run(project, command);
    }

    private String java(List<String> options, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(arguments));
        return run(folder, command);
    }

    private static String run(Path directory, List<String> command) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), command + "\n" + out);
        return out;
    }

    /** Four trials of order two for each backend, and the training step. */
    private static void assertTests(Path project) throws IOException {
        String report = Files.readString(
                project.resolve("target/surefire-reports/TEST-com.example.OutsideTest.xml"));
        assertTrue(report.contains("failures=\"0\"") && report.contains("errors=\"0\""), report);
        assertTrue(report.split("<testcase ").length - 1 >= 3, report);
    }

    private static void assertLine(String out, String line) {
        assertTrue(out.lines().anyMatch(line::equals), out);
    }

    private static String line(String out, String start) {
        return out.lines().filter(l -> l.startsWith(start)).findFirst().orElseThrow();
    }
}
