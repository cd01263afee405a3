package org.fusegrad.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Axes that meet become one; axes that split or join have common parts. */
final class AxisTest {
    private static List<Axis> axes(int... sizes) {
        return Arrays.stream(sizes).mapToObj(Axis::new).toList();
    }

    private static List<Integer> sizes(List<Axis> axes) {
        return Axis.leaves(axes).stream().map(Axis::size).toList();
    }

    private static void assertUnified(List<Integer> expected, List<Axis> a, List<Axis> b) {
        assertTrue(Axis.unify(a, b));
        assertEquals(expected, sizes(a));
        assertEquals(Axis.leaves(a), Axis.leaves(b), "one axis each");
        assertTrue(Axis.unify(a, b), "a second time");
        assertEquals(expected, sizes(b));
    }

    @Test
    void equalSizesAreOneAxis() {
        assertUnified(List.of(3), axes(3), axes(3));
        assertUnified(List.of(2, 3), axes(2, 3), axes(2, 3));
        assertUnified(List.of(), axes(), axes());
        Axis same = new Axis(5);
        assertUnified(List.of(5), List.of(same), List.of(same));
    }

    @Test
    void anAxisSplitsIntoTheParts() {
        assertUnified(List.of(2, 3, 4), axes(24), axes(2, 3, 4));
        assertUnified(List.of(2, 3, 4), axes(2, 3, 4), axes(24));
        assertUnified(List.of(2, 3, 4), axes(6, 4), axes(2, 12));
        assertUnified(List.of(2, 3, 5, 2), axes(6, 10), axes(2, 15, 2));
        assertUnified(List.of(2, 2, 3), axes(4, 3), axes(2, 2, 3));
    }

    @Test
    void aPartSplitsLater() {
        List<Axis> whole = axes(24);
        assertUnified(List.of(6, 4), whole, axes(6, 4));
        assertUnified(List.of(6, 2, 2), whole, axes(12, 2));
        assertUnified(List.of(3, 2, 2, 2), whole, axes(3, 8));
    }

    @Test
    void chainsOfUnificationEndInOneAxis() {
        List<Axis> a = axes(4);
        List<Axis> b = axes(4);
        List<Axis> c = axes(4);
        assertUnified(List.of(4), a, b);
        assertUnified(List.of(4), b, c);
        assertSame(a.get(0).find(), c.get(0).find());
        assertUnified(List.of(2, 2), c, axes(2, 2));
        assertEquals(List.of(2, 2), sizes(a));
    }

    @Test
    void anAxisThatMeetsTwoBecomesBoth() {
        Axis a = new Axis(4);
        assertUnified(List.of(4, 4), List.of(a, a), axes(4, 4));
        Axis b = new Axis(6);
        assertUnified(List.of(2, 3, 2, 3), List.of(b, b), axes(2, 3, 6));
        Axis c = new Axis(6);
        assertUnified(List.of(2, 3, 2, 3), axes(2, 3, 6), List.of(c, c));
    }

    @Test
    void sizesWithoutACommonRefinement() {
        assertFalse(Axis.unify(axes(4, 6), axes(6, 4)));
        assertFalse(Axis.unify(axes(3), axes(2)));
        assertFalse(Axis.unify(axes(2, 3), axes(2)), "one is longer");
        assertFalse(Axis.unify(axes(2), axes(2, 3)), "the other is longer");
        assertFalse(Axis.unify(axes(2), axes()));
    }

    @Test
    void namesTellSizes() {
        assertTrue(new Axis(7).toString().matches("axis\\d+:7"));
    }
}
