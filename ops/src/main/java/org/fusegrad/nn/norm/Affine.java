package org.fusegrad.nn.norm;

/** Which learned parameters follow a normalization. */
public enum Affine {
    NONE,
    WEIGHT,
    WEIGHT_AND_BIAS;

    boolean hasWeight() {
        return this != NONE;
    }

    boolean hasBias() {
        return this == WEIGHT_AND_BIAS;
    }
}
