/** Checks of an autodiff program: gradients against differences, random formulas, cases. */
module org.fusegrad.testing {
    requires transitive org.fusegrad.engine;
    requires org.fusegrad.codegen;
    requires org.fusegrad.ops;
    requires com.google.gson;
    requires java.compiler;
    // Whoever writes tests with the harness brings JUnit; the command line uses it without.
    requires static transitive org.junit.jupiter.api;
    requires static org.junit.platform.commons;

    exports org.fusegrad.conformance;
    exports org.fusegrad.conformance.data;
    exports org.fusegrad.conformance.eval;
    exports org.fusegrad.conformance.onnx;
    exports org.fusegrad.conformance.torch;
    exports org.fusegrad.fuzz;
    exports org.fusegrad.gradcheck;
    exports org.fusegrad.gradcheck.junit;

    // JUnit makes the extension that the annotation names.
    opens org.fusegrad.gradcheck.junit to
            org.junit.platform.commons;
}
