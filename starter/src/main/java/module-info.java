/** All that a program needs: the engine, compiled kernels, layers and optimisers. */
module org.fusegrad {
    requires transitive org.fusegrad.engine;
    requires transitive org.fusegrad.ops;
    requires org.fusegrad.codegen;
}
