package org.fusegrad.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fusegrad.Fused;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck;
import org.fusegrad.gradcheck.Samples;
import org.fusegrad.graph.Op;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.NamedNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.NormRequest;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** The checks of one norm of the command line, in all modes that it has. */
final class NormChecks {
    private enum Mode {
        TRAIN("train"),
        EVAL("eval"),
        FROZEN_STATISTICS("frozen statistics"),
        FROZEN_AFFINE("frozen affine"),
        NO_AFFINE("no affine"),
        WEIGHT_ONLY("weight only"),
        UNTRACKED("untracked"),
        WARM_UP("law: warm-up", 50),
        WINDOW_OF_ONE("law: window of one", 500);

        private final String label;
        private final long steps;

        /** With enough steps behind it for every schedule to be past its beginning. */
        Mode(String label) {
            this(label, 20_000);
        }

        Mode(String label, long steps) {
            this.label = label;
            this.steps = steps;
        }

        NormOptions options(NormOptions base, DType dtype) {
            NormOptions o = base.dtype(dtype);
            return switch (this) {
                case NO_AFFINE -> o.affine(Affine.NONE);
                case WEIGHT_ONLY -> o.affine(Affine.WEIGHT);
                case UNTRACKED -> o.trackRunningStats(false);
                default -> o;
            };
        }

        /** Whether a layer is in this mode, made with its options and compared with one without. */
        boolean isOf(Norm norm, Norm plain) {
            return switch (this) {
                case TRAIN, EVAL -> true;
                case FROZEN_STATISTICS -> norm.keepsStatistics();
                case FROZEN_AFFINE -> !norm.parameters().isEmpty();
                case NO_AFFINE -> norm.weight().isEmpty() && plain.weight().isPresent();
                case WEIGHT_ONLY -> norm.weight().isPresent() && norm.bias().isEmpty();
                case UNTRACKED -> !norm.keepsStatistics() && plain.keepsStatistics();
                case WARM_UP, WINDOW_OF_ONE -> norm instanceof MABN2d;
            };
        }
    }

    private final NamedNorm name;
    private final boolean network;
    private final Shape shape;

    /** The norm itself, or what stands for it in a network of images. */
    private NormChecks(NamedNorm name, boolean network) {
        this.name = name;
        this.network = network;
        int fit = name.arguments().isEmpty() ? 1 : name.arguments().get(0);
        int size = (3 + fit) / fit * fit;
        this.shape = name.entry().typicalShape().rank() == 2 && !network
                ? Shape.of(size, 6)
                : Shape.of(size, size, 2, 3);
    }

    /** All norms, those that want numbers with small ones. */
    static List<String> names() {
        return NormNames.ALL.entries().stream()
                .map(row -> row.name()
                        + IntStream.range(0, row.parameters().size())
                                .mapToObj(i -> ":" + (2 << 2 * i))
                                .collect(Collectors.joining()))
                .toList();
    }

    /** The checks of a norm in every mode that it has, and of the one it is in networks. */
    static List<LayerCheck> of(String name) {
        NamedNorm norm = NormNames.parse(name);
        List<LayerCheck> all = new NormChecks(norm, false).all(name);
        if (norm.entry().image() != norm.entry().layer()) {
            all.addAll(new NormChecks(norm, true).all(name + " of networks"));
        }
        return all;
    }

    private List<LayerCheck> all(String label) {
        List<LayerCheck> all = new ArrayList<>();
        for (Mode mode : Mode.values()) {
            if (make(mode, DType.FLOAT64).isPresent()) {
                all.add(new LayerCheck(
                        label,
                        mode.label,
                        dtype -> check(mode, make(mode, dtype).orElseThrow(), dtype)));
            }
        }
        return all;
    }

    private Optional<Norm> make(Mode mode, DType dtype) {
        NamedNorm wanted = mode == Mode.WINDOW_OF_ONE ? windowOfOne() : name;
        try {
            Norm norm = make(wanted, o -> mode.options(o, dtype));
            Norm plain = make(wanted, o -> Mode.TRAIN.options(o, dtype));
            return Optional.of(norm).filter(n -> mode.isOf(n, plain));
        } catch (IllegalArgumentException e) {
            // A layer that cannot be had with these options has no such mode.
            return Optional.empty();
        }
    }

    private Norm make(NamedNorm wanted, UnaryOperator<NormOptions> tuned) {
        return network
                ? wanted.entry()
                        .image()
                        .apply(NormRequest.of(wanted.arguments(), shape).tuned(tuned))
                : wanted.of(shape, tuned);
    }

    private NamedNorm windowOfOne() {
        List<Integer> batch =
                name.arguments().subList(0, Math.min(1, name.arguments().size()));
        return new NamedNorm(
                name.entry(), batch.isEmpty() ? batch : List.of(batch.get(0), batch.get(0)));
    }

    private GradCheck check(Mode mode, Norm norm, DType dtype) {
        Samples samples = Samples.of(17);
        norm.train(mode != Mode.EVAL);
        if (mode == Mode.FROZEN_STATISTICS) {
            norm.freezeStatistics();
        }
        if (mode == Mode.FROZEN_AFFINE) {
            norm.freezeAffine();
        }
        Tensor x = samples.normal(shape.dims()).cast(dtype);
        boolean declared = declares(norm, x);
        if (!declared || norm instanceof MABN2d) {
            LayerCheck.fill(norm, samples);
            count(norm, mode.steps);
        }
        GradCheck check = GradCheck.of(in -> List.of(norm.forward(in.get(0)))).inputs(x);
        if (!norm.hasFrozenAffine()) {
            check.parameters(norm.parameters().toArray(Tensor[]::new));
        }
        if (name.entry().holdsCorrections()) {
            check.holdDetached();
        }
        if (mode == Mode.EVAL || mode == Mode.FROZEN_STATISTICS) {
            check.unmoved(norm.buffers());
        }
        return declared ? declared(check, mode, norm) : check;
    }

    /** Against the reference, or as a derivative where the declared backward has to be one. */
    private static GradCheck declared(GradCheck check, Mode mode, Norm norm) {
        if (norm instanceof MABN2d mabn && mode != Mode.WARM_UP && mode != Mode.WINDOW_OF_ONE) {
            return check.declared(new MovingAverageReference(mabn));
        }
        return check.limitLaw(mode.label);
    }

    private static boolean declares(Norm norm, Tensor x) {
        return Fused.of("norm", t -> norm.forward(t)).graph(x).graph().nodes().stream()
                .anyMatch(node -> node.is(Op.CUSTOM));
    }

    private static void count(Norm norm, long steps) {
        for (State state : norm.buffers()) {
            if (state.get().dtype() == DType.INT64 && state.get().rank() == 0) {
                state.set(Tensor.of(new long[] {steps}));
            }
        }
    }
}
