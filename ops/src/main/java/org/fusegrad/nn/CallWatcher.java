package org.fusegrad.nn;

import java.util.function.Supplier;
import org.fusegrad.Tensor;

/**
 * Sees the calls of the modules it watches, see {@link Module#watch}. Inside a traced formula the
 * tensors are symbolic.
 */
@FunctionalInterface
public interface CallWatcher {
    /**
     * Stands around one call.
     *
     * @param x the module's input
     * @param call runs the module; to be run once
     * @return what {@code call} answered
     */
    Tensor around(Module module, Tensor x, Supplier<Tensor> call);
}
