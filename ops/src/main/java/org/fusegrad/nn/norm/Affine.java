package org.fusegrad.nn.norm;

/** The learned parameters that follow a normalization. */
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
