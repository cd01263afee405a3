/** The gradient-check harness. */
module org.fusegrad.gradcheck {
    requires transitive org.fusegrad.engine;
    requires java.compiler;
    // Whoever writes tests with the harness brings JUnit; the command line uses it without.
    requires static transitive org.junit.jupiter.api;
    requires static org.junit.platform.commons;

    exports org.fusegrad.gradcheck;
    exports org.fusegrad.gradcheck.junit;

    // JUnit makes the extension that the annotation names.
    opens org.fusegrad.gradcheck.junit to
            org.junit.platform.commons;
}
