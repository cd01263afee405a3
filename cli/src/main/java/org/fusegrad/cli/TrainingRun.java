package org.fusegrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fusegrad.Engine;
import org.fusegrad.data.Dataset;
import org.fusegrad.models.ResNet;
import org.fusegrad.nn.parallel.Replicas;
import org.fusegrad.run.Counters;
import org.fusegrad.train.BestCheckpoint;
import org.fusegrad.train.Curves;
import org.fusegrad.train.DivergedException;
import org.fusegrad.train.EpochMetrics;
import org.fusegrad.train.EpochTable;
import org.fusegrad.train.MetricsFile;
import org.fusegrad.train.RunFolder;
import org.fusegrad.train.TrainingListener;
import org.fusegrad.train.TrainingPlan;
import picocli.CommandLine;

/** A run of training with everything checked: what is shown before, meanwhile and after. */
record TrainingRun(
        Names names,
        Engine engine,
        TrainingPlan plan,
        Replicas replicas,
        List<ResNet> networks,
        RunFolder folder) {
    /** Data, model and norm as they were asked for. */
    record Names(String data, String model, String norm) {
        @Override
        public String toString() {
            return data + ", " + model + " with norm " + norm;
        }
    }

    void run(CommandLine line) throws IOException {
        PrintWriter out = line.getOut();
        folder.claim();
        out.print(heading());
        EpochTable table = new EpochTable(out);
        table.head();
        long start = System.nanoTime();
        try (Progress progress = new Progress(plan.steps())) {
            plan.run(plan.trainer(replicas, networks)
                    .engine(engine)
                    .listeners(listeners(table, progress))
                    .build());
        } catch (DivergedException e) {
            throw new CheckFailed(e.getMessage());
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        Curves.write(folder.path(), names.toString(), table.rows())
                .ifPresent(why -> line.getErr().println("fusegrad: warning: " + why));
        out.print(summary(table.best(), seconds));
        out.println("metrics, curves and best model in " + folder.path());
        out.flush();
    }

    private List<TrainingListener> listeners(EpochTable table, Progress progress) {
        List<TrainingListener> listeners = new ArrayList<>();
        if (Progress.isTerminal()) {
            listeners.add(progress);
        }
        listeners.add(table);
        listeners.add(new MetricsFile(folder));
        listeners.add(new BestCheckpoint(folder, about()));
        return listeners;
    }

    private Map<String, String> about() {
        Dataset train = plan.data().train();
        Map<String, String> about = new LinkedHashMap<>();
        about.put("producer", "fusegrad " + Main.Version.text());
        about.put("data", names.data());
        about.put("model", names.model());
        about.put("norm", names.norm());
        about.put("seed", Long.toString(plan.seed()));
        about.put("classes", String.join(",", train.classNames()));
        about.put("mean", train.normalization().mean().toString());
        about.put("std", train.normalization().std().toString());
        return about;
    }

    private String heading() {
        Dataset.Split data = plan.data();
        String size = String.format(
                Locale.ROOT,
                "%s: %d parameters, %d images to train, %d to validate%n",
                names,
                networks.get(0).parameterCount(),
                data.train().size(),
                data.test().size());
        String how = String.format(
                Locale.ROOT,
                "batch %d%s, lr %s, momentum %s, weight decay %s, seed %d",
                plan.batch(),
                replicas.size() == 1 ? "" : " in " + replicas.size() + " replicas",
                plan.learningRate(),
                plan.momentum(),
                plan.weightDecay(),
                plan.seed());
        String slow = "the first epoch takes longer: kernels are compiled as they are met";
        return String.join(System.lineSeparator(), size + how, backend(), slow, "", "");
    }

    private String backend() {
        return "backend " + engine.backendName() + (engine.isFusing() ? "" : ", unfused") + ", "
                + engine.threads() + (engine.threads() == 1 ? " thread" : " threads");
    }

    private String summary(EpochMetrics best, double seconds) {
        Counters c = engine.counters();
        String accuracy = String.format(
                Locale.ROOT,
                "%nbest validation accuracy %.2f %% after epoch %d%n",
                100 * best.valAccuracy(),
                best.epoch());
        String time = String.format(
                Locale.ROOT,
                "%.1f s, %.1f s (%.0f %%) in %d kernel calls%n",
                seconds,
                c.kernelSeconds(),
                100 * c.kernelSeconds() / seconds,
                c.runs());
        return accuracy
                + time
                + String.format(
                        Locale.ROOT,
                        "%d distinct kernels, %d of them fused, %d fallbacks; %s%n",
                        c.kernels(),
                        c.fusedKernels(),
                        c.fallbacks(),
                        backend());
    }
}
