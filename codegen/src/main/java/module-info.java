/** From an expression graph to a compiled kernel. The engine finds it as a service. */
// Neither JavaPoet nor Janino has a descriptor; their names are in their manifests.
@SuppressWarnings("requires-automatic")
module org.fusegrad.codegen {
    requires transitive org.fusegrad.engine;
    requires com.google.common;
    requires com.palantir.javapoet;
    requires org.codehaus.commons.compiler;
    requires org.codehaus.janino;
    requires java.compiler;
    requires jdk.management;

    exports org.fusegrad.codegen;
    exports org.fusegrad.codegen.compile;
    exports org.fusegrad.codegen.export;
    exports org.fusegrad.codegen.load;
    exports org.fusegrad.codegen.simd;
    exports org.fusegrad.codegen.tier;

    // Implemented by generated classes, which are of no module or of the user's.
    exports org.fusegrad.codegen.contract;
    exports org.fusegrad.codegen.drive;

    uses org.fusegrad.codegen.load.KernelRegistry;

    provides org.fusegrad.run.BackendProvider with
            org.fusegrad.codegen.CodegenProvider;
}
