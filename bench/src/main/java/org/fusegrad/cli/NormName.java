package org.fusegrad.cli;

import java.util.Locale;
import org.fusegrad.Shape;
import org.fusegrad.nn.norm.Affine;
import org.fusegrad.nn.norm.BatchNorm1d;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.BatchNorm3d;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.IdentityNorm;
import org.fusegrad.nn.norm.InstanceNorm;
import org.fusegrad.nn.norm.LayerNorm;
import org.fusegrad.nn.norm.Norm;
import org.fusegrad.nn.norm.NormFactory;
import org.fusegrad.nn.norm.RMSNorm;

/**
 * A norm as the command line names it.
 *
 * @param kind which
 * @param groups of a group norm; 0 for the others
 */
record NormName(Kind kind, int groups) {
    enum Kind {
        BATCH,
        LAYER,
        GROUP,
        INSTANCE,
        RMS,
        INSTANCE_ENHANCED,
        NONE
    }

    static final String CHOICES = "bn, ln, gn:GROUPS, in, rms, iebn or none";

    /**
     * The norm of a name.
     *
     * @throws IllegalArgumentException if there is none such
     */
    static NormName parse(String text) {
        String[] parts = text.toLowerCase(Locale.ROOT).split(":", 2);
        Kind kind = switch (parts[0]) {
            case "bn", "batch_norm" -> Kind.BATCH;
            case "ln", "layer_norm" -> Kind.LAYER;
            case "gn", "group_norm" -> Kind.GROUP;
            case "in", "instance_norm" -> Kind.INSTANCE;
            case "rms", "rms_norm" -> Kind.RMS;
            case "iebn" -> Kind.INSTANCE_ENHANCED;
            case "none", "identity" -> Kind.NONE;
            default -> throw unknown(text);
        };
        if ((kind == Kind.GROUP) != (parts.length == 2)) {
            throw unknown(text);
        }
        return new NormName(kind, parts.length == 2 ? groups(parts[1], text) : 0);
    }

    private static int groups(String number, String text) {
        try {
            int groups = Integer.parseInt(number);
            if (groups >= 1) {
                return groups;
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number that is too small is.
        }
        throw unknown(text);
    }

    private static IllegalArgumentException unknown(String text) {
        return new IllegalArgumentException("unknown norm '" + text + "': give " + CHOICES);
    }

    /** Makes the norms of an image network. Layer norm is a group norm of one group there. */
    NormFactory factory() {
        return switch (kind) {
            case BATCH -> NormFactory.BATCH;
            case LAYER -> channels -> new GroupNorm(1, channels);
            case GROUP -> channels -> new GroupNorm(groups, channels);
            case INSTANCE ->
                channels -> new InstanceNorm(
                        channels, InstanceNorm.DEFAULT.affine(Affine.WEIGHT_AND_BIAS));
            case RMS -> ImageRmsNorm::new;
            case INSTANCE_ENHANCED -> IEBN2d::new;
            case NONE -> NormFactory.NONE;
        };
    }

    /** The norm of inputs of a shape; layer and RMS norm work along the last axis. */
    Norm of(Shape shape) {
        if (kind != Kind.NONE && shape.rank() < 2) {
            throw new IllegalArgumentException(
                    "a norm needs an input of two axes or more, got " + shape);
        }
        return switch (kind) {
            case BATCH ->
                switch (shape.rank()) {
                    case 2, 3 -> new BatchNorm1d(shape.dim(1));
                    case 5 -> new BatchNorm3d(shape.dim(1));
                    default -> new BatchNorm2d(shape.dim(1));
                };
            case LAYER -> new LayerNorm(shape.dim(-1));
            case GROUP -> new GroupNorm(groups, shape.dim(1));
            case INSTANCE -> new InstanceNorm(shape.dim(1));
            case RMS -> new RMSNorm(shape.dim(-1));
            case INSTANCE_ENHANCED -> new IEBN2d(shape.dim(1));
            case NONE -> new IdentityNorm();
        };
    }

    /** The shape that shows it best. */
    Shape typicalShape() {
        boolean trailing = kind == Kind.LAYER || kind == Kind.RMS;
        return trailing ? Shape.of(4096, 1024) : Shape.of(32, 64, 56, 56);
    }
}
