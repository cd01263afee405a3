package org.fusegrad.gradcheck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.fusegrad.FormulaGraph;
import org.fusegrad.Fused;
import org.fusegrad.RandomRecord;
import org.fusegrad.State;
import org.fusegrad.Tensor;
import org.fusegrad.gradcheck.GradCheck.Wanted;
import org.fusegrad.type.DType;

/** One run of a check: order by order, on each backend, with states put back each time. */
final class Probe {
    private static final long COTANGENTS = 0x9E3779B97F4A7C15L;

    private final GradCheck settings;
    private final List<Tensor> arguments;
    private final Samples samples;
    private final Random random;
    private final RandomRecord numbers = new RandomRecord();
    private final Findings findings = new Findings();
    private final FormulaGraph traced;
    private final String untraceable;
    private Snapshot moving;
    private Snapshot fixed;
    private double shrink = 1;

    Probe(GradCheck settings, List<Tensor> arguments) {
        this.settings = settings;
        this.arguments = arguments;
        // Not the numbers an input made with the same seed has: a norm's gradient vanishes where
        // the
        // cotangent is the input.
        this.samples = Samples.of(settings.seed ^ COTANGENTS);
        this.random = new Random(~settings.seed);
        FormulaGraph graph = null;
        String fault = null;
        try {
            Tensor[] at = arguments.toArray(Tensor[]::new);
            Fused checked = Fused.ofAll("checked", settings.function::apply);
            graph = numbers.during(() -> checked.graph(at));
        } catch (IllegalStateException e) {
            fault = e.getMessage();
        }
        this.traced = graph;
        this.untraceable = fault;
    }

    GradCheckReport check(List<Wanted> wanted) {
        if (wanted.isEmpty()) {
            findings.problem("the check proves nothing: no input is floating and no parameter is"
                    + " given, so there is nothing to differentiate by; cast an input or name"
                    + " parameters(...)");
            return findings.report(Optional.empty(), "");
        }
        requireDifferences(wanted);
        moving = Snapshot.of(states(wanted));
        fixed = Snapshot.of(settings.unmoved);
        List<Tensor> before =
                wanted.stream().map(w -> Tensor.ofValue(w.leaf().value())).toList();
        List<Runner> runners = Runner.of(settings.backends);
        try {
            if (traced != null) {
                stepAround(wanted);
            }
            return check(new Level(1, settings.function, traced, wanted), runners);
        } finally {
            for (int i = 0; i < before.size(); i++) {
                wanted.get(i).leaf().assign(before.get(i));
            }
            moving.restore();
            fixed.restore();
            runners.forEach(Runner::close);
        }
    }

    private void requireDifferences(List<Wanted> wanted) {
        for (Wanted w : wanted) {
            if (traced == null && w.leaf().dtype() != DType.FLOAT64) {
                throw new IllegalArgumentException(w.label() + " is " + w.leaf().dtype()
                        + " and the function cannot be traced, so there is no float64 shadow to"
                        + " compare with; cast the input to float64 (" + untraceable + ")");
            }
        }
    }

    /** All states that anything reads or writes, in the backward too. */
    private List<State> states(List<Wanted> wanted) {
        List<State> all = new ArrayList<>(settings.states);
        if (traced != null) {
            List<Tensor> upstream = new ArrayList<>();
            traced.graph()
                    .outputs()
                    .forEach(y -> upstream.add(
                            y.dtype().isFloating() ? Tensor.full(y.shape(), 0, y.dtype()) : null));
            List<Tensor> leaves = wanted.stream().map(Wanted::leaf).toList();
            traced.gradient(leaves, upstream).states().stream()
                    .filter(s -> !all.contains(s) && !settings.unmoved.contains(s))
                    .forEach(all::add);
        }
        return all;
    }

    private void stepAround(List<Wanted> wanted) {
        Detour detour = new Detour(Shadow.of(traced, settings.hold), wanted, random);
        shrink = detour.take(tolerance().step());
        detour.note().ifPresent(findings::note);
    }

    private GradCheckReport check(Level first, List<Runner> runners) {
        Level level = first;
        List<Tensor> cotangents = null;
        for (int order = 1; order <= settings.order && findings.clean(); order++) {
            level = order == 1 ? first : level.next(cotangents);
            cotangents = check(level, runners, order);
        }
        if (findings.clean() && findings.compared() == 0 && !settings.zeros) {
            findings.problem("the check proves nothing: all it differentiates by is empty, so no"
                    + " element was compared; allowZeros() if that is meant");
        }
        if (findings.clean() || findings.compared() == 0) {
            return findings.report(Optional.empty(), "");
        }
        if (settings.law != null) {
            findings.note("the law '" + settings.law + "' does not hold: the declared gradient is"
                    + " not the derivative there");
        }
        if (traced == null) {
            findings.note("the function cannot be traced, so its nodes were not checked one by"
                    + " one: " + untraceable);
            return findings.report(Optional.empty(), "");
        }
        Optional<WrongNode> wrong = findings.wrong() ? wrongNode(level) : Optional.empty();
        return findings.report(wrong, new CaseAsJava(settings, arguments, traced).text());
    }

