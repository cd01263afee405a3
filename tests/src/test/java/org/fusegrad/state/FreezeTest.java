package org.fusegrad.state;

import static org.fusegrad.state.Stateful.forward;
import static org.fusegrad.state.Stateful.input;
import static org.fusegrad.state.Stateful.numbers;
import static org.fusegrad.state.Stateful.upstream;
import static org.fusegrad.state.Stateful.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.fusegrad.Tensor;
import org.fusegrad.nn.Layer;
import org.fusegrad.nn.Module;
import org.fusegrad.nn.Sequential;
import org.fusegrad.nn.norm.BatchNorm2d;
import org.fusegrad.nn.norm.Freeze;
import org.fusegrad.nn.norm.Freeze.Frozen;
import org.fusegrad.nn.norm.GroupNorm;
import org.fusegrad.nn.norm.IEBN2d;
import org.fusegrad.nn.norm.Norm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class FreezeTest {
    static List<Stateful> all() {
        return Stateful.all();
    }

    /** Frozen statistics are the formula of evaluation, whatever the mode, and still. */
    @ParameterizedTest
    @MethodSource("all")
    void frozenStatisticsAreTheFormulaOfEvaluation(Stateful s) {
        s.way().call(() -> {
            Norm frozen = s.trained();
            Norm evaluated = s.trained();
            evaluated.eval();
            frozen.freezeStatistics();
            frozen.train(false).train(true);
            var before = values(frozen);
            Tensor x = input(9);
            Tensor same = input(9);
            Tensor y = frozen.forward(x);
            Tensor z = evaluated.forward(same);
            assertEquals(numbers(z), numbers(y));
            y.backward(upstream());
            z.backward(upstream());
            assertEquals(numbers(same.grad()), numbers(x.grad()));
            assertEquals(
                    numbers(evaluated.weight().orElseThrow().grad()),
                    numbers(frozen.weight().orElseThrow().grad()));
            assertEquals(before, values(frozen));
            frozen.unfreezeStatistics();
            forward(frozen, 9);
            assertNotEquals(before, values(frozen));
            return null;
        });
    }

    /** The affine frozen, statistics move as ever and the input gets the same gradient. */
    @ParameterizedTest
    @MethodSource("all")
    void aFrozenAffineCollectsNothingAndChangesNothingElse(Stateful s) {
        s.way().call(() -> {
            Norm frozen = s.trained();
            Norm free = s.trained();
            frozen.freezeAffine();
            frozen.train(true);
            Tensor x = input(9);
            Tensor same = input(9);
            frozen.forward(x).backward(upstream());
            free.forward(same).backward(upstream());
            assertEquals(numbers(same.grad()), numbers(x.grad()));
            assertEquals(values(free), values(frozen));
            frozen.parameters().forEach(p -> assertNull(p.grad()));
            frozen.unfreezeAffine();
            forward(frozen, 9).backward(upstream());
            frozen.parameters().forEach(p -> assertNotNull(p.grad()));
            return null;
        });
    }

    private static Module network() {
        return new Sequential(
                new Sequential(new BatchNorm2d(3), Layer.relu()),
                new Sequential(new IEBN2d(3), new GroupNorm(1, 3)));
    }

    private static List<String> listed(List<Frozen> frozen) {
        return frozen.stream().map(Frozen::toString).toList();
    }

    @Test
    void layersAreChosenByPathAndKind() {
        Module net = network();
        assertEquals(List.of(), Freeze.listing(net));
        // A group norm keeps no statistics and is passed over.
        assertEquals(
                List.of("1.0 IEBN2d(3): statistics"),
                listed(Freeze.statistics(net, (path, norm) -> path.startsWith("1"))));
        assertEquals(
                List.of("1.0 IEBN2d(3): statistics, affine", "1.1 GroupNorm(1, 3): affine"),
                listed(Freeze.affine(net, (path, norm) -> !(norm instanceof BatchNorm2d))));
        net.train(true);
        assertEquals(2, Freeze.listing(net).size());
        assertEquals(
                List.of("1.0 IEBN2d(3): affine", "1.1 GroupNorm(1, 3): affine"),
                listed(Freeze.unfreezeStatistics(net, (path, norm) -> true)));
        assertEquals(List.of(), Freeze.unfreezeAffine(net, (path, norm) -> true));
    }

    @Test
    void aNetworkWithFrozenPartsTrainsTheRest() {
        Module net = network();
        Freeze.statistics(net, (path, norm) -> path.equals("0.0"));
        Freeze.affine(net, (path, norm) -> path.equals("0.0"));
        var before = values(net);
        forward(net, 1).backward(upstream());
        var after = values(net);
        before.forEach((path, value) -> assertEquals(
                path.startsWith("0") || !path.matches(".*(running|tracked).*"),
                value.equals(after.get(path)),
                path));
        net.namedParameters()
                .forEach((path, p) -> assertEquals(path.startsWith("0"), p.grad() == null, path));
    }

    @Test
    void whatCannotBeFrozenSaysSo() {
        GroupNorm norm = new GroupNorm(1, 3);
        assertThrows(IllegalStateException.class, norm::freezeStatistics);
        assertFalse(norm.hasFrozenStatistics());
        norm.freezeAffine();
        assertTrue(norm.hasFrozenAffine());
    }
}
