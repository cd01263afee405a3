package org.fusegrad.codegen.compile;

import org.fusegrad.run.KernelException;

/** Compiles generated source to a class in a loader of its own. */
public interface SourceCompiler {
    /**
     * The compiled class.
     *
     * @param className fully qualified
     * @param source the compilation unit
     * @throws KernelException naming the class, the position and the lines around it
     */
    Compiled compile(String className, String source);

    /**
     * A loaded class and its bytes.
     *
     * @param type the class
     * @param bytecode its class file, for measuring method sizes
     */
    record Compiled(Class<?> type, byte[] bytecode) {}
}
