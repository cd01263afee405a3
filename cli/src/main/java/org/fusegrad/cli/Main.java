package org.fusegrad.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Optional;
import org.fusegrad.cli.Main.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The entrance of the command line. */
@Command(
        name = "fusegrad",
        description = "Autodiff in pure Java: layers written as formulas, fused into compiled "
                + "kernels.",
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:success",
            "1:a check failed, or a fault of the program",
            "2:wrong usage or input",
            "3:the machine failed: disk, memory, output"
        },
        subcommands = {
            TrainCommand.class,
            DoctorCommand.class,
            ExplainCommand.class,
            ExportCommand.class,
            ConformanceCommand.class,
            GradCheckCommand.class,
            BenchCommand.class,
            FuzzCommand.class,
            InfoCommand.class
        })
public final class Main implements Runnable {
    /** The version of the jar this class is in. */
    static final class Version implements IVersionProvider {
        static String text() {
            return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                    .orElse("development");
        }

        @Override
        public String[] getVersion() {
            return new String[] {"fusegrad " + text()};
        }
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Say what may be given, and end.")
    @SuppressWarnings("unused")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Print the version, and end.")
    @SuppressWarnings("unused")
    private boolean version;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show where in the program an error arose.")
    private boolean verbose;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "give a command: " + String.join(", ", spec.subcommands().keySet())
                        + "; --help tells more");
    }

    /** Runs a command line and returns the exit code. */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        Main main = new Main();
        CommandLine line = new CommandLine(main).setOut(out).setErr(err);
        Failures failures = new Failures(err, () -> main.verbose);
        int code = failures.guard(() -> line.setParameterExceptionHandler(failures::usage)
                .setExecutionExceptionHandler(failures::execution)
                .setUsageHelpAutoWidth(true)
                .execute(args));
        return code == 0 && out.checkError() ? failures.outputLost() : code;
    }

    /** Runs a command line and ends the program with its exit code. */
    public static void main(String[] args) {
        // Pictures are drawn without a display, and warnings of the library take one line.
        System.setProperty("java.awt.headless", "true");
        System.setProperty("java.util.logging.SimpleFormatter.format", "fusegrad: %4$s: %5$s%n");
        // Digits are the same everywhere, those that libraries print too.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
        PrintWriter out = new PrintWriter(System.out, true, Charset.defaultCharset());
        PrintWriter err = new PrintWriter(System.err, true, Charset.defaultCharset());
        int code = run(out, err, args);
        out.flush();
        err.flush();
        System.exit(code);
    }
}
