package org.fusegrad.conformance.torch;

import java.util.HashMap;
import java.util.Map;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Evaluation;
import org.fusegrad.conformance.eval.Evaluator;
import org.fusegrad.conformance.eval.OpCase;

/** The table of all families. */
public final class TorchCases {
    private static final Map<String, OpCase> OPS = new HashMap<>();
    private static final Map<String, Evaluator> TRAJECTORIES = new HashMap<>();

    static {
        ActivationCases.register(OPS);
        ElementwiseCases.register(OPS);
        ReduceCases.register(OPS);
        ShapeCases.register(OPS);
        ContractionCases.register(OPS);
        PoolCases.register(OPS);
        LossCases.register(OPS);
        TrajectoryCases.register(TRAJECTORIES);
    }

    private TorchCases() {}

    /**
     * How a case is computed.
     *
     * @throws Unsupported if its operation is not known
     */
    public static Evaluator find(ConformanceCase from) {
        String op = from.op();
        if (from.kind().equals("trajectory")) {
            Evaluator trajectory = TRAJECTORIES.get(op);
            if (trajectory == null) {
                throw new Unsupported("trajectory " + op);
            }
            return trajectory;
        }
        if (from.program() != null) {
            return new Evaluation(ProgramCase.of(from));
        }
        String plain = op.endsWith("_dbl") ? op.substring(0, op.length() - 4) : op;
        OpCase known = OPS.getOrDefault(op, OPS.get(plain));
        if (known == null) {
            known = NormCases.find(plain).orElseGet(() -> single(from, plain));
        }
        return new Evaluation(known);
    }

    /** A call of an operation of programs. */
    private static OpCase single(ConformanceCase from, String op) {
        if (!ProgramTable.knows(op, from.inputs().size())) {
            throw new Unsupported("operation " + from.op());
        }
        return ProgramCase.call(from, op);
    }
}
