package org.fusegrad;

/**
 * The place of an engine's random numbers: what must be saved for a program to go on with
 * the numbers it would have had. See {@link Engine#randomState()}.
 *
 * @param sources where {@link Engine#nextStream} goes on, which starts layers
 * @param seed of the numbers that tensors draw
 * @param draws how many tensors have been drawn
 */
public record RandomState(long sources, long seed, long draws) {}
