package org.fusegrad.nn;

import org.fusegrad.Setting;

/**
 * A place for a part of a module. What stands in it may be replaced, see {@link Module#replace};
 * the module that owns it asks for the part at each use.
 */
public final class Slot<M extends Module> {
    private final Class<M> type;
    private final boolean open;
    private final Setting<M> module;

    Slot(Class<M> type, M module, boolean open) {
        this.type = type;
        this.module = Setting.of(module);
        this.open = open;
    }

    /** What stands in it now. */
    public M get() {
        return module.get();
    }

    /** Whether another module can take the place. */
    boolean accepts(Module other) {
        return open && type.isInstance(other);
    }

    void set(Module other) {
        module.set(type.cast(other));
    }

    /** What it accepts, for messages. */
    @Override
    public String toString() {
        return open ? "takes a " + type.getSimpleName() : "is held in a field, not in a slot";
    }
}
