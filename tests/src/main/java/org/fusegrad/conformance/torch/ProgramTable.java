package org.fusegrad.conformance.torch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Tensor;

/** The operations of programs, by PyTorch's names. */
final class ProgramTable {
    /** Computes the results of a step. */
    @FunctionalInterface
    interface Operation {
        List<Tensor> apply(ProgramCall call);
    }

    /** Computes the only result of a step. */
    @FunctionalInterface
    interface Single {
        Tensor apply(ProgramCall call);
    }

    /** Attributes that say what the operands say already, or nothing about values. */
    static final Set<String> REDUNDANT =
            Set.of("bias", "affine", "track_running_stats", "inplace", "return_indices");

    private static final Map<String, Operation> TABLE = new HashMap<>();

    private ProgramTable() {}

    static {
        ProgramMath.register(TABLE);
        ProgramShapes.register(TABLE);
        ProgramWindows.register(TABLE);
        ProgramNorms.register(TABLE);
    }

    static Operation single(Single f) {
        return call -> List.of(f.apply(call));
    }

    /** Whether an operation of so many operands is known. */
    static boolean knows(String operation, int operands) {
        return TABLE.containsKey(operation)
                || operands == 1 && ReduceCases.knows(operation)
                || operands == 1 && ActivationCases.knows(operation)
                || operands == 2 && ElementwiseCases.knows(operation);
    }

    /** By this table, else as a reduction, an activation or a function of two operands. */
    static List<Tensor> apply(ProgramCall call) {
        Operation known = TABLE.get(call.op());
        if (known != null) {
            return known.apply(call);
        } else if (call.in().size() == 2) {
            return List.of(ElementwiseCases.apply(call.op(), call.x(), call.in(1), call.attrs()));
        } else if (ReduceCases.knows(call.op())) {
            return ReduceCases.apply(call.op(), call.x(), call.attrs(), call.results() > 1);
        }
        return List.of(ActivationCases.apply(call.op(), call.x(), call.attrs()));
    }
}
