package org.fusegrad.nn;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.function.Function;

/**
 * The place of a module in its network, and the errors that name it. A module knows the first place
 * it was registered at, so that an error tells its whole path wherever it is caught.
 */
final class ModulePath {
    /** How an error of a common type is made again with a longer message. */
    private static final Map<Class<?>, Function<String, RuntimeException>> COMMON = Map.of(
            IllegalArgumentException.class, IllegalArgumentException::new,
            IllegalStateException.class, IllegalStateException::new,
            UnsupportedOperationException.class, UnsupportedOperationException::new,
            ArithmeticException.class, ArithmeticException::new,
            IndexOutOfBoundsException.class, IndexOutOfBoundsException::new,
            ArrayIndexOutOfBoundsException.class, ArrayIndexOutOfBoundsException::new,
            NullPointerException.class, NullPointerException::new,
            ClassCastException.class, ClassCastException::new,
            RuntimeException.class, RuntimeException::new);

    /** A note on an error whose message cannot be changed. */
    private static final class Note extends RuntimeException {
        private static final long serialVersionUID = 1;

        Note(String path) {
            super("in module " + path, null, false, false);
        }
    }

    private volatile ModulePath parent;
    private volatile String name;

    /** Takes note of a place, unless it has one already. */
    void enter(ModulePath owner, String at) {
        if (parent == null) {
            name = at;
            parent = owner;
        }
    }

    /** Forgets the place of a module that was taken out of its owner. */
    void leave(ModulePath owner) {
        if (parent == owner) {
            parent = null;
        }
    }

    /** Names joined with dots, of this module and those around it but the outermost. */
    @Override
    public String toString() {
        Deque<String> names = new ArrayDeque<>();
        for (ModulePath at = this; at.parent != null; at = at.parent) {
            names.addFirst(at.name);
        }
        return String.join(".", names);
    }

    /**
     * The error with the path before its message, its type kept, the first one as its cause; the
     * same one if it has a path already or this is the outermost module. An error of an uncommon
     * type gets the path as a suppressed note.
     */
    RuntimeException located(RuntimeException e) {
        String path = toString();
        if (path.isEmpty() || tells(e, path)) {
            return e;
        }
        Function<String, RuntimeException> again = COMMON.get(e.getClass());
        if (again == null) {
            e.addSuppressed(new Note(path));
            return e;
        }
        RuntimeException located = again.apply(path + ": " + e.getMessage());
        located.setStackTrace(e.getStackTrace());
        located.initCause(e);
        return located;
    }

    private static boolean tells(RuntimeException e, String path) {
        String message = String.valueOf(e.getMessage());
        return message.startsWith(path + ":")
                || message.startsWith(path + ".")
                || Arrays.stream(e.getSuppressed()).anyMatch(Note.class::isInstance);
    }
}
