package org.fusegrad.train;

import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.data.Batch;
import org.fusegrad.dist.Collective;
import org.fusegrad.nn.CrossEntropyLoss;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.parallel.Gradients;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.optim.SGD;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** A replica of the model: what it does in a step, on the engine current then. */
final class Learner {
    /**
     * What came of some images.
     *
     * @param loss their sum
     * @param correct how many were recognised
     */
    record Part(double loss, long correct, int images) {}

    private final Module model;
    private final Collective among;
    private final Optimizer optimizer;
    private final CrossEntropyLoss loss = new CrossEntropyLoss();

    Learner(Module model, TrainingPlan plan, Collective among) {
        this.model = model;
        this.among = among;
        this.optimizer = new SGD(model.parameters(), plan.learningRate(), plan.sgd());
    }

    Module model() {
        return model;
    }

    double learningRate() {
        return optimizer.learningRate();
    }

    /** Learns from its share of a batch what all learn from all of it. */
    @SuppressWarnings("try")
    Part learn(Batch batch, double rate) {
        int count = batch.count();
        int from = (int) ((long) count * among.rank() / among.size());
        int to = (int) ((long) count * (among.rank() + 1) / among.size());
        optimizer.learningRate(rate);
        try (Scope scope = Engine.current().scope()) {
            Tensor labels = labels(batch).slice(0, from, to);
            Tensor logits = model.forward(images(batch).slice(0, from, to));
            Tensor mean = loss.call(logits, labels);
            if (among.size() == 1) {
                mean.backward();
            } else {
                mean.mul((double) (to - from) / count).backward();
                Gradients.sum(among, model);
            }
            optimizer.step();
            optimizer.zeroGrad();
            return part(mean, logits, labels);
        }
    }

    /** What comes of a batch without learning from it. */
    @SuppressWarnings("try")
    Part evaluate(Batch batch) {
        try (Scope scope = Engine.current().scope()) {
            return Tensor.noGrad(() -> {
                Tensor logits = model.forward(images(batch));
                return part(loss.call(logits, labels(batch)), logits, labels(batch));
            });
        }
    }

    private static Part part(Tensor mean, Tensor logits, Tensor labels) {
        int images = logits.dim(0);
        return new Part(mean.item() * images, correct(logits, labels), images);
    }

    private static Tensor images(Batch b) {
        Shape shape = Shape.of(b.count(), b.channels(), b.height(), b.width());
        return Tensor.ofValue(Value.wrap(DType.FLOAT32, b.images(), shape));
    }

    private static Tensor labels(Batch b) {
        return Tensor.ofValue(Value.wrap(DType.INT64, b.labels(), Shape.of(b.count())));
    }

    /** How many rows are largest at their label. */
    private static int correct(Tensor logits, Tensor labels) {
        float[] values = logits.toFloats();
        double[] wanted = labels.toDoubles();
        int classes = logits.dim(1);
        int correct = 0;
        for (int row = 0; row < wanted.length; row++) {
            int best = 0;
            for (int k = 1; k < classes; k++) {
                best = values[row * classes + k] > values[row * classes + best] ? k : best;
            }
            correct += best == wanted[row] ? 1 : 0;
        }
        return correct;
    }
}
