package org.fusegrad;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Functions called with the gradient of a tensor, in order of registration. Lists are replaced as a
 * whole, so a hook may add or remove hooks while it runs; that counts from the next backward on.
 */
final class Hooks {
    /** One registration: the same function may be registered twice, and is then called twice. */
    private static final class Hook {
        final UnaryOperator<Tensor> function;

        Hook(UnaryOperator<Tensor> function) {
            this.function = function;
        }
    }

    private volatile List<Hook> all = List.of();

    /** Registers a hook; the result removes it again. */
    synchronized Runnable add(UnaryOperator<Tensor> function) {
        Hook hook = new Hook(function);
        List<Hook> more = new ArrayList<>(all);
        more.add(hook);
        all = more;
        return () -> remove(hook);
    }

    private synchronized void remove(Hook hook) {
        all = all.stream().filter(h -> h != hook).toList();
    }

    /**
     * The gradient that the hooks make of {@code gradient}: each sees what the one before answered.
     *
     * @throws IllegalArgumentException if one answers another shape or type
     */
    Tensor apply(Tensor gradient) {
        Tensor g = gradient;
        for (Hook hook : all) {
            Tensor answer = hook.function.apply(g);
            if (answer == null) {
                continue;
            }
            if (answer.dtype() != g.dtype() || !answer.shape().equals(g.shape())) {
                throw new IllegalArgumentException("a hook answered " + answer.dtype()
                        + answer.shape() + " for a gradient " + g.dtype() + g.shape()
                        + "; answer one of the same type and shape, or null to leave it as it is");
            }
            g = answer;
        }
        return g;
    }
}
