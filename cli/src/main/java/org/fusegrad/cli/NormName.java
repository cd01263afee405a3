package org.fusegrad.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.fusegrad.cli.NormRow.Parameter;
import org.fusegrad.cli.NormRow.Request;
import org.fusegrad.dist.Collective;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.BatchRenorm;
import org.fusegrad.nn.norm.BatchRenorm1d;
import org.fusegrad.nn.norm.BatchRenorm2d;
import org.fusegrad.nn.norm.BatchRenorm3d;
import org.fusegrad.nn.norm.GhostBatchNorm;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.IdentityNorm;
import org.fusegrad.nn.norm.ImageRMSNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNGroups2d;
import org.fusegrad.nn.norm.MABNWindow;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.norm.NormOptions;
import org.fusegrad.nn.norm.RMSNorm;
import org.fusegrad.nn.norm.RenormSchedule;
import org.fusegrad.nn.norm.SyncBatchNorm;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * A norm as the command line names it: {@code bn}, {@code gn:32}, {@code mabn:2:32}.
 *
 * @param row which
 * @param arguments the numbers after its name
 */
record NormName(NormRow row, List<Integer> arguments) {
    /** All of them; a new one is a row here. Some work otherwise in a network of images. */
    static final List<NormRow> ALL = List.of(
            NormRow.of("bn", "batch_norm", NormName::batchNorm),
            NormRow.of(
                            "ln",
                            "layer_norm",
                            r -> new LayerNorm(r.options(), r.shape().dim(-1)))
                    .inNetworks(r -> new GroupNorm(1, r.channels(), r.options()))
                    .typically(4096, 1024),
            NormRow.of(
                            "gn",
                            "group_norm",
                            r -> new GroupNorm(r.argument(0), r.channels(), r.options()))
                    .parameters(new Parameter("GROUPS", 32)),
            NormRow.of("in", "instance_norm", r -> instanceNorm(r, Affine.NONE))
                    .inNetworks(r -> instanceNorm(r, Affine.WEIGHT_AND_BIAS)),
            NormRow.of("rms", "rms_norm", NormName::rmsNorm)
                    .inNetworks(r -> new ImageRMSNorm(r.channels(), r.options()))
                    .typically(4096, 1024),
            NormRow.of("brn", "batch_renorm", NormName::batchRenorm),
            NormRow.of(
                            "ghost",
                            "ghost_batch_norm",
                            r -> new GhostBatchNorm(r.argument(0), r.channels(), r.options()))
                    .parameters(new Parameter("SAMPLES", 0)),
            NormRow.of("iebn", "iebn_norm", r -> new IEBN2d(r.channels(), r.options())),
            NormRow.of("mabn", "mabn_norm", NormName::movingAverage)
                    .parameters(new Parameter("BATCH", 0), new Parameter("REALBATCH", 0))
                    .after(WeightTransform.CENTRALIZED),
            NormRow.of("mabn-groups", "mabn_groups", NormName::movingAverageOfGroups)
                    .parameters(new Parameter("GROUP", 2))
                    .after(WeightTransform.CENTRALIZED),
            NormRow.of("syncbn", "sync_batch_norm", NormName::sharedBatchNorm),
            NormRow.of("none", "identity", r -> new IdentityNorm()));

    private static Norm batchNorm(Request r) {
        int channels = r.channels();
        if (r.among().size() > 1) {
            return sharedBatchNorm(r);
        }
        return switch (r.shape().rank()) {
            case 2, 3 -> new BatchNorm1d(channels, r.options());
            case 5 -> new BatchNorm3d(channels, r.options());
            default -> new BatchNorm2d(channels, r.options());
        };
    }

    private static Norm sharedBatchNorm(Request r) {
        return new SyncBatchNorm(r.channels(), r.among(), r.options());
    }

