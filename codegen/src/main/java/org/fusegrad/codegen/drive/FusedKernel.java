package org.fusegrad.codegen.drive;

import java.lang.ref.SoftReference;
import java.util.concurrent.atomic.AtomicReference;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.codegen.tier.TieredKernel;
import org.fusegrad.graph.Sizes;
import org.fusegrad.run.Kernel;
import org.fusegrad.run.KernelException;
import org.fusegrad.run.Value;
import org.fusegrad.run.Workers;

/**
 * Runs a generated program over its domain: slabs side by side on the worker threads, within a slab
 * step after step, within a step row after row. How work is cut depends on sizes alone, and
 * whatever one task adds up lands in a place of its own that is folded in a fixed order, so the
 * number of threads never shows in a result. A warm kernel allocates nothing.
 */
public final class FusedKernel implements Kernel {
    private final LoopKernel kernel;
    private final TieredKernel<Variant> forms;
    private final Extents extents;
    private final Cutting cutting;

    /** What the last call ran in; taken by the next, or by none while memory is short. */
    private final AtomicReference<SoftReference<Invocation>> idle = new AtomicReference<>();

    /** A kernel of these sizes that runs code of these forms. */
    public FusedKernel(LoopKernel kernel, TieredKernel<Variant> forms) {
        this(kernel, forms, Extents.of(kernel));
    }

    private FusedKernel(LoopKernel kernel, TieredKernel<Variant> forms, Extents extents) {
        this.kernel = kernel;
        this.forms = forms;
        this.extents = extents;
        this.cutting = new Cutting(extents);
        forms.expect(cutting.elements(), scalar -> Warmup.scalar(kernel, scalar.program()));
    }

    @Override
    public void run(Value[] inputs, Value[] outputs, Workers workers) {
        SoftReference<Invocation> taken = idle.getAndSet(null);
        Invocation invocation = taken == null ? null : taken.get();
        if (invocation == null) {
            invocation = new Invocation(extents, cutting);
            taken = new SoftReference<>(invocation);
        }
        invocation.run(inputs, outputs, forms.current(), workers);
        idle.set(taken);
        forms.ran(cutting.elements());
    }

    @Override
    public Kernel at(Sizes sizes) {
        return new FusedKernel(kernel, forms, Extents.of(kernel).at(sizes));
    }

    @Override
    public KernelException failure() {
        return forms.failure();
    }

    @Override
    public String describe() {
        return forms.current().source();
    }
}
