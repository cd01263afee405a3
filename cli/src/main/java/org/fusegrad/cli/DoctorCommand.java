package org.fusegrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.fusegrad.Engine;
import org.fusegrad.cli.TrainingOptions.Order;
import org.fusegrad.cli.doctor.Diagnosis;
import org.fusegrad.cli.doctor.NormHistory;
import org.fusegrad.cli.doctor.NormPictures;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.doctor.NormCsv;
import org.fusegrad.nn.doctor.NormDoctor;
import org.fusegrad.nn.doctor.NormSample;
import org.fusegrad.train.DivergedException;
import org.fusegrad.train.RunFolder;
import org.fusegrad.train.Trainer;
import org.fusegrad.train.TrainingListener;
import org.fusegrad.train.TrainingPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code fusegrad doctor}: what the norms of a network meet while it trains. */
@Command(
        name = "doctor",
        description = "Train, by default for one epoch, and record what the norms meet: statistics,"
                + " running values, corrections. Writes norms.csv, statistics.png and health.png,"
                + " and says what they show. The training itself is that of the command train.")
final class DoctorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions training;

    @Mixin
    private EngineOptions options;

    @Override
    public Integer call() throws IOException {
        Order order = training.order("doctor-", Optional.of(1), 1);
        try (RunFolder folder = order.folder()) {
            folder.claim();
            report(order, folder.path());
        }
        return 0;
    }

    private void report(Order order, Path folder) throws IOException {
        NormHistory history = new NormHistory();
        Optional<String> diverged;
        try (Engine engine = options.engine(order.plan().seed())) {
            diverged = train(engine, order, history);
        }
        PrintWriter out = spec.commandLine().getOut();
        new NormPictures(history)
                .write(folder)
                .ifPresent(why -> spec.commandLine().getErr().println("fusegrad: warning: " + why));
        out.println(order.names());
        Diagnosis.of(history).forEach(out::println);
        out.println("figures and pictures in " + folder);
        out.flush();
        if (diverged.isPresent()) {
            throw new CheckFailed(diverged.get());
        }
    }

    private static Optional<String> train(Engine engine, Order order, NormHistory history)
            throws IOException {
        List<ResNet> networks = order.networks().get();
        try (Progress progress = new Progress(order.plan().steps());
                Table table = new Table(order.folder());
                NormDoctor doctor = NormDoctor.watch(networks.get(0), history.andThen(table))) {
            List<TrainingListener> listeners =
                    Progress.isTerminal() ? List.of(table, progress) : List.of(table);
            Trainer trainer = order.plan()
                    .trainer(order.replicas(), networks)
                    .engine(engine)
                    .listeners(listeners)
                    .build();
            return run(order.plan(), trainer, table);
        }
    }

    /** Trains; a loss that is no number ends it, and is what one wants to see the norms of. */
    private static Optional<String> run(TrainingPlan plan, Trainer trainer, Table table)
            throws IOException {
        try {
            plan.run(trainer);
            return Optional.empty();
        } catch (DivergedException e) {
            table.step(0, 0);
            return Optional.of(e.getMessage());
        }
    }

    /** {@code norms.csv}, made when a step is done: input that the first refuses leaves nothing. */
    private static final class Table
            implements Consumer<NormSample>, TrainingListener, AutoCloseable {
        private final RunFolder folder;
        private final List<NormSample> waiting = new ArrayList<>();
        private Writer writer;
        private NormCsv csv;

        Table(RunFolder folder) {
            this.folder = folder;
        }

        @Override
        public void accept(NormSample sample) {
            waiting.add(sample);
        }

        @Override
        public void step(int epoch, int done) throws IOException {
            if (writer == null) {
                writer = Files.newBufferedWriter(folder.path().resolve("norms.csv"));
                csv = new NormCsv(writer);
            }
            waiting.forEach(csv);
            waiting.clear();
        }

        @Override
        public void close() throws IOException {
            if (writer != null) {
                waiting.forEach(csv);
                writer.close();
            }
        }
    }
}
