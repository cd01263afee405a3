package org.fusegrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.fusegrad.Engine;
import org.fusegrad.cli.TrainingOptions.Order;
import org.fusegrad.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fusegrad train}: a residual network on labelled images. */
@Command(
        name = "train",
        description = "Train a residual network on images. Without options: a small network with"
                + " batch norm on the handwritten digits that are shipped. What is not given, the"
                + " recipe of the data says.")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private EngineOptions options;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "1",
            description = "Learn from N parts of each step's images at once, with batch statistics"
                    + " and gradients of the whole. Default: ${DEFAULT-VALUE}")
    private int replicas;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.println(training.announcement());
        out.flush();
        Order order = training.order("", Optional.empty(), replicas);
        try (Engine engine = options.engine(order.plan().seed());
                RunFolder folder = order.folder()) {
            new TrainingRun(
                            order.names(),
                            engine,
                            order.plan(),
                            order.replicas(),
                            order.networks().get(),
                            folder)
                    .run(spec.commandLine());
        }
        return 0;
    }
}
