package org.fusegrad.codegen.load;

/**
 * Kernels that were generated ahead of time and compiled with the program that uses them. {@link
 * org.fusegrad.codegen.export.KernelExport} writes the implementation. It is found by {@link
 * java.util.ServiceLoader}, or given to a {@link ProgramLoader}.
 */
public interface KernelRegistry {
    /**
     * What generated classes and the code that runs them agree on: numbering of arrays and steps,
     * lanes, tiles. Goes up with every change after which a class exported before would compute
     * something else; {@code KernelFormatTest} notices the changes that show.
     */
    int FORMAT = 10;

    /** The {@link #FORMAT} of the version that wrote this registry. */
    int format();

    /**
     * A new instance of a generated class, a {@code RowProgram} or a {@code TileProgram}. Loads no
     * class but the one asked for, since those with vectors do not load in every JVM.
     *
     * @param key a {@link ProgramId#key}
     * @return {@code null} if there is none such here
     */
    Object program(String key);
}
