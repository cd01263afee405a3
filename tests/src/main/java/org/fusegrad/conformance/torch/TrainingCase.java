package org.fusegrad.conformance.torch;

import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.data.Attributes;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Results;
import org.fusegrad.conformance.eval.Results.Role;
import org.fusegrad.ops.CrossEntropy;
import org.fusegrad.optim.Optimizer;

/** Some steps of training a small network. */
final class TrainingCase {
    private final ConformanceCase from;
    private final Attributes attrs;
    private final Recording io;
    private final Network network;

    TrainingCase(ConformanceCase from) {
        this.from = from;
        this.attrs = from.attrs();
        this.io = new Recording(from);
        String loss = attrs.text("loss", "cross_entropy mean");
        if (!loss.equals("cross_entropy mean") && !loss.equals("cross_entropy")) {
            throw new Unsupported("training with the loss '" + loss + "'");
        }
        this.network = new Network(io, attrs, from.texts("parameters"));
    }

    Results run() {
        Optimizer optimizer = TrajectoryCases.optimizer(
                attrs.text("optimizer", "sgd"), List.copyOf(network.parameters().values()), attrs);
        CrossEntropy loss = CrossEntropy.DEFAULT.labelSmoothing(attrs.number("label_smoothing", 0));
        double[] rates = attrs.numbers("lr_per_step");
        Results first = new Results();
        for (int t = 0; t < from.steps(); t++) {
            optimizer.zeroGrad();
            if (t < rates.length) {
                optimizer.learningRate(rates[t]);
            }
            Tensor logits = network.forward(TrajectoryCases.step(io.value("x"), t));
            Tensor value = loss.loss(logits, TrajectoryCases.step(io.value("target"), t));
            io.record("loss", value);
            io.record("logits", logits);
            if (io.goesBack(t)) {
                value.backward();
                if (t == 0) {
                    network.parameters()
                            .forEach((path, p) ->
                                    first.put(Role.OUTPUT, "grad_step1." + path, p.grad()));
                }
                optimizer.step();
            }
        }
        return finished(first);
    }

    private Results finished(Results results) {
        network.parameters()
                .forEach((path, p) ->
                        results.put(Role.OUTPUT, "final." + path, Tensor.ofValue(p.value())));
        network.norms()
                .forEach((path, norm) -> norm.namedBuffers()
                        .forEach((name, state) -> results.put(
                                Role.OUTPUT, "final." + path + "." + name, state.get())));
        network.norms().values().forEach(n -> n.train(false));
        if (io.has("x_eval")) {
            Tensor logits = Tensor.noGrad(() -> network.forward(io.value("x_eval")));
            results.put(Role.OUTPUT, "eval_logits", logits);
        }
        Results stacked = io.results();
        for (String name : new String[] {"loss", "logits"}) {
            results.put(Role.OUTPUT, name, stacked.get(Role.OUTPUT, name));
        }
        return results;
    }
}
