package org.fusegrad.checkpoint;

import org.fusegrad.type.Shape;

/**
 * The place of the elements of one tensor; offsets count from the end of the header.
 *
 * @param type null if it is none of the format's
 * @param shape null if there are more elements than a tensor of ours can hold
 * @param unreadable why it cannot be read, or null
 */
record Entry(String name, ElementType type, Shape shape, long begin, long end, String unreadable) {}
