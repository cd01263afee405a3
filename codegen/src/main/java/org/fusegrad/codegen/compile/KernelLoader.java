package org.fusegrad.codegen.compile;

import org.fusegrad.codegen.compile.SourceCompiler.Compiled;

/**
 * The class loader of one generated class, so that the class goes when nothing holds it any more.
 * Parents are not asked whether they know the class, as loaders by custom do: they keep a lock for
 * each name that they were ever asked for.
 */
final class KernelLoader extends ClassLoader {
    private KernelLoader() {
        super(KernelLoader.class.getClassLoader());
    }

    /**
     * Loads a class in a loader of its own.
     *
     * @throws LinkageError if the class file is not one of that name
     */
    static Compiled load(String name, byte[] bytecode) {
        Class<?> type = new KernelLoader().defineClass(name, bytecode, 0, bytecode.length);
        return new Compiled(type, bytecode);
    }
}
