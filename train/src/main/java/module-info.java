/** Data sets and loaders, a trainer with its metrics, charts and run folders. */
// XChart has neither a descriptor nor a name of its own.
@SuppressWarnings("requires-automatic")
module org.fusegrad.train {
    requires transitive org.fusegrad.ops;
    requires com.google.gson;
    requires java.desktop;
    requires xchart;

    exports org.fusegrad.data;
    exports org.fusegrad.data.transform;
    exports org.fusegrad.train;
}
