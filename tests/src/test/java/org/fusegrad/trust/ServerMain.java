package org.fusegrad.trust;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * A server that loads an application for each request, runs it on its one thread, drops it, and
 * says whether it is gone.
 */
final class ServerMain {
    /** What {@link ContainerMain} can do. */
    static final List<String> REQUESTS =
            List.of("defaultEngine", "closedEngine", "openEngine", "scopeLeftOpen");

    private ServerMain() {}

    public static void main(String[] args) throws Exception {
        ExecutorService server = Executors.newSingleThreadExecutor();
        try {
            for (String request : REQUESTS) {
                WeakReference<ClassLoader> application =
                        server.submit(() -> served(request)).get();
                boolean gone = ContainerTest.soon(() -> application.get() == null);
                System.out.println(request + (gone ? " gone" : " held"));
            }
        } finally {
            server.shutdown();
        }
    }

    private static WeakReference<ClassLoader> served(String request) throws Exception {
        try (URLClassLoader loader = application()) {
            Class<?> main = loader.loadClass(ContainerMain.class.getName());
            if (main == ContainerMain.class) {
                throw new IllegalStateException("not loaded by the application's own loader");
            }
            main.getMethod(request).invoke(null);
            return new WeakReference<>(loader);
        }
    }

    /** The library and these tests, by a class loader of their own. */
    private static URLClassLoader application() {
        String path = System.getProperty("java.class.path");
        URL[] parts =
                Stream.of(path.split(File.pathSeparator)).map(ServerMain::url).toArray(URL[]::new);
        return new URLClassLoader(parts, ClassLoader.getPlatformClassLoader());
    }

    private static URL url(String part) {
        try {
            return Path.of(part).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(part, e);
        }
    }
}
