package org.fusegrad.cli;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.fusegrad.Engine;
import org.fusegrad.codegen.simd.SimdSupport;
import org.fusegrad.flags.Flag;
import org.fusegrad.flags.Flags;
import org.fusegrad.flags.Tuning;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fusegrad info}: what this machine and JVM offer, and which settings are in force. */
@Command(
        name = "info",
        description = "Show the JVM, vectors, backend, threads and settings in force.")
final class InfoCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private EngineOptions engine;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        SimdSupport simd = SimdSupport.get();
        try (Engine chosen = engine.engine(0)) {
            row(out, "fusegrad", Main.Version.text());
            row(
                    out,
                    "JVM",
                    ManagementFactory.getRuntimeMXBean().getVmName() + " " + Runtime.version());
            row(
                    out,
                    "system",
                    system.getName() + " " + system.getArch() + ", "
                            + system.getAvailableProcessors() + " processors, heap up to "
                            + (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
            row(
                    out,
                    "vectors",
                    simd.isAvailable() ? simd.bits() + " bits" : "none: " + simd.reason());
            row(out, "backend", chosen.backendName());
            row(out, "fusing", chosen.isFusing() ? "on" : "off");
            row(out, "threads", Integer.toString(chosen.threads()));
        }
        out.println();
        for (Flag<?> flag : Flags.all()) {
            String value = flag == Flags.TUNING && Flags.TUNING.get().isEmpty()
                    ? ""
                    : flag.get().toString();
            out.printf(
                    Locale.ROOT,
                    "%-18s %-8s %s%n",
                    flag.variable(),
                    value.isEmpty() ? "-" : value,
                    flag.doc());
        }
        out.println();
        out.println("tuning, as FUSEGRAD_TUNING sets it:");
        Tuning.current().lines().forEach(out::println);
        return 0;
    }

    private static void row(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "%-18s %s%n", name, value);
    }
}
