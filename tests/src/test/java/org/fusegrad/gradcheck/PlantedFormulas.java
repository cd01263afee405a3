package org.fusegrad.gradcheck;

import static org.fusegrad.gradcheck.PlantedBug.formula;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.fusegrad.Primitives;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.graph.Op;
import org.fusegrad.type.DType;

/** Formulas that are wrong themselves: cut paths, declared backwards, states out of step. */
final class PlantedFormulas {
    private static final double EPS = 1e-3;
    private static final Samples S = Samples.of(43);
    private static final Tensor X = S.normal(5, 3).mul(1.3);

    private PlantedFormulas() {}

    static List<PlantedBug> all() {
        List<PlantedBug> all = new ArrayList<>();
        detached(all);
        declared(all);
        averaged(all);
        return all;
    }

    private static void detached(List<PlantedBug> all) {
        all.add(formula(
                "mean path cut",
                Op.DETACH,
                TensorFunction.of(x -> {
                    Tensor centred = x.sub(x.mean(0).detach());
                    return centred.div(centred.square().mean(0).add(EPS).sqrt());
                }),
                X));
        all.add(formula(
                "variance path cut",
                Op.DETACH,
                TensorFunction.of(x -> {
                    Tensor centred = x.sub(x.mean(0));
                    return centred.div(
                            centred.square().mean(0).detach().add(EPS).sqrt());
                }),
                X));
        all.add(formula(
                        "second order cut",
                        Op.DETACH,
                        TensorFunction.of(x -> Primitives.customGradient(
                                x.square(),
                                List.of(x),
                                dy -> List.of(dy.mul(x.detach()).mul(2)))),
                        X)
                .with(c -> c.order(2)));
    }

    /** What a declared backward of the standardization over axis 0 is made of. */
    private record Parts(Tensor x, Tensor centred, Tensor s, Tensor xh, Tensor dy) {
        Tensor mean() {
            return dy.mean(0);
        }

        Tensor along() {
            return xh.mul(dy.mul(xh).mean(0));
        }
    }

    private static TensorFunction standardize(java.util.function.Function<Parts, Tensor> backward) {
        return TensorFunction.of(x -> {
            Tensor centred = x.sub(x.mean(0));
            Tensor s = centred.square().mean(0).add(EPS).sqrt();
            Tensor xh = centred.div(s);
            return Primitives.customGradient(
                    xh,
                    List.of(x),
                    dy -> List.of(backward.apply(new Parts(x, centred, s, xh, dy))));
        });
    }

    private static void wrong(
            List<PlantedBug> all,
            String name,
            java.util.function.Function<Parts, Tensor> backward) {
        all.add(formula(name, Op.CUSTOM, standardize(backward), X));
    }

    private static void declared(List<PlantedBug> all) {
        wrong(all, "mean term missing", p -> p.dy().sub(p.along()).div(p.s()));
        wrong(all, "variance term missing", p -> p.dy().sub(p.mean()).div(p.s()));
        wrong(all, "sign of a term", p -> p.dy().sub(p.mean()).add(p.along()).div(p.s()));
        wrong(
                all,
                "mean over the wrong axis",
                p -> p.dy().sub(p.dy().mean(1)).sub(p.along()).div(p.s()));
        wrong(
                all,
                "sum instead of mean",
                p -> p.dy().sub(p.dy().sum(0)).sub(p.along()).div(p.s()));
        wrong(
                all,
                "centred value for the standardized one",
                p -> p.dy().sub(p.mean())
                        .sub(p.centred().mul(p.dy().mul(p.xh()).mean(0)))
                        .div(p.s()));
        wrong(
                all,
                "variance for the deviation",
                p -> p.dy().sub(p.mean()).sub(p.along()).div(p.s().square()));
        wrong(
                all,
                "eps forgotten",
                p -> p.dy().sub(p.mean())
                        .sub(p.along())
                        .div(p.s().square().sub(EPS).sqrt()));
        wrong(
                all,
                "divided by n - 1",
                p -> p.dy().sub(p.mean().mul(1.25)).sub(p.along()).div(p.s()));
        wrong(
                all,
                "input for the centred input",
                p -> p.dy().sub(p.mean())
                        .sub(p.x().div(p.s()).mul(p.dy().mul(p.xh()).mean(0)))
                        .div(p.s()));
    }

