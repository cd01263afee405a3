/** Layers, losses, optimisers, models, checkpoints. */
module org.fusegrad.ops {
    requires transitive org.fusegrad.engine;
    requires com.google.gson;

    exports org.fusegrad.checkpoint;
    exports org.fusegrad.models;
    exports org.fusegrad.nn;
    exports org.fusegrad.nn.doctor;
    exports org.fusegrad.nn.norm;
    exports org.fusegrad.nn.parallel;
    exports org.fusegrad.nn.surgery;
    exports org.fusegrad.ops;
    exports org.fusegrad.optim;

    uses org.fusegrad.nn.norm.NormProvider;
}
