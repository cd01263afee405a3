package org.fusegrad.codegen.drive;

import java.util.Arrays;
import java.util.List;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.loop.LoopStep;
import org.fusegrad.codegen.loop.LoopStep.Mode;
import org.fusegrad.codegen.loop.LoopStep.Reduction;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.Node;
import org.fusegrad.graph.NumericContract;
import org.fusegrad.graph.Op;
import org.fusegrad.plan.KernelSchedule;
import org.fusegrad.run.Buffer;
import org.fusegrad.run.Layout;
import org.fusegrad.run.Value;
import org.fusegrad.type.DType;
import org.fusegrad.type.Shape;

/**
 * The arrays of a kernel call, with the stride of each along every loop: operands and results as
 * given for this call, everything between in arrays that serve one call after another.
 */
final class Binding {
    /** Elements of a cache line. */
    private static final int LINE = Tuning.current().line() / Float.BYTES;

    /** Partial sums from which on it shows whether vectors straddle two lines. */
    private static final int WORTH_ALIGNING = Tuning.current().alignFrom();

    /** Elements of an array that the default collector places at the start of a region. */
    static final int ALIGNED = Tuning.current().alignedRoom();

    private final LoopKernel kernel;
    private final int[] domain;
    private final int[] inputs;
    private final int[] outputs;
    private final boolean[][] gathered;
    private final Reduction[] reductions;
    private final int[] sums;
    private final Shape[] shapes;
    private final int widest;

    /** The layout that the strides of an array were taken from. */
    private final Layout[] layouts;

    private int version;

    final Object[] arrays;
    final int[][] strides;
    final int[] offsets;
    final double[] constants;
    /** Elements between the partial sums of one block of rows and the next, by array. */
    final int[] blockStride;
    /** The form of the kernel that this call runs. */
    RowProgram program;

    Binding(Extents extents) {
        this.kernel = extents.kernel();
        this.domain = extents.domain();
        int count = kernel.arrayCount();
        arrays = new Object[count];
        strides = new int[count][domain.length];
        offsets = new int[count];
        layouts = new Layout[count];
        blockStride = new int[count];
        constants = extents.constants();
        Graph graph = kernel.graph();
        inputs = graph.inputs().stream().mapToInt(kernel::array).toArray();
        outputs = graph.outputs().stream().mapToInt(kernel::array).toArray();
        gathered = graph.inputs().stream().map(this::gathered).toArray(boolean[][]::new);
        reductions = kernel.steps().stream()
                .flatMap(s -> s.reductions().stream())
                .toArray(Reduction[]::new);
        sums = Arrays.stream(reductions).mapToInt(r -> kernel.array(r.node())).toArray();
        widest = kernel.steps().stream()
                .mapToInt(s -> s.reductions().size())
                .max()
                .orElse(0);
        List<Node> given = graph.inputs();
        for (Node n : kernel.arrays()) {
            if (!given.contains(n) && !graph.outputs().contains(n)) {
                bind(kernel.array(n), Value.zeros(n.dtype(), extents.shape(n)));
            }
        }
        shapes = Arrays.stream(reductions).map(r -> extents.shape(r.node())).toArray(Shape[]::new);
        makePartials();
    }

    /** Axes along which an operand must be contiguous: innermost loops of steps over the data. */
    private boolean[] gathered(Node leaf) {
        boolean[] axes = new boolean[domain.length];
        for (KernelSchedule.Step s : kernel.schedule().steps()) {
            int i = s.inner();
            boolean varies = i >= 0 && i < leaf.shape().rank() && leaf.shape().dim(i) != 1;
            if (s.isFull() && s.loads().contains(leaf) && varies) {
                axes[i] = true;
            }
        }
        return axes;
    }

