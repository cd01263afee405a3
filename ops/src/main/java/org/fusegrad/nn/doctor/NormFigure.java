package org.fusegrad.nn.doctor;

import java.util.Locale;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** A number about one norm in one step: a column of the table. NaN where there is none. */
public enum NormFigure {
    VALUES("values behind each statistic", s -> s.values()),
    CHANNELS("channels", s -> s.mean().length),
    MEAN("|mean|, average over channels", s -> average(s.mean())),
    VARIANCE("variance, average over channels", s -> average(s.variance())),
    VARIANCE_LEAST("variance, least of all channels", s -> least(s.variance())),
    GRADIENT("|E[g]|, average over channels", s -> average(s.gradient())),
    PSI("|E[g xh]|, average over channels", s -> average(s.psi())),

    /** How many times larger what is subtracted is than what is left: digits lost in doing so. */
    CANCELLATION(
            "|mean| / deviation, largest of all channels",
            s -> most(s.mean(), s.variance(), (m, v) -> m == 0 ? 0 : Math.abs(m) / Math.sqrt(v))),

    MEAN_GAP(
            "|mean - running mean| / running deviation, average",
            s -> average(
                    ratio(difference(s.mean(), s.moving().mean()), s.moving().deviation()))),

    /** 1 where they agree, however they differ otherwise. */
    DEVIATION_GAP(
            "deviation against running one, as a factor from 1, average",
            s -> average(map(s.deviation(), s.moving().deviation(), NormFigure::factor))),

    CORRECTION("correction r, average over channels", s -> average(s.moving().correction())),
    CLIPPED("share of channels whose correction is clipped", s -> s.moving().clipped()),

    WINDOW_GAP(
            "window against own second moment, as a factor from 1, average",
            s -> average(map(s.moving().window(), s.deviation(), (w, d) -> factor(w, d * d)))),

    /** 0 where they agree, 1 where they have nothing in common. */
    PSI_WINDOW_GAP(
            "|window - own psi| / (|window| + |own psi|), averages over channels",
            s -> average(difference(s.moving().psiWindow(), s.psi()))
                    / (average(s.moving().psiWindow()) + average(s.psi())));

    private final String title;
    private final ToDoubleFunction<NormSample> value;

    NormFigure(String title, ToDoubleFunction<NormSample> value) {
        this.title = title;
        this.value = value;
    }

    /** The heading of its column. */
    public String column() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it is, for an axis. */
    public String title() {
        return title;
    }

    /** Its value in a step, NaN if there is none. */
    public double of(NormSample sample) {
        return value.applyAsDouble(sample);
    }

    private static double factor(double a, double b) {
        return Math.max(a / b, b / a);
    }

    private static double average(double[] values) {
        return DoubleStream.of(values).map(Math::abs).average().orElse(Double.NaN);
    }

    private static double least(double[] values) {
        return DoubleStream.of(values).min().orElse(Double.NaN);
    }

    private static double most(double[] a, double[] b, DoubleBinaryOperator f) {
        return DoubleStream.of(map(a, b, f)).max().orElse(Double.NaN);
    }

    private static double[] difference(double[] a, double[] b) {
        return map(a, b, (x, y) -> x - y);
    }

    private static double[] ratio(double[] a, double[] b) {
        return map(a, b, (x, y) -> x / y);
    }

    /** Empty unless both are there. */
    private static double[] map(double[] a, double[] b, DoubleBinaryOperator f) {
        return IntStream.range(0, Math.min(a.length, b.length))
                .mapToDouble(i -> f.applyAsDouble(a[i], b[i]))
                .toArray();
    }
}
