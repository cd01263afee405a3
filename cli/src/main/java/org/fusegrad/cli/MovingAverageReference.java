package org.fusegrad.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.DeclaredGradient;
import org.fusegrad.nn.norm.MABN2d;
import org.fusegrad.nn.norm.MABNWindow;

/**
 * The backward of moving average batch normalization (Yan et al., ICLR 2020, section 4) in plain
 * loops over one channel after the other, from the states as they are before the step.
 */
final class MovingAverageReference implements DeclaredGradient {
    private final MABN2d norm;

    MovingAverageReference(MABN2d norm) {
        this.norm = norm;
    }

    @Override
    public List<Tensor> of(List<Tensor> inputs, List<Tensor> upstream) {
        Tensor x = inputs.get(0);
        int channels = x.dim(1);
        double[] dx = new double[x.shape().numel()];
        double[] dw = new double[channels];
        double[] db = new double[channels];
        for (int c = 0; c < channels; c++) {
            channel(x, upstream.get(0).toDoubles(), c, dx, dw, db);
        }
        List<Tensor> all = new ArrayList<>(List.of(Tensor.of(dx, x.shape().dims())));
        if (norm.weight().isPresent()) {
            all.add(Tensor.of(dw, channels));
        }
        if (norm.bias().isPresent()) {
            all.add(Tensor.of(db, channels));
        }
        return all;
    }

    private void channel(Tensor input, double[] dy, int c, double[] dx, double[] dw, double[] db) {
        double[] x = input.toDoubles();
        int channels = input.dim(1);
        int space = input.dim(2) * input.dim(3);
        double w = norm.weight().map(t -> t.toDoubles()[c]).orElse(1.0);
        double count = (double) input.dim(0) * space;
        double square = 0;
        for (int i = 0; i < x.length; i++) {
            square += i / space % channels == c ? x[i] * x[i] / count : 0;
        }
        double s = Math.sqrt(average("buffer_x2", square, c) + norm.options().eps());
        double r = correction(s, c);
        double psi = 0;
        for (int i = 0; i < x.length; i++) {
            psi += i / space % channels == c ? w * r * dy[i] * x[i] / s / count : 0;
        }
        double mean = average("buffer_gz", psi, c);
        for (int i = 0; i < x.length; i++) {
            if (i / space % channels == c) {
                dx[i] = (w * r * dy[i] - x[i] / s * mean) / s;
                dw[c] += dy[i] * r * x[i] / s;
                db[c] += dy[i];
            }
        }
    }

    private long step() {
        return (long) state("iters").item() + 1;
    }

    private Tensor state(String name) {
        Map<String, State> states = norm.namedBuffers();
        return states.get(name).get();
    }

    /** The mean of a ring once the newest value has taken the place of the oldest. */
    private double average(String ring, double newest, int c) {
        MABNWindow window = norm.window();
        int m = window.size();
        if (step() <= m || step() < window.warmup()) {
            return newest;
        }
        Tensor rows = state(ring);
        double sum = 0;
        for (int k = 0; k < m; k++) {
            sum += k == step() % m ? newest : rows.toDoubles()[k * rows.dim(1) + c];
        }
        return sum / m;
    }

    private double correction(double s, int c) {
        MABNWindow window = norm.window();
        if (step() <= Math.max(window.clipFrom(), window.warmup())) {
            return 1;
        }
        double running = state("running_var").toDoubles()[c] + norm.options().eps();
        double ratio = s / Math.sqrt(running);
        return Math.min(window.clip(), Math.max(1 / window.clip(), ratio));
    }
}
