package org.fusegrad;

/**
 * Something besides its arguments that a formula looked at while it was traced, and that may differ
 * at a later call. Equal dependencies are one.
 */
interface Dependency {
    /** What the formula would see now; traces are kept apart by it, compared by equality. */
    Object current();

    /** Whether gradients are recorded where the formula is called. */
    enum Recording implements Dependency {
        HERE;

        @Override
        public Object current() {
            return Context.get().recording;
        }
    }

    /** Whether a captured tensor collects gradients. */
    record Wanted(Tensor tensor) implements Dependency {
        @Override
        public Object current() {
            return tensor.wantsGrad();
        }
    }

    /** The value of a captured parameter, looked at in Java; compared by identity. */
    record Looked(Tensor parameter) implements Dependency {
        @Override
        public Object current() {
            return parameter.value();
        }
    }
}
