package org.fusegrad.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.fusegrad.codegen.simd.SimdSupport;

/**
 * The machine that figures hold for.
 *
 * @param processor its name as the system tells it, and how many there are
 * @param system the operating system
 * @param jdk the JVM and its version
 * @param vectors bits of a vector, or why there are none
 */
public record Machine(String processor, String system, String jdk, String vectors) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    boolean isWhole() {
        return Stream.of(processor, system, jdk, vectors).allMatch(Objects::nonNull);
    }

    static Machine here() {
        var os = ManagementFactory.getOperatingSystemMXBean();
        SimdSupport simd = SimdSupport.get();
        return new Machine(
                model().orElse(os.getArch()) + ", " + Runtime.getRuntime().availableProcessors()
                        + " processors",
                os.getName() + " " + os.getArch(),
                ManagementFactory.getRuntimeMXBean().getVmName() + " " + Runtime.version(),
                simd.isAvailable() ? simd.bits() + " bits" : "none: " + simd.reason());
    }

    private static Optional<String> model() {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(l -> l.startsWith("model name"))
                    .map(l -> l.substring(l.indexOf(':') + 1).trim())
                    .findFirst();
        } catch (IOException | RuntimeException e) {
            // Not Linux: the architecture has to do.
            return Optional.empty();
        }
    }
}