    private Optional<WrongNode> wrongNode(Level level) {
        boolean declared = settings.reference != null;
        NodeCheck nodes = new NodeCheck(level, hold(level.order()), !declared, settings.seed);
        Optional<WrongNode> wrong = nodes.firstWrong();
        if (wrong.isEmpty() && declared) {
            wrong = nodes.firstDeclared(findings.worst());
        }
        if (wrong.isEmpty()) {
            findings.note("each node of the graph by itself has the right gradient, so the fault is"
                    + " in how the backend fuses, generates or records it");
        }
        return wrong;
    }

    private boolean hold(int order) {
        return settings.hold || order > 1 && (settings.reference != null || settings.law != null);
    }

    private Tolerance tolerance() {
        return settings.tolerance == null ? Tolerance.of(settings.richardson) : settings.tolerance;
    }

    /** Checks one order and answers the cotangents it used. */
    private List<Tensor> check(Level level, List<Runner> runners, int order) {
        List<Tensor> outputs = runners.get(0).call(() -> evaluate(level, arguments));
        moving.restore();
        List<Tensor> cotangents = cotangents(outputs, order);
        if (order == 1 && !provesSomething(outputs, cotangents)) {
            return cotangents;
        }
        Shadow shadow = level.traced() == null ? null : Shadow.of(level.traced(), hold(order));
        Forward forward = shadow == null
                ? Forward.of(() -> runners.get(0).call(() -> evaluate(level, arguments)))
                : Forward.of(shadow);
        LevelCheck check =
                new LevelCheck(settings, level, outputs, cotangents, shadow, tolerance(), findings);
        check.expect(forward, shrink, random, arguments);
        moving.restore();
        for (Runner runner : runners) {
            runner.call(() -> {
                check.compare(runner.backend(), arguments, args -> evaluate(level, args), samples);
                return null;
            });
        }
        unchanged(level);
        return live(outputs, cotangents);
    }

    /** Those of results that the gradients of the next order can depend on. */
    private static List<Tensor> live(List<Tensor> outputs, List<Tensor> cotangents) {
        List<Tensor> all = new ArrayList<>(cotangents);
        for (int i = 0; i < all.size(); i++) {
            all.set(i, outputs.get(i).requiresGrad() ? all.get(i) : null);
        }
        return all;
    }

    /** Whether a wrong gradient could be seen at all; a problem if not. */
    private boolean provesSomething(List<Tensor> outputs, List<Tensor> cotangents) {
        List<Tensor> given =
                cotangents.stream().filter(java.util.Objects::nonNull).toList();
        if (given.isEmpty()) {
            if (settings.zeros && outputs.stream().anyMatch(y -> y.dtype().isFloating())) {
                return true;
            }
            List<String> types =
                    outputs.stream().map(y -> y.dtype().toString() + y.shape()).toList();
            findings.problem("the check proves nothing: of the results " + types + " none is"
                    + " floating, follows from the inputs and has a cotangent");
            return false;
        }
        boolean zero =
                given.stream().allMatch(v -> Arrays.stream(v.toDoubles()).allMatch(e -> e == 0));
        boolean empty = given.stream().allMatch(v -> v.shape().numel() == 0);
        if (zero && !empty) {
            findings.problem("the check proves nothing: all cotangents are zero, and so is every"
                    + " gradient, right or wrong");
        }
        return !zero || empty;
    }

    private List<Tensor> evaluate(Level level, List<Tensor> at) {
        moving.restore();
        List<Tensor> out = numbers.during(() -> level.function().apply(at));
        List<String> moved = fixed.moved();
        if (!moved.isEmpty()) {
            findings.problem("states that must not move did: " + moved);
            fixed.restore();
        }
        return out;
    }

    /** Nothing may be written in place: not into a leaf's array, not into a state's. */
    private void unchanged(Level level) {
        moving.restore();
        if (!moving.moved().isEmpty()) {
            findings.problem("the arrays of these states were written to: " + moving.moved());
        }
        for (Wanted w : level.wanted()) {
            if (!Arrays.equals(w.leaf().toDoubles(), findings.first(w.leaf()))) {
                findings.problem("the array of " + w.label() + " was written to");
            }
        }
    }

    private List<Tensor> cotangents(List<Tensor> outputs, int order) {
        if (order == 1 && settings.cotangents != null) {
            return settings.cotangents;
        }
        // A result that is detached has a gradient of zero, and the differences tell whether that
        // is right; unless its author means what is detached to be constant.
        boolean detached = order == 1 && !settings.hold && settings.reference == null;
        List<Tensor> all = new ArrayList<>();
        for (Tensor y : outputs) {
            boolean counts = y.dtype().isFloating() && (detached || y.requiresGrad());
            all.add(counts ? samples.like(y) : null);
        }
        return all;
    }
}
