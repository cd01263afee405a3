package org.fusegrad.conformance.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.type.DType;

/** The inputs of a case as leaves, before its formula runs. */
public final class Setup {
    private final ConformanceCase from;
    private final boolean widened;
    private final Map<String, Tensor> leaves = new LinkedHashMap<>();
    private final Map<String, Boolean> wanted = new LinkedHashMap<>();
    private final List<String> bound = new ArrayList<>();

    Setup(ConformanceCase from, boolean widened) {
        this.from = from;
        this.widened = widened;
        for (TensorEntry entry : from.inputs()) {
            Tensor t = from.read(entry);
            Tensor used = widened && t.dtype() == DType.FLOAT32 ? t.cast(DType.FLOAT64) : t;
            leaves.put(entry.name(), used.requiresGrad(entry.requiresGrad()));
            wanted.put(entry.name(), entry.requiresGrad());
        }
    }

    public Attributes attrs() {
        return from.attrs();
    }

    public ConformanceCase from() {
        return from;
    }

    /** The floating type the case computes in. */
    public DType dtype() {
        boolean single = from.dtype().equals("float32") && !widened;
        return single ? DType.FLOAT32 : DType.FLOAT64;
    }

    public boolean has(String name) {
        return leaves.containsKey(name);
    }

    /** The leaf of that name, with its value. */
    public Tensor value(String name) {
        Tensor leaf = leaves.get(name);
        if (leaf == null) {
            throw new MalformedCase("input '" + name + "' is missing");
        }
        return leaf;
    }

    /** Gives a parameter of a layer the value of an input and its place among the leaves. */
    public void bind(String name, Tensor parameter) {
        parameter.assign(value(name).detach());
        parameter.requiresGrad(wanted.get(name));
        leaves.put(name, parameter);
        bound.add(name);
    }

    /** The value of an input that a layer keeps as state; it is no argument of the formula. */
    public Tensor keep(String name) {
        Tensor value = value(name);
        bound.add(name);
        return value;
    }

    /** Names of the inputs that are arguments of the formula: all but those layers hold. */
    List<String> arguments() {
        return leaves.keySet().stream().filter(name -> !bound.contains(name)).toList();
    }
}
