package org.fusegrad.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fusegrad.Tensor;

/** Modules one after the other, named 0, 1, ... */
public final class Sequential extends Module {
    private final List<Slot<Module>> parts = new ArrayList<>();

    public Sequential(Module... modules) {
        this(Arrays.asList(modules));
    }

    public Sequential(List<? extends Module> modules) {
        for (Module module : modules) {
            parts.add(slot(Integer.toString(parts.size()), Module.class, module));
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Slot<Module> part : parts) {
            y = forwardOf(part.get(), y);
        }
        return y;
    }
}
