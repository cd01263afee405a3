package org.fusegrad.run;

import java.util.Set;

/**
 * Offers backends to {@link java.util.ServiceLoader}; how the code generator makes itself known.
 */
public interface BackendProvider {
    /** Names it can create. */
    Set<String> names();

    /** The name it would choose for {@code auto} on this JVM. */
    String preferred();

    /**
     * A backend of this name.
     *
     * @throws IllegalArgumentException if this JVM cannot run it, with the reason and the cure
     */
    Backend create(String name);
}
