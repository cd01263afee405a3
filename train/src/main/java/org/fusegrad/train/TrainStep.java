package org.fusegrad.train;

import org.fusegrad.Engine;
import org.fusegrad.Scope;
import org.fusegrad.Tensor;
import org.fusegrad.data.Batch;
import org.fusegrad.dist.Collective;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.parallel.Gradients;
import org.fusegrad.optim.Optimizer;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/** A replica of the model: what it does in a step, on the engine current then. */
record TrainStep(Module model, Optimizer optimizer, Loss loss, Collective among) {
    /**
     * What came of some images.
     *
     * @param loss their sum
     * @param correct how many were recognised
     */
    record Part(double loss, long correct, int images) {}

    /** Learns from its share of a batch what all learn from all of it. */
    @SuppressWarnings("try")
    Part learn(Batch batch) {
        int count = batch.count();
        int from = (int) ((long) count * among.rank() / among.size());
        int to = (int) ((long) count * (among.rank() + 1) / among.size());
        try (Scope scope = Engine.current().scope()) {
            Tensor labels = labels(batch).slice(0, from, to);
            Tensor output = model.forward(images(batch).slice(0, from, to));
            Tensor mean = loss.of(output, labels);
            if (among.size() == 1) {
                mean.backward();
            } else {
                mean.mul((double) (to - from) / count).backward();
                Gradients.sum(among, model);
            }
            optimizer.step();
            optimizer.zeroGrad();
            return part(mean, output, labels);
        }
    }

    /** What comes of a batch without learning from it. */
    @SuppressWarnings("try")
    Part evaluate(Batch batch) {
        try (Scope scope = Engine.current().scope()) {
            return Tensor.noGrad(() -> {
                Tensor output = model.forward(images(batch));
                return part(loss.of(output, labels(batch)), output, labels(batch));
            });
        }
    }

    private static Part part(Tensor mean, Tensor output, Tensor labels) {
        int images = output.dim(0);
        return new Part(mean.item() * images, correct(output, labels), images);
    }

    private static Tensor images(Batch b) {
        Shape shape = Shape.of(b.count(), b.channels(), b.height(), b.width());
        return Tensor.ofValue(Value.wrap(DType.FLOAT32, b.images(), shape));
    }

    private static Tensor labels(Batch b) {
        return Tensor.ofValue(Value.wrap(DType.INT64, b.labels(), Shape.of(b.count())));
    }

    /** How many rows are largest at their label, the first of equals. */
    private static int correct(Tensor output, Tensor labels) {
        float[] values = output.toFloats();
        double[] wanted = labels.toDoubles();
        int classes = output.dim(1);
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
