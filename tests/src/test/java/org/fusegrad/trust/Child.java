package org.fusegrad.trust;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A JVM of its own, with arguments and a class path of its own. */
record Child(int code, String out) {
    private static final int SECONDS = 120;

    /** Runs a main class on the parts of this JVM's class path that {@code kept} accepts. */
    static Child run(
            List<String> before, List<String> jvm, Predicate<String> kept, String... mainAndArgs)
            throws IOException, InterruptedException {
        String path = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(kept)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", path, "-XX:TieredStopAtLevel=1"));
        command.addAll(jvm);
        command.addAll(List.of(mainAndArgs));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Child(process.waitFor(), out);
    }

    Child says(String text) {
        assertTrue(out.contains(text), () -> "exit " + code + "\n" + out);
        return this;
    }
}
