/**
 * Labelled image data in memory, and the batches a training loop reads from it.
 *
 * <p>A {@link org.fusegrad.data.Dataset} holds pixels as bytes, N x C x H x W row-major. It comes
 * from {@link org.fusegrad.data.Digits} (shipped), {@link org.fusegrad.data.FashionMnist} and
 * {@link org.fusegrad.data.Idx} (IDX files), or {@link org.fusegrad.data.ImageFolder} (JPEG and PNG
 * files). A {@link org.fusegrad.data.DataLoader} turns it into {@link org.fusegrad.data.Batch
 * batches} of normalised floats.
 *
 * <p>Every random choice is a function of a seed, an epoch and a sample index, never of thread
 * count or visiting order. Every file is untrusted: sizes are checked before memory is allocated,
 * and a refusal is a {@link org.fusegrad.data.DataException} that names the file, the fault and the
 * cure.
 */
package org.fusegrad.data;
