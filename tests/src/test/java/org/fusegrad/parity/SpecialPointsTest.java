package org.fusegrad.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fusegrad.Engine;
import org.fusegrad.Fused;
import org.fusegrad.Tensor;
import org.fusegrad.Way;
import org.fusegrad.gradcheck.TensorFunction;
import org.fusegrad.graph.Op;
import org.fusegrad.parity.SpecialPoint.Derivatives;
import org.fusegrad.type.DType;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Values, gradients and Hessians where functions have kinks, poles and ends: as written down in
 * {@code special-points.txt}, on every backend, operation by operation and fused. Those of libtorch
 * are the same but for what {@link SpecialDeviations} lists. {@code -Dgolden.update=true} writes the
 * file anew, from libtorch where we agree with it.
 */
final class SpecialPointsTest {
    private static final Path FILE = Path.of("src/test/resources/golden/special-points.txt");
    private static final List<SpecialPoint> POINTS = SpecialPoints.all();

    /** Casts, multiply-adds and sums of products have no points of their own, nor has logic. */
    @Test
    void everyOperationHasSomePoints() {
        Set<Op> missing = EnumSet.noneOf(Op.class);
        for (Op op : Op.values()) {
            boolean counts = op.isElementwise() || op.kind() == Op.Kind.REDUCE;
            if (counts && !op.isComparison() && !op.isLogical()) {
                missing.add(op);
            }
        }
        missing.removeAll(Set.of(Op.CAST, Op.FMA, Op.SUM_MUL));
        for (SpecialPoint point : POINTS) {
            Tensor[] in = Arrays.stream(point.inputs())
                    .map(x -> Tensor.of(x, x.length))
                    .toArray(Tensor[]::new);
            Fused.ofAll("point", point.function().own()::apply)
                    .graph(in)
                    .graph()
                    .nodes()
                    .forEach(n -> missing.remove(n.op()));
        }
        assertEquals(Set.of(), missing);
    }

    static List<Way> ways() {
        return Way.all();
    }

    @ParameterizedTest
    @MethodSource("ways")
    void areAsWrittenDown(Way way) throws IOException {
        assertEquals(List.of(), wrong(way, DType.FLOAT64, 1e-10));
    }

    static List<Way> fusedWays() {
        return Way.all().stream().filter(Way::fused).toList();
    }

    /** The formulas with masks, guards and float64 inside hold in the type used most. */
    @ParameterizedTest
    @MethodSource("fusedWays")
    void areTheSameInFloat32(Way way) throws IOException {
        assertEquals(List.of(), wrong(way, DType.FLOAT32, 1e-5));
    }

    private static List<String> wrong(Way way, DType dtype, double tolerance) throws IOException {
        Map<String, Derivatives> expected = expected();
        Map<SpecialFunction, TensorFunction> formulas = new IdentityHashMap<>();
        List<String> wrong = new ArrayList<>();
        try (Engine engine = way.engine()) {
            for (SpecialPoint point : POINTS) {
                Derivatives right = expected.get(point.toString());
                if (dtype == DType.FLOAT32 && !point.isFloat32(right)) {
                    continue;
                }
                TensorFunction f = formulas.computeIfAbsent(
                        point.function(), g -> Way.traced("special", g.own()));
                Derivatives got = engine.call(() -> point.of(f, dtype));
                boolean same = SpecialDeviations.isValueOnly(point.toString())
                        ? got.agreesInValue(right, tolerance)
                        : got.agrees(right, tolerance);
                if (!same) {
                    wrong.add(point + ": " + right + "\n  but got " + got);
                }
            }
        }
        return wrong;
    }

    private static Map<String, Derivatives> expected() throws IOException {
        Map<String, Derivatives> expected = new LinkedHashMap<>();
        for (String line : Files.readAllLines(FILE)) {
            int colon = line.indexOf(": ");
            expected.put(line.substring(0, colon), Derivatives.parse(line.substring(colon + 2)));
        }
        return expected;
    }

    @Test
    void agreeWithLibtorch() throws IOException {
        Assumptions.assumeTrue(Torch.isPresent(), "libtorch is not on the class path");
        if (Boolean.getBoolean("golden.update")) {
            write();
        }
        Map<String, Derivatives> expected = expected();
        List<String> different = new ArrayList<>();
        for (SpecialPoint point : POINTS) {
            Derivatives peer = point.ofPeer();
            Derivatives own = expected.get(point.toString());
            boolean same = own.agrees(peer.hasHessian() ? peer : peer.with(own), 1e-6);
            if (!same && SpecialDeviations.reason(point.toString()).isEmpty()) {
                different.add(point + ": " + own + "\n  libtorch " + peer);
            }
        }
        assertEquals(List.of(), different);
    }

    private static void write() throws IOException {
        List<String> lines = new ArrayList<>();
        for (SpecialPoint point : POINTS) {
            boolean own = SpecialDeviations.reason(point.toString()).isPresent();
            Derivatives mine = point.of(point.function().own(), DType.FLOAT64);
            Derivatives peer = own ? mine : point.ofPeer();
            lines.add(point + ": " + (peer.hasHessian() ? peer : peer.with(mine)));
        }
        Files.write(FILE, lines.stream().distinct().toList());
    }
}
