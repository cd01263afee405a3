/**
 * Changes of images on their way to a model, fixed and random, with torchvision's names and
 * meanings ({@code torchvision.transforms} of 0.2x, its tensor forms).
 *
 * <p>A {@link org.fusegrad.data.transform.Transform} makes an {@link
 * org.fusegrad.data.transform.Image} of another, drawing from the generator it is given and nothing
 * else. Values are float32 within 0..1 between transforms, without torchvision's rounding to bytes;
 * the random numbers are others than PyTorch's.
 */
package org.fusegrad.data.transform;
