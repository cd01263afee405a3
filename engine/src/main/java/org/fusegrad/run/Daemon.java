package org.fusegrad.run;

/**
 * Threads that work in the background: they do not keep the JVM from ending, and nothing of the
 * thread that happens to start them, neither its inheritable values nor its class loader.
 */
public final class Daemon {
    private Daemon() {}

    /** A thread, not started yet. */
    public static Thread of(String name, Runnable work) {
        Thread thread = new Thread(null, work, name, 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(Daemon.class.getClassLoader());
        return thread;
    }
}
