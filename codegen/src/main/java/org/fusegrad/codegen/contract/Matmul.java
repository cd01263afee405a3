package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.codegen.contract.Contractions.Routine;
import org.fusegrad.codegen.contract.MatrixProduct.Matrix;
import org.fusegrad.flags.Tuning;
import org.fusegrad.graph.Node;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;
import org.fusegrad.type.Shape;

/** Products of matrices with equal leading axes. */
final class Matmul implements Routine {
    /**
     * Multiplications worth a task of their own, and those from which a product is cut into some.
     */
    private static final long GRAIN = Tuning.current().contractionGrain();

    private static final long LARGE = Tuning.current().contractionSplit();

    private final TileForms forms;
    private final Operands operands;
    private final Shape batch;
    private final int m;
    private final int n;
    private final int k;

    Matmul(Node node, TileForms forms, Operands operands) {
        this.forms = forms;
        this.operands = operands;
        int[] dims = node.shape().dims();
        this.batch = Shape.of(Arrays.copyOf(dims, dims.length - 2));
        this.m = dims[dims.length - 2];
        this.n = dims[dims.length - 1];
        this.k = node.input(0).shape().dim(-1);
    }

    @Override
    public void run(Value[] in, float[] out, int outAt, Workers workers) {
        int batches = batch.numel();
        if (k == 0) {
            Arrays.fill(out, outAt, outAt + batches * m * n, 0);
            return;
        }
        long work = (long) m * n * k;
        MatrixProduct product =
                new MatrixProduct(forms.current(2 * work * batches), operands, m, n, k);
        if (work >= LARGE || batches == 1) {
            for (int i = 0; i < batches; i++) {
                product.run(
                        matrix(in[0], i),
                        matrix(in[1], i),
                        out,
                        outAt + i * m * n,
                        work < LARGE ? Matmul::inOrder : workers::forEach);
            }
            return;
        }
        int unit = (int) Math.max(1, GRAIN / work);
        workers.forEach((batches + unit - 1) / unit, t -> {
            for (int i = t * unit; i < Math.min(batches, (t + 1) * unit); i++) {
                product.run(
                        matrix(in[0], i),
                        matrix(in[1], i),
                        out,
                        outAt + i * m * n,
                        Matmul::inOrder);
            }
        });
    }

    private static void inOrder(int count, java.util.function.IntConsumer task) {
        for (int i = 0; i < count; i++) {
            task.accept(i);
        }
    }

    /** One matrix of a batch. */
    private static Matrix matrix(Value v, int number) {
        int rank = v.shape().rank();
        int at = v.offset();
        for (int i = rank - 3; i >= 0; i--) {
            at += number % v.shape().dim(i) * v.stride(i);
            number /= v.shape().dim(i);
        }
        return new Matrix(v.floats(), at, v.stride(rank - 2), v.stride(rank - 1));
    }
}
