package org.fusegrad.plan;

import java.util.List;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.Sizes;
import org.fusegrad.run.Layout;
import org.fusegrad.run.Value;

/**
 * Another view of a slot. What a movement does to a layout is worked out for the first value; those
 * alike that follow only take another buffer.
 */
final class ViewStep implements Executable.Step {
    private record Moved(Layout from, Layout to, int by) {}

    private final Node movement;
    private final int from;
    private final int to;
    private volatile Moved last;

    ViewStep(Node movement, int from, int to) {
        this.movement = movement;
        this.from = from;
        this.to = to;
    }

    void run(Value[] slots) {
        Value x = slots[from];
        Moved moved = last;
        slots[to] = moved != null && moved.from.equals(x.layout())
                ? new Value(x.buffer(), moved.to, x.offset() + moved.by)
                : first(x);
    }

    /** The same at other sizes. */
    ViewStep at(Sizes sizes) {
        Node x = movement.input(0);
        Node operand = Node.input(0, x.dtype(), sizes.shape(x.shape()), null);
        return new ViewStep(sizes.node(movement, List.of(operand)), from, to);
    }

    private Value first(Value x) {
        Value y = Views.apply(movement, x);
        if (y.buffer() == x.buffer()) {
            last = new Moved(x.layout(), y.layout(), y.offset() - x.offset());
        }
        return y;
    }
}
