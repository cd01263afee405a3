package org.fusegrad.nn.doctor;

import java.util.Arrays;
import org.fusegrad.Tensor;
import org.fusegrad.nn.norm.Observables;
import org.fusegrad.nn.norm.RunningValues;

/**
 * One norm in one step of training. Arrays hold one value for each channel, and are empty where the
 * norm has no such thing.
 *
 * @param step number of the norm's recorded forwards, from 1
 * @param layer path of the norm in the model
 * @param norm its class
 * @param values elements behind each statistic: batch times space
 * @param mean of the input, over batch and space
 * @param variance of the input, biased, over batch and space
 * @param deviation what the batch's own values are divided by, eps included: the deviation, or for
 *     norms without centring the root mean square
 * @param gradient {@code E[g]}: the mean over batch and space of the gradient by the normalised
 *     value, the weight included. Empty where it does not follow from the gradient of the bias:
 *     without bias or weight, with frozen ones, or if several forwards share a backward
 * @param psi {@code E[g xh]}, likewise, from the gradient of the weight
 * @param moving the running values the step met
 */
public record NormSample(
        long step,
        String layer,
        String norm,
        long values,
        double[] mean,
        double[] variance,
        double[] deviation,
        double[] gradient,
        double[] psi,
        Moving moving) {
    /**
     * What a norm remembers of earlier steps.
     *
     * @param mean running mean before the step
     * @param deviation running deviation, eps included, before the step
     * @param correction factor r of moving average and batch renormalization
     * @param shift summand d of batch renormalization
     * @param clipped share of the channels whose r, or shift d, is at its bound; NaN without r
     * @param window square of what the input is divided by, of moving average batch normalization
     * @param psiWindow the average of psi it puts in the place of psi, likewise
     */
    public record Moving(
            double[] mean,
            double[] deviation,
            double[] correction,
            double[] shift,
            double clipped,
            double[] window,
            double[] psiWindow) {
        private static final double[] EMPTY = {};

        /** Of a norm that remembers nothing. */
        public static final Moving NONE =
                new Moving(EMPTY, EMPTY, EMPTY, EMPTY, Double.NaN, EMPTY, EMPTY);

        /** Of the running values and what the norm published, for so many channels. */
        static Moving of(RunningValues running, Observables seen, int channels) {
            double[] clipped =
                    seen.find(Observables.CLIPPED).map(Tensor::toDoubles).orElse(EMPTY);
            return new Moving(
                    running.mean(),
                    running.deviation(),
                    seen.ofChannels(Observables.CORRECTION, channels),
                    seen.ofChannels(Observables.SHIFT, channels),
                    Arrays.stream(clipped).average().orElse(Double.NaN),
                    seen.ofChannels(Observables.WINDOW, channels),
                    EMPTY);
        }

        Moving psiWindow(double[] value) {
            return new Moving(mean, deviation, correction, shift, clipped, window, value);
        }
    }
}