    /** A norm that averages its backward's statistic over a ring of three steps. */
    private static final class Ring {
        final State rows = State.of("ring", Samples.of(5).normal(3, 3));
        final State steps = State.of("steps", Tensor.of(new long[] {7}));

        /** Row {@code t mod 3} is replaced by the newest value. */
        Tensor average(Tensor newest, int behind) {
            Tensor t = steps.read().cast(DType.FLOAT64).add(1 - behind);
            Tensor slot = t.sub(t.div(3).floor().mul(3));
            Tensor row = Tensor.arange(3).cast(DType.FLOAT64).reshape(3, 1).eq(slot);
            Tensor next = row.where(newest, rows.read());
            rows.write(next);
            return next.mean(0);
        }

        /** The gradient as it is meant, in plain loops. */
        List<Tensor> reference(List<Tensor> in, List<Tensor> upstream) {
            double[] x = in.get(0).toDoubles();
            double[] dy = upstream.get(0).toDoubles();
            double[] ring = rows.get().toDoubles();
            double[] dx = new double[x.length];
            int n = x.length / 3;
            for (int c = 0; c < 3; c++) {
                double square = 0;
                double psi = 0;
                for (int i = 0; i < n; i++) {
                    square += x[3 * i + c] * x[3 * i + c] / n;
                }
                double s = Math.sqrt(square + EPS);
                for (int i = 0; i < n; i++) {
                    psi += dy[3 * i + c] * x[3 * i + c] / s / n;
                }
                // Step 8 replaces row 2.
                double mean = (ring[c] + ring[3 + c] + psi) / 3;
                for (int i = 0; i < n; i++) {
                    dx[3 * i + c] = (dy[3 * i + c] - x[3 * i + c] / s * mean) / s;
                }
            }
            return List.of(Tensor.of(dx, n, 3));
        }
    }

    private static void ring(
            List<PlantedBug> all, String name, BiFunction<Ring, Tensor, Tensor> statistic) {
        Ring ring = new Ring();
        TensorFunction f = TensorFunction.of(x -> {
            Tensor s = x.square().mean(0).add(EPS).sqrt();
            Tensor z = x.div(s);
            return Primitives.customGradient(z, List.of(x), dy -> {
                Tensor psi = statistic.apply(ring, dy.mul(z).mean(0));
                return List.of(dy.sub(z.mul(psi)).div(s));
            });
        });
        all.add(formula(name, Op.CUSTOM, f, X).with(c -> c.declared(ring::reference)));
    }

    private static void averaged(List<PlantedBug> all) {
        ring(all, "ring one step behind", (r, psi) -> r.average(psi, 1));
        ring(all, "ring one step ahead", (r, psi) -> r.average(psi, -1));
        ring(all, "stale ring", (r, psi) -> r.rows.read().mean(0));
        ring(all, "stale step count", (r, psi) -> r.average(psi, 2));
        ring(all, "own statistic only", (r, psi) -> psi);
        ring(all, "newest counted twice", (r, psi) -> r.average(psi, 0).add(psi.div(3)));
        ring(all, "one row too few in the mean", (r, psi) -> r.average(psi, 0).mul(1.5));
        ring(all, "sign of the newest", (r, psi) -> r.average(psi.neg(), 0));
    }

    /** The same norm without a fault. */
    static GradCheck right() {
        List<PlantedBug> one = new ArrayList<>();
        ring(one, "right", (r, psi) -> r.average(psi, 0));
        PlantedBug none = one.get(0);
        return none.setting().apply(GradCheck.of(none.formula()).inputs(none.inputs()));
    }

    /** The standardization with its right backward. */
    static GradCheck rightStandardization() {
        return GradCheck.of(standardize(p -> p.dy().sub(p.mean()).sub(p.along()).div(p.s())))
                .inputs(X);
    }
}
