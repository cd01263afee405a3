package org.fusegrad.nn;

import java.util.List;
import org.fusegrad.Tensor;

/** Modules one after the other, named 0, 1, ... */
public final class Sequential extends Module {
    private final List<Module> modules;

    public Sequential(Module... modules) {
        this(List.of(modules));
    }

    public Sequential(List<? extends Module> modules) {
        this.modules = List.copyOf(modules);
        for (int i = 0; i < modules.size(); i++) {
            child(Integer.toString(i), modules.get(i));
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor y = x;
        for (Module module : modules) {
            y = module.forward(y);
        }
        return y;
    }

    @Override
    public String toString() {
        return "Sequential" + modules;
    }
}
