package org.fusegrad.conformance;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.fusegrad.Tensor;
import org.fusegrad.conformance.CaseResult.Status;
import org.fusegrad.conformance.data.CaseReader;
import org.fusegrad.conformance.data.ConformanceCase;
import org.fusegrad.conformance.data.MalformedCase;
import org.fusegrad.conformance.data.TensorEntry;
import org.fusegrad.conformance.data.Unsupported;
import org.fusegrad.conformance.eval.Comparison;
import org.fusegrad.conformance.eval.Comparison.Difference;
import org.fusegrad.conformance.eval.Evaluator;
import org.fusegrad.conformance.eval.Results;
import org.fusegrad.conformance.eval.Results.Role;

/** Runs one case in every mode. Whatever goes wrong becomes a sentence in its result. */
final class CaseRunner {
    private final Path root;
    private final List<Mode> modes;

    CaseRunner(Path root, List<Mode> modes) {
        this.root = root;
        this.modes = modes;
    }

    CaseResult run(Path directory) {
        String below = root.relativize(directory).toString().replace('\\', '/');
        String path = below.isEmpty() ? String.valueOf(root.getFileName()) : below;
        ConformanceCase from;
        try {
            from = CaseReader.read(directory);
        } catch (Unsupported e) {
            return unread(path, Status.UNSUPPORTED, e);
        } catch (IllegalArgumentException e) {
            return unread(path, Status.MALFORMED, e);
        }
        return run(path, from);
    }

    private static CaseResult unread(String path, Status status, RuntimeException e) {
        return new CaseResult(
                path,
                suite(path),
                "?",
                "?",
                "?",
                status,
                "",
                message(e),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private static String suite(String path) {
        return path.contains("/") ? path.substring(0, path.indexOf('/')) : path;
    }

    private static String suite(String path, ConformanceCase from) {
        return from.suite().isEmpty() ? suite(path) : from.suite();
    }

    private CaseResult run(String path, ConformanceCase from) {
        Optional<Difference> beyond = Optional.empty();
        Optional<Difference> fused = Optional.empty();
        boolean measured = measured(from);
        String mode = "";
        try {
            Evaluator evaluator = Cases.find(from);
            for (Mode m : modes) {
                mode = m.label();
                Results results = m.engine().call(() -> evaluator.evaluate(from, false));
                Optional<Difference> worst = worst(from, results);
                if (worst.isPresent()) {
                    return result(path, from, mode, worst.get());
                }
                if (measured) {
                    Optional<Difference> here = beyondTorch(from, m, evaluator, results);
                    beyond = worse(beyond, here);
                    fused = m.engine().isFusing() ? worse(fused, here) : fused;
                }
            }
            return new CaseResult(
                    path,
                    suite(path, from),
                    from.op(),
                    from.kind(),
                    from.dtype(),
                    Status.PASS,
                    "",
                    "",
                    Optional.empty(),
                    measured,
                    beyond,
                    fused);
        } catch (Unsupported e) {
            return result(path, from, Status.UNSUPPORTED, "", e.getMessage());
        } catch (MalformedCase e) {
            return result(path, from, Status.MALFORMED, "", e.getMessage());
        } catch (RuntimeException | AssertionError | StackOverflowError e) {
            return result(path, from, Status.FAIL, mode, message(e));
        }
    }

    /** The first line of the message; the class where it says nothing by itself. */
    private static String message(Throwable e) {
        String text =
                e.getMessage() == null ? "" : e.getMessage().lines().findFirst().orElse("");
        boolean ours = (e instanceof IllegalArgumentException || e instanceof Unsupported)
                && !text.isEmpty();
        return ours ? text : e.getClass().getSimpleName() + (text.isEmpty() ? "" : ": " + text);
    }

    private static CaseResult result(
            String path, ConformanceCase from, Status status, String mode, String reason) {
        return new CaseResult(
                path,
                suite(path, from),
                from.op(),
                from.kind(),
                from.dtype(),
                status,
                mode,
                reason,
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private static CaseResult result(
            String path, ConformanceCase from, String mode, Difference worst) {
        return new CaseResult(
                path,
                suite(path, from),
                from.op(),
                from.kind(),
                from.dtype(),
                Status.FAIL,
                mode,
                CaseResult.describe(worst),
                Optional.of(worst),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private static Map<Role, List<TensorEntry>> expected(ConformanceCase from) {
        Map<Role, List<TensorEntry>> all = new EnumMap<>(Role.class);
        all.put(Role.OUTPUT, from.outputs());
        all.put(Role.GRAD, from.grads());
        all.put(Role.GRAD2, from.grads2());
        return all;
    }

    private static Optional<Difference> worst(ConformanceCase from, Results results) {
        Optional<Difference> worst = Optional.empty();
        for (Map.Entry<Role, List<TensorEntry>> list : expected(from).entrySet()) {
            for (TensorEntry entry : list.getValue()) {
                Role role = list.getKey();
                Optional<Difference> d = Comparison.compare(
                        role.of(entry.name()),
                        entry,
                        from.truth(entry),
                        results.get(role, entry.name()),
                        results.skipped(entry.name()));
                worst = worse(worst, d);
            }
        }
        return worst;
    }

    private static Optional<Difference> worse(Optional<Difference> a, Optional<Difference> b) {
        boolean second = b.isPresent() && (a.isEmpty() || excess(b.get()) > excess(a.get()));
        return second ? b : a;
    }

    private static double excess(Difference d) {
        return d.reason().isPresent() ? Double.POSITIVE_INFINITY : d.error() / d.tolerance();
    }

    private static boolean measured(ConformanceCase from) {
        return expected(from).values().stream()
                .flatMap(List::stream)
                .anyMatch(e -> !Double.isNaN(e.torchError()));
    }

    /** Compares with a float64 evaluation of the same float32 inputs, as PyTorch's error was. */
    private static Optional<Difference> beyondTorch(
            ConformanceCase from, Mode mode, Evaluator evaluator, Results results) {
        Results wide = mode.engine().call(() -> evaluator.evaluate(from, true));
        Optional<Difference> worst = Optional.empty();
        for (Map.Entry<Role, List<TensorEntry>> list : expected(from).entrySet()) {
            for (TensorEntry entry : list.getValue()) {
                Role role = list.getKey();
                Tensor truth =
                        entry.ref64() == null ? wide.get(role, entry.name()) : from.truth(entry);
                if (!Double.isNaN(entry.torchError()) && truth != null) {
                    worst = worse(
                            worst,
                            Comparison.beyondTorch(
                                    role.of(entry.name()) + " (" + mode.label() + ")",
                                    entry,
                                    truth,
                                    results.get(role, entry.name())));
                }
            }
        }
        return worst;
    }
}
