package org.fusegrad.conformance.torch;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.eval.Formula;
import org.fusegrad.conformance.eval.OpCase;
import org.fusegrad.conformance.eval.Outputs;
import org.fusegrad.conformance.eval.Setup;

/** A case that is a {@link Program}: its outputs are results of steps. */
final class ProgramCase implements OpCase {
    private final Program program;

    private ProgramCase(Program program) {
        this.program = program;
    }

    /** The program that a case states. */
    static ProgramCase of(ConformanceCase from) {
        return new ProgramCase(Program.of(from.program()));
    }

    /** A single call of an operation of programs on all inputs, in their order. */
    static ProgramCase call(ConformanceCase from, String operation) {
        List<String> inputs = from.inputs().stream().map(TensorEntry::name).toList();
        String result = from.outputs().isEmpty() ? "y" : from.outputs().get(0).name();
        JsonObject attrs = from.attrs().json();
        return new ProgramCase(Program.of(result, operation, inputs, attrs));
    }

    @Override
    public Formula prepare(Setup setup) {
        return in -> {
            Map<String, Tensor> inputs = new LinkedHashMap<>();
            setup.from().inputs().forEach(e -> inputs.put(e.name(), in.get(e.name())));
            Map<String, Tensor> values = program.run(inputs, setup.dtype());
            Outputs outputs = new Outputs();
            for (TensorEntry entry : setup.from().outputs()) {
                if (!values.containsKey(entry.name())) {
                    throw new MalformedCase(
                            "'program' has no result '" + entry.name() + "', which is an output");
                }
                outputs.and(entry.name(), values.get(entry.name()));
            }
            return outputs;
        };
    }
}
