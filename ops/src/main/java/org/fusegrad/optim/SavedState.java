package org.fusegrad.optim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Tensor;
import org.fusegrad.type.DType;

/** A saved state held against the optimiser that is to go on from it; lists all that differs. */
final class SavedState {
    static final String RATE = "learning_rate";
    static final String STEP = ".step";
    private static final int SHOWN = 8;

    private final String kind;
    private final Map<String, Tensor> values;
    private final Set<String> known = new HashSet<>();
    private final List<String> faults = new ArrayList<>();

    SavedState(String kind, Map<String, Tensor> values) {
        this.kind = kind;
        this.values = values;
    }

    /** The key of a setting; those of parameters end with a dot and a name. */
    static String setting(String kind, String name) {
        return kind + ":" + name;
    }

    /**
     * Looks at rate and options.
     *
     * @throws IllegalArgumentException if they are those of another kind
     */
    void checkSettings(Map<String, Double> options) {
        String suffix = ":" + RATE;
        for (String key : values.keySet()) {
            if (key.endsWith(suffix) && !key.equals(kind + suffix)) {
                String other = key.substring(0, key.length() - suffix.length());
                throw new IllegalArgumentException("this state is of an optimizer " + other
                        + ", not " + kind + "; make the optimizer it was saved from");
            }
        }
        Double rate = number(setting(kind, RATE));
        if (rate != null && !(rate >= 0 && rate < Double.POSITIVE_INFINITY)) {
            fault("its learning rate is " + rate);
        }
        options.forEach((name, own) -> {
            Double saved = number(setting(kind, name));
            if (saved != null && !saved.equals(own)) {
                fault(name + " was " + saved + " and is " + own
                        + ": make the optimizer with the saved value");
            }
        });
    }

    private Double number(String key) {
        Tensor value = value(key);
        boolean fits =
                value != null && value.shape().numel() == 1 && value.dtype() == DType.FLOAT64;
        if (value != null && !fits) {
            fault(key + " is " + value.dtype() + value.shape() + ", not a float64");
        }
        return fits ? (Double) value.item() : null;
    }

    private Tensor value(String key) {
        known.add(key);
        Tensor value = values.get(key);
        if (value == null) {
            fault(key + " is missing");
        }
        return value;
    }

    /** Looks at what is remembered of a parameter. */
    void checkMemory(String name, Tensor parameter, List<String> memory) {
        Tensor steps = value(name + STEP);
        if (steps == null) {
            memory.forEach(m -> known.add(name + "." + m));
            return;
        }
        boolean counts = steps.dtype() == DType.INT64
                && steps.shape().numel() == 1
                && steps.toLongs()[0] >= 0;
        if (!counts) {
            fault(name + STEP + " is " + steps + ", no count of steps");
        } else if (steps.toLongs()[0] > 0) {
            memory.forEach(m -> checkFits(name + "." + m, parameter));
        }
    }

    private void checkFits(String key, Tensor parameter) {
        Tensor value = value(key);
        DType compute = parameter.dtype().compute();
        if (value != null
                && (value.dtype() != compute || !value.shape().equals(parameter.shape()))) {
            fault(key + " is " + value.dtype() + value.shape() + ", not " + compute
                    + parameter.shape());
        }
    }

    private void fault(String text) {
        faults.add(text);
    }

    /** Refuses the state if anything differs, or is left over. */
    void throwFaults() {
        List<String> all = new ArrayList<>();
        values.keySet().stream()
                .filter(key -> !known.contains(key))
                .forEach(key -> all.add(key + " is unknown"));
        all.addAll(faults);
        if (!all.isEmpty()) {
            int more = Math.max(0, all.size() - SHOWN);
            throw new IllegalArgumentException("this state is not of this " + kind + " optimizer: "
                    + String.join("; ", all.subList(0, all.size() - more))
                    + (more == 0 ? "" : "; and " + more + " more"));
        }
    }
}