    private static Norm batchRenorm(Request r) {
        int channels = r.channels();
        NormOptions options = r.options(BatchRenorm.DEFAULT);
        return switch (r.shape().rank()) {
            case 2, 3 -> new BatchRenorm1d(channels, options, RenormSchedule.DEFAULT);
            case 5 -> new BatchRenorm3d(channels, options, RenormSchedule.DEFAULT);
            default -> new BatchRenorm2d(channels, options, RenormSchedule.DEFAULT);
        };
    }

    private static Norm instanceNorm(Request r, Affine affine) {
        NormOptions options = r.options(InstanceNorm.DEFAULT.affine(affine));
        return new InstanceNorm(r.channels(), options);
    }

    private static Norm rmsNorm(Request r) {
        NormOptions options = r.options(RMSNorm.defaults(DType.FLOAT32));
        return new RMSNorm(options, r.shape().dim(-1));
    }

    private static Norm movingAverage(Request r) {
        MABNWindow window = MABNWindow.of(r.argument(0), r.argument(1));
        return new MABN2d(r.channels(), window, r.options());
    }

    private static Norm movingAverageOfGroups(Request r) {
        MABNWindow window = MABNWindow.of(r.argument(0), r.shape().dim(0));
        return new MABNGroups2d(r.channels(), window, r.options());
    }

    /** What may be given, for a list in a help text. */
    static final class Choices implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return ALL.stream().map(NormRow::usage).iterator();
        }

        static String text() {
            return String.join(", ", new Choices());
        }
    }

    /**
     * The norm of a name.
     *
     * @throws IllegalArgumentException if there is none such
     */
    static NormName parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split(":", -1);
        return ALL.stream()
                .filter(row -> row.isCalled(parts[0]))
                .findFirst()
                .map(row -> new NormName(row, arguments(row, parts)))
                .orElseThrow(() -> new IllegalArgumentException(
                        "unknown norm '" + text + "': give " + Choices.text()));
    }

    private static List<Integer> arguments(NormRow row, String[] parts) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < row.parameters().size(); i++) {
            boolean given = i + 1 < parts.length;
            numbers.add(given ? number(parts[i + 1]) : row.parameters().get(i).fallback());
        }
        if (numbers.contains(0) || parts.length > numbers.size() + 1) {
            throw new IllegalArgumentException("norm '" + String.join(":", parts) + "': give "
                    + row.usage() + ", with whole numbers from 1");
        }
        return numbers;
    }

    /** A number from 1, or 0 for what is none. */
    private static int number(String text) {
        return text.matches("0*[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
    }

    /** The name its formulas go by. */
    String longName() {
        return row.longName();
    }

    /**
     * Makes the norms of an image network, and says what its convolutions do.
     *
     * <p>Norms of batches refuse to be cut into parts, but for batch norm, which is shared.
     *
     * @param batch samples of a batch in training
     * @param among the replicas that share it
     */
    NormFactory factory(int batch, Collective among) {
        NormFactory norms = channels -> whole(
                row.image()
                        .apply(new Request(
                                arguments, Shape.of(batch, channels, 1, 1), o -> o, among)),
                among);
        return norms.after(row.weights());
    }

    private Norm whole(Norm norm, Collective among) {
        if (among.size() > 1 && norm.keepsStatistics() && !(norm instanceof SyncBatchNorm)) {
            throw new IllegalArgumentException("--replicas: each would take the statistics of norm"
                    + " '" + row.name() + "' from its own part of a batch; give bn, or a norm of"
                    + " single samples such as gn:GROUPS");
        }
        return norm;
    }

    /** The norm of inputs of a shape, with the options it has by default. */
    Norm of(Shape shape) {
        return of(shape, o -> o);
    }

    /** The norm of inputs of a shape; layer and RMS norm work along the last axis. */
    Norm of(Shape shape, UnaryOperator<NormOptions> tuned) {
        if (shape.rank() < 2) {
            throw new IllegalArgumentException(
                    "a norm needs an input of two axes or more, got " + shape);
        }
        return row.layer().apply(new Request(arguments, shape, tuned));
    }

    /** The shape that shows it best. */
    Shape typicalShape() {
        return row.typicalShape();
    }
}
