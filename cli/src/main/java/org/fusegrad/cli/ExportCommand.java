package org.fusegrad.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.fusegrad.Engine;
import org.fusegrad.cli.TrainingOptions.Order;
import org.fusegrad.codegen.Forms;
import org.fusegrad.codegen.export.KernelExport;
import org.fusegrad.models.ResNet;
import org.fusegrad.train.DivergedException;
import org.fusegrad.train.RunFolder;
import org.fusegrad.train.TrainingPlan;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fusegrad export}: the kernels of a network as Java sources. */
@Command(
        name = "export",
        description = "Train, by default for one epoch, and write the kernels that training and"
                + " validation used as Java sources, with a registry that is asked for them before"
                + " anything is generated. A norm that changes its formula after some steps needs"
                + " as many epochs as it takes to get there.")
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainingOptions training;

    @Option(
            names = "--package",
            paramLabel = "NAME",
            defaultValue = "org.fusegrad.exported",
            description = "Of the classes. Default: ${DEFAULT-VALUE}")
    private String packageName;

    @Option(
            names = "--lanes",
            paramLabel = "BITS",
            split = ",",
            description = "Widths of vectors, such as 256,512; 0 for scalar classes alone. By"
                    + " default all that this JVM compiles; scalar ones are always written.")
    private List<Integer> lanes = Forms.widths();

    @Override
    public Integer call() throws IOException {
        KernelExport export = new KernelExport(packageName, lanes);
        Order order = training.order("export-", Optional.of(1), 1);
        try (RunFolder folder = order.folder()) {
            folder.claim();
            export(export, order, folder.path());
        }
        return 0;
    }

    private void export(KernelExport export, Order order, Path folder) throws IOException {
        long seed = order.plan().seed();
        try (Engine engine = Engine.builder().backend(export).seed(seed).build()) {
            TrainingPlan plan = order.plan();
            List<ResNet> networks = engine.call(order.networks());
            plan.run(plan.trainer(order.replicas(), networks).engine(engine).build());
        } catch (DivergedException e) {
            throw new CheckFailed(e.getMessage());
        }
        int files = export.write(folder).size();
        PrintWriter out = spec.commandLine().getOut();
        out.println(order.names());
        out.printf(
                Locale.ROOT,
                "%d kernels in %d files of package %s in %s%n",
                export.kernels(),
                files,
                packageName,
                folder);
        out.flush();
    }
}
