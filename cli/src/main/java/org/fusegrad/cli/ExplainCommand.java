package org.fusegrad.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.fusegrad.Engine;
import org.fusegrad.Explanation;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.NamedNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.ops.Activation;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fusegrad explain}: what becomes of a norm's formula. */
@Command(
        name = "explain",
        description =
                "Show what becomes of a norm: its formula as traced, the derived backward, the"
                        + " kernels with their passes over the data and the bytes they move.")
final class ExplainCommand implements Callable<Integer> {
    private static final int MAX_ELEMENTS = 1 << 28;

    /**
     * A formula as given: {@code bn}, {@code gn:32+relu}, {@code batch_norm+add+silu}.
     *
     * @param adds whether a residual is added
     */
    private record Formula(NamedNorm norm, boolean adds, Activation activation) {
        private static final Map<String, Activation> ENDS = Map.of(
                "relu", Activation.RELU,
                "leaky_relu", Activation.leakyRelu(0.01),
                "silu", Activation.SILU,
                "gelu", Activation.GELU);

        static Formula parse(String text) {
            String[] parts = text.toLowerCase(Locale.ROOT).split("\\+", -1);
            boolean adds = parts.length > 1 && parts[1].equals("add");
            int at = adds ? 2 : 1;
            if (parts.length > at + 1 || (parts.length > at && !ENDS.containsKey(parts[at]))) {
                throw new IllegalArgumentException("'" + text + "': after a norm may follow +add,"
                        + " then +relu, +leaky_relu, +silu or +gelu");
            }
            Activation last = parts.length > at ? ENDS.get(parts[at]) : Activation.NONE;
            return new Formula(NormNames.parse(parts[0]), adds, last);
        }

        Explanation explain(Norm norm, Shape shape) {
            Tensor x = Tensor.ofValue(Value.zeros(DType.FLOAT32, shape));
            if (!adds) {
                return norm.explain(x, activation);
            }
            Tensor residual = Tensor.ofValue(Value.zeros(DType.FLOAT32, shape)).named("residual");
            return Fused.of(name(), (a, b) -> norm.forward(a, b, activation))
                    .explain("", x, residual);
        }

        private String name() {
            String tail = activation.equals(Activation.NONE)
                    ? ""
                    : "_" + activation.kind().name().toLowerCase(Locale.ROOT);
            return norm.entry().longName() + "_add" + tail;
        }
    }

    /** The norm, in one of two ways. */
    private static final class Given {
        private static final String WHAT = "One of ${COMPLETION-CANDIDATES}, and +add for a"
                + " residual, +relu, +leaky_relu, +silu or +gelu after it.";

        @Parameters(paramLabel = "NORM", completionCandidates = NormNames.class, description = WHAT)
        private String name;

        @Option(
                names = "--norm",
                paramLabel = "NORM",
                completionCandidates = NormNames.class,
                description = "The same as an option.")
        private String option;

        String text() {
            return name != null ? name : option;
        }
    }

    @Spec
    private CommandSpec spec;

    @ArgGroup(multiplicity = "1")
    private Given given;

    @Option(
            names = "--shape",
            paramLabel = "N,...",
            split = ",",
            description = "Of the input; by default 32,64,56,56, and 4096,1024 for ln and rms,"
                    + " which work along the last axis.")
    private int[] shape;

    @Option(names = "--eval", description = "In evaluation instead of training.")
    private boolean eval;

    @Option(names = "--graph", description = "Show the graph inside each kernel too.")
    private boolean graph;

    @Option(names = "--source", description = "Show the generated Java too.")
    private boolean source;

    @Mixin
    private EngineOptions options;

    @Override
    public Integer call() {
        Formula formula = Formula.parse(given.text());
        Shape dims = shape == null ? formula.norm().entry().typicalShape() : checked(shape);
        PrintWriter out = spec.commandLine().getOut();
        try (Engine engine = options.engine(0)) {
            Explanation explanation = engine.call(() -> {
                Norm norm = formula.norm().of(dims);
                norm.train(!eval);
                return formula.explain(norm, dims);
            });
            out.print(new ExplanationText(explanation).text(graph));
            if (source) {
                out.println();
                out.print(explanation.source());
            }
        }
        out.flush();
        return 0;
    }

    private static Shape checked(int[] dims) {
        double elements = Arrays.stream(dims).asDoubleStream().reduce(1, (a, b) -> a * b);
        if (Arrays.stream(dims).anyMatch(d -> d < 1) || elements > MAX_ELEMENTS) {
            throw new IllegalArgumentException("--shape " + Arrays.toString(dims)
                    + ": every size is at least 1, and their product at most " + MAX_ELEMENTS);
        }
        return Shape.of(dims);
    }
}
