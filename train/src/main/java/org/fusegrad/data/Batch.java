package org.fusegrad.data;

/**
 * Some images and labels, ready for a model. The receiver owns both arrays.
 *
 * @param images normalised values, count x channels x height x width row-major, exactly that long
 * @param labels class indices, {@code count} long
 * @param count number of images; the last batch of an epoch may be smaller than the others
 * @param channels planes per image
 * @param height rows per image
 * @param width columns per image
 */
public record Batch(
        float[] images, long[] labels, int count, int channels, int height, int width) {}
