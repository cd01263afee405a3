package org.fusegrad.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A named loop axis of a region, found by unification: operands that meet element by element share
 * axes, and a reshape that splits or joins axes splits them into common parts. Size is never 1.
 */
final class Axis {
    private final int size;
    private Axis same;
    private List<Axis> parts;

    Axis(int size) {
        this.size = size;
    }

    int size() {
        return size;
    }

    /** The axis that stands for all it was unified with. */
    Axis find() {
        Axis a = this;
        while (a.same != null) {
            // Paths are halved on the way, or they would grow with the formula.
            a.same = a.same.same == null ? a.same : a.same.same;
            a = a.same;
        }
        return a;
    }

    private boolean isWhole() {
        return same == null && parts == null;
    }

    /** The indivisible axes these stand for, outermost first. */
    static List<Axis> leaves(List<Axis> axes) {
        List<Axis> out = new ArrayList<>();
        Deque<Axis> todo = new ArrayDeque<>(axes);
        while (!todo.isEmpty()) {
            Axis a = todo.pop().find();
            if (a.parts == null) {
                out.add(a);
            } else {
                for (int i = a.parts.size() - 1; i >= 0; i--) {
                    todo.push(a.parts.get(i));
                }
            }
        }
        return out;
    }

    /** Makes two sequences of axes one; false if their sizes have no common refinement. */
    static boolean unify(List<Axis> first, List<Axis> second) {
        Deque<Axis> a = new ArrayDeque<>(leaves(first));
        Deque<Axis> b = new ArrayDeque<>(leaves(second));
        while (!a.isEmpty() && !b.isEmpty()) {
            if (refresh(a) || refresh(b)) {
                continue;
            }
            Axis x = a.pop();
            Axis y = b.pop();
            if (x == y) {
                continue;
            }
            if (x.size == y.size) {
                x.same = y;
            } else if (x.size % y.size == 0) {
                a.push(x.split(y));
            } else if (y.size % x.size == 0) {
                b.push(y.split(x));
            } else {
                return false;
            }
        }
        return a.isEmpty() && b.isEmpty();
    }

    /** Replaces a head that has been unified or split meanwhile; true if it did. */
    private static boolean refresh(Deque<Axis> axes) {
        if (axes.peek().isWhole()) {
            return false;
        }
        List<Axis> now = leaves(List.of(axes.pop()));
        for (int i = now.size() - 1; i >= 0; i--) {
            axes.push(now.get(i));
        }
        return true;
    }

    /** Splits this axis into {@code outer} and the rest, which is returned. */
    private Axis split(Axis outer) {
        Axis inner = new Axis(size / outer.size);
        parts = List.of(outer, inner);
        return inner;
    }

    @Override
    public String toString() {
        return "axis" + System.identityHashCode(this) % 1000 + ":" + size;
    }
}
