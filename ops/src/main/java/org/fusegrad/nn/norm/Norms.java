package org.fusegrad.nn.norm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.fusegrad.nn.WeightTransform;
import org.fusegrad.nn.norm.NormEntry.Parameter;

/**
 * The registry of norms. Whatever offers, checks, measures or draws norms reads it: a new norm is a
 * class and an entry here, or in a {@link NormProvider}. Immutable.
 */
public final class Norms {
    /** The norms of this library. Some work otherwise in a network of images. */
    public static final Norms STANDARD = new Norms(List.of(
            NormEntry.of("bn", "batch_norm", Norms::batchNorm),
            NormEntry.of("ln", "layer_norm", Norms::layerNorm)
                    .inNetworks(r -> new GroupNorm(1, r.channels(), r.options()))
                    .typically(4096, 1024),
            NormEntry.of(
                            "gn",
                            "group_norm",
                            r -> new GroupNorm(r.argument(0), r.channels(), r.options()))
                    .parameters(new Parameter("GROUPS", 32)),
            NormEntry.of("in", "instance_norm", r -> instanceNorm(r, Affine.NONE))
                    .inNetworks(r -> instanceNorm(r, Affine.WEIGHT_AND_BIAS)),
            NormEntry.of("rms", "rms_norm", Norms::rmsNorm)
                    .inNetworks(r -> new ImageRMSNorm(r.channels(), r.options()))
                    .typically(4096, 1024),
            NormEntry.of("brn", "batch_renorm", Norms::batchRenorm).holdingCorrections(),
            NormEntry.of(
                            "ghost",
                            "ghost_batch_norm",
                            r -> new GhostBatchNorm(r.argument(0), r.channels(), r.options()))
                    .parameters(new Parameter("SAMPLES", 0)),
            NormEntry.of("iebn", "iebn_norm", r -> new IEBN2d(r.channels(), r.options())),
            NormEntry.of("mabn", "mabn_norm", Norms::movingAverage)
                    .parameters(new Parameter("BATCH", 0), new Parameter("REALBATCH", 0))
                    .after(WeightTransform.CENTRALIZED),
            NormEntry.of("mabn-groups", "mabn_groups", Norms::movingAverageOfGroups)
                    .parameters(new Parameter("GROUP", 2))
                    .after(WeightTransform.CENTRALIZED),
            NormEntry.of("syncbn", "sync_batch_norm", Norms::sharedBatchNorm),
            NormEntry.of("none", "identity", r -> new IdentityNorm())));

    private final List<NormEntry> entries;

    private Norms(List<NormEntry> entries) {
        this.entries = entries;
    }

    /** The standard ones, and those of every {@link NormProvider} that is there. */
    public static Norms installed() {
        Norms all = STANDARD;
        for (NormProvider provider : ServiceLoader.load(NormProvider.class)) {
            for (NormEntry entry : provider.norms()) {
                all = all.with(entry);
            }
        }
        return all;
    }

    /**
     * These and another one.
     *
     * @throws IllegalArgumentException if one of its names is taken
     */
    public Norms with(NormEntry entry) {
        for (NormEntry e : entries) {
            if (e.isCalled(entry.name()) || e.isCalled(entry.longName())) {
                throw new IllegalArgumentException("norm '" + entry.name() + "' or '"
                        + entry.longName() + "' is taken, by " + e.usage() + "; choose others");
            }
        }
        List<NormEntry> more = new ArrayList<>(entries);
        more.add(entry);
        return new Norms(List.copyOf(more));
    }

    /** All entries, in the order in which they are listed. */
    public List<NormEntry> entries() {
        return entries;
    }

    /** How each is given, for lists in messages. */
    public List<String> usages() {
        return entries.stream().map(NormEntry::usage).toList();
    }

    /** The entry of a name, short or long. */
    public Optional<NormEntry> find(String name) {
        return entries.stream().filter(entry -> entry.isCalled(name)).findFirst();
    }

    /**
     * The norm of a name, with its numbers: {@code bn}, {@code gn:32}, {@code mabn:2:32}.
     *
     * @throws IllegalArgumentException if there is none such, or its numbers are not what it wants
     */
    public NamedNorm parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split(":", -1);
        return find(parts[0])
                .map(entry -> new NamedNorm(entry, arguments(entry, parts)))
                .orElseThrow(() -> new IllegalArgumentException("unknown norm '" + text + "': give "
                        + usages().stream().collect(Collectors.joining(", "))));
    }

    private static List<Integer> arguments(NormEntry entry, String[] parts) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < entry.parameters().size(); i++) {
            boolean given = i + 1 < parts.length;
            numbers.add(given ? number(parts[i + 1]) : entry.parameters().get(i).fallback());
        }
        if (numbers.contains(0) || parts.length > numbers.size() + 1) {
            throw new IllegalArgumentException("norm '" + String.join(":", parts) + "': give "
                    + entry.usage() + ", with whole numbers from 1");
        }
        return Collections.unmodifiableList(numbers);
    }

    /** A number from 1, or 0 for what is none. */
    private static int number(String text) {
        return text.matches("0*[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
    }

    private static Norm batchNorm(NormRequest r) {
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

    private static Norm sharedBatchNorm(NormRequest r) {
        return new SyncBatchNorm(r.channels(), r.among(), r.options());
    }

    private static Norm batchRenorm(NormRequest r) {
        int channels = r.channels();
        NormOptions options = r.options(BatchRenorm.DEFAULT);
        return switch (r.shape().rank()) {
            case 2, 3 -> new BatchRenorm1d(channels, options, RenormSchedule.DEFAULT);
            case 5 -> new BatchRenorm3d(channels, options, RenormSchedule.DEFAULT);
            default -> new BatchRenorm2d(channels, options, RenormSchedule.DEFAULT);
        };
    }

    private static Norm layerNorm(NormRequest r) {
        return new LayerNorm(r.options(), r.trailingSizes());
    }

    private static Norm instanceNorm(NormRequest r, Affine affine) {
        return new InstanceNorm(r.channels(), r.options(InstanceNorm.DEFAULT.affine(affine)));
    }

    private static Norm rmsNorm(NormRequest r) {
        return new RMSNorm(r.options(RMSNorm.defaults(r.dtype())), r.trailingSizes());
    }

    private static Norm movingAverage(NormRequest r) {
        MABNWindow window = MABNWindow.of(r.argument(0), r.argument(1));
        return new MABN2d(r.channels(), window, r.options());
    }

    private static Norm movingAverageOfGroups(NormRequest r) {
        MABNWindow window = MABNWindow.of(r.argument(0), r.shape().dim(0));
        return new MABNGroups2d(r.channels(), window, r.options());
    }
}
