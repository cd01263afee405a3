package org.fusegrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.fusegrad.bench.BenchFile;
import org.fusegrad.bench.BenchPictures;
import org.fusegrad.bench.BenchTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fusegrad bench plot}: table and pictures of a run that was kept. */
@Command(name = "plot", description = "Print a run that was kept, and draw it beside its file.")
final class BenchPlotCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "What bench --json has written.")
    private Path file;

    @Option(names = "--markdown", description = "Print the short table of a document instead.")
    private boolean markdown;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        BenchFile run = BenchFile.read(file);
        out.print(markdown ? BenchTable.markdown(run) : BenchTable.text(run));
        if (!markdown) {
            draw(run, file, out);
        }
        out.flush();
        return 0;
    }

    /** Draws the pictures of a run beside its file and says where they are. */
    static void draw(BenchFile run, Path file, PrintWriter out) throws IOException {
        BenchPictures.write(run, file).forEach(p -> out.println("drawn: " + p));
    }
}
