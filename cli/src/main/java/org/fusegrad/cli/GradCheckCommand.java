package org.fusegrad.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.fusegrad.flags.Flags;
import org.fusegrad.gradcheck.Backends;
import org.fusegrad.gradcheck.GradCheckReport;
import org.fusegrad.type.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fusegrad gradcheck}: the gradients of all layers against finite differences. */
@Command(
        name = "gradcheck",
        description = "Check the gradients of every layer in every mode against finite differences,"
                + " declared ones against their definition; exits with 1 if one is wrong.")
final class GradCheckCommand implements Callable<Integer> {
    private static final int MAX_ORDER = 3;
    private static final List<DType> TYPES = List.of(DType.FLOAT64, DType.FLOAT32);

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"--layer", "--norm"},
            paramLabel = "NAME",
            description =
                    "Only this layer, such as bn, gn:2, mabn:2:8 or conv2d:centralized; may be"
                            + " given several times.")
    private List<String> layers = new ArrayList<>();

    @Option(
            names = "--order",
            paramLabel = "N",
            defaultValue = "2",
            description = "The highest derivative, 1 to 3. Default: ${DEFAULT-VALUE}")
    private int order;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "Only this backend: vector, scalar or interpreter; may be given several"
                    + " times.")
    private List<String> backends = new ArrayList<>();

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            description = "Only this type of numbers: float64 or float32, which is judged by its"
                    + " graph in float64 and a bound of its rounding errors; may be given several"
                    + " times.")
    private List<String> dtypes = new ArrayList<>();

    @Override
    public Integer call() {
        if (order < 1 || order > MAX_ORDER) {
            throw new IllegalArgumentException(
                    "--order must be within 1.." + MAX_ORDER + ", got " + order);
        }
        backends.forEach(b -> Flags.BACKEND.parse(b, "--backend"));
        List<DType> types = types();
        List<LayerCheck> checks = LayerCheck.of(layers);
        List<String> on = backends.isEmpty() ? Backends.available() : backends;
        GradCheckTable table = new GradCheckTable(spec.commandLine().getOut(), order, on);
        table.head();
        for (LayerCheck check : checks) {
            for (DType dtype : types) {
                long begun = System.nanoTime();
                GradCheckReport report = check.make()
                        .apply(dtype)
                        .order(order)
                        .backends(on.toArray(String[]::new))
                        .report();
                table.row(check, dtype, report, (System.nanoTime() - begun) / 1e9);
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(table.summary());
        out.flush();
        if (table.failed() > 0) {
            throw new CheckFailed(String.format(
                    Locale.ROOT, "%d of %d checks failed", table.failed(), table.rows()));
        }
        return 0;
    }

    private List<DType> types() {
        for (String name : dtypes) {
            if (!TYPES.contains(DType.parse(name))) {
                throw new IllegalArgumentException(
                        "--dtype must be float64 or float32, got " + name);
            }
        }
        return dtypes.isEmpty() ? TYPES : dtypes.stream().map(DType::parse).toList();
    }
}
