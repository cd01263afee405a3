package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.List;
import org.fusegrad.Engine;

/** The backends that this JVM can run; the suites are parameterised over them. */
public final class Backends {
    private static final List<String> AVAILABLE = find();

    private Backends() {}

    /** Names for {@link Engine.Builder#backend}; the interpreter is always among them. */
    public static List<String> available() {
        return AVAILABLE;
    }

    private static List<String> find() {
        List<String> names = new ArrayList<>();
        for (String name : new String[] {"interpreter", "scalar", "vector"}) {
            try (Engine engine = Engine.builder().backend(name).threads(1).build()) {
                names.add(engine.backendName());
            } catch (IllegalArgumentException | IllegalStateException e) {
                System.out.println("[SKIP] backend " + name + ": " + e.getMessage());
            }
        }
        return List.copyOf(names);
    }
}