    /** Partial sums of all reductions in one array, each from the start of a cache line on. */
    private void makePartials() {
        int total = 0;
        for (int i = 0; i < reductions.length; i++) {
            boolean column = reductions[i].mode() == Mode.COLUMN;
            total = Math.addExact(total, column ? lines(partials(i)) : 0);
        }
        int room = total >= WORTH_ALIGNING ? Math.max(total, ALIGNED) : total;
        Buffer buffer = Buffer.allocate(DType.FLOAT32, room);
        int at = buffer.start();
        for (int i = 0; i < reductions.length; i++) {
            Reduction r = reductions[i];
            if (r.mode() == Mode.COLUMN) {
                bind(r.partial(), new Value(buffer, Layout.rowMajor(shapes[i]), at));
                blockStride[r.partial()] = shapes[i].numel();
                at += lines(partials(i));
            }
        }
    }

    /** Blocks of rows whose partial sums a reduction keeps apart. */
    int blocks(Reduction r) {
        return (domain[r.loop()] + NumericContract.COLUMN_BLOCK - 1) / NumericContract.COLUMN_BLOCK;
    }

    private int partials(int reduction) {
        return Math.multiplyExact(blocks(reductions[reduction]), shapes[reduction].numel());
    }

    private static int lines(int elements) {
        return (elements + LINE - 1) / LINE * LINE;
    }

    /** Takes the operands and results of a call and starts its accumulators. */
    void start(Value[] in, Value[] out, RowProgram form) {
        program = form;
        for (int i = 0; i < in.length; i++) {
            boolean known = in[i].layout() == layouts[inputs[i]];
            bind(inputs[i], known ? in[i] : packed(in[i], gathered[i]));
        }
        for (int i = 0; i < out.length; i++) {
            bind(outputs[i], out[i]);
        }
        clear();
    }

    /** Starts all accumulators. */
    void clear() {
        for (int i = 0; i < reductions.length; i++) {
            Reduction r = reductions[i];
            fill(arrays[sums[i]], start(r.node()));
            if (r.mode() == Mode.COLUMN) {
                int from = offsets[r.partial()];
                Arrays.fill((float[]) arrays[r.partial()], from, from + partials(i), 0);
            }
        }
    }

    /** Changes whenever a stride does. */
    int version() {
        return version;
    }

    /** Lets go of what belongs to the caller. */
    void end() {
        for (int a : inputs) {
            arrays[a] = null;
        }
        for (int a : outputs) {
            arrays[a] = null;
        }
    }

    private static Value packed(Value v, boolean[] contiguous) {
        for (int i = 0; i < v.shape().rank(); i++) {
            if (contiguous[i] && v.stride(i) != 1) {
                return v.contiguous();
            }
        }
        return v;
    }

    private void bind(int number, Value v) {
        arrays[number] = v.buffer().array();
        offsets[number] = v.offset();
        if (v.layout() == layouts[number]) {
            return;
        }
        layouts[number] = v.layout();
        version++;
        for (int i = 0; i < v.shape().rank(); i++) {
            strides[number][i] = v.shape().dim(i) == 1 ? 0 : v.stride(i);
        }
    }

    private static double start(Node reduction) {
        return reduction.is(Op.MAX)
                ? Double.NEGATIVE_INFINITY
                : reduction.is(Op.MIN) ? Double.POSITIVE_INFINITY : 0;
    }

    private static void fill(Object array, double v) {
        if (array instanceof float[] a) {
            Arrays.fill(a, (float) v);
        } else if (array instanceof double[] a) {
            Arrays.fill(a, v);
        } else if (array instanceof long[] a) {
            Arrays.fill(a, v == 0 ? 0 : v < 0 ? Long.MIN_VALUE : Long.MAX_VALUE);
        }
    }

    /** A frame over these arrays. */
    Frame frame() {
        return new Frame(arrays, constants, widest);
    }

    /** Arrays that a step touches. */
    int[] touched(LoopStep step) {
        return kernel.touched(step);
    }

    /** Size of a loop. */
    int size(int loop) {
        return domain[loop];
    }

    /** Number of loops. */
    int rank() {
        return domain.length;
    }

    /** The array of a stored value. */
    int numberOf(Node n) {
        return kernel.array(n);
    }
}
