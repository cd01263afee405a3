package org.fusegrad.conformance;

import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.eval.Evaluation;
import org.fusegrad.conformance.eval.Evaluator;
import org.fusegrad.conformance.onnx.OnnxGraph;
import org.fusegrad.conformance.torch.TorchCases;

/** The suites, by the cases that they compute. */
final class Cases {
    private Cases() {}

    static Evaluator find(ConformanceCase from) {
        return from.objects("nodes").isEmpty()
                ? TorchCases.find(from)
                : new Evaluation(new OnnxGraph());
    }
}
