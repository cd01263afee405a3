package org.fusegrad.codegen.drive;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.fusegrad.codegen.loop.LoopKernel;
import org.fusegrad.run.KernelException;

/**
 * The generated code of one kernel: scalar at once, vector once it pays. Vector code is slow until
 * the JVM has compiled it, so a kernel starts scalar, and after enough work its vector form is
 * warmed up in the background and takes over. Both compute the same bits.
 */
public final class Programs {
    /**
     * One form and its source.
     *
     * @param joinsFrom elements of a row from which on it goes through all steps in one method
     */
    public record Form(RowProgram program, String source, int joinsFrom) {
        /** Of a form that runs step by step. */
        public static final int NEVER = Integer.MAX_VALUE;

        /** Shorter rows are not worth it: tails of a few elements take as long as the vectors. */
        private static final int LONG_ROWS = 64;

        /** A form as it is used: with long rows joined, if the program can. */
        public Form(RowProgram program, String source) {
            this(program, source, program.joins() ? LONG_ROWS : NEVER);
        }

        /** The same, step by step. */
        public Form separate() {
            return new Form(program, source, NEVER);
        }
    }

    private final Form scalar;
    private final Supplier<Form> makeVector;
    private final long promoteAt;
    private final AtomicLong elements = new AtomicLong();
    private final AtomicBoolean expected = new AtomicBoolean();
    private volatile Form active;
    private volatile KernelException failure;

    /**
     * Starts with scalar code.
     *
     * @param makeVector makes and warms the vector form; {@code null} if there is none
     * @param promoteAt elements to process before that
     */
    public Programs(Form scalar, Supplier<Form> makeVector, long promoteAt) {
        this.scalar = scalar;
        this.makeVector = makeVector;
        this.promoteAt = promoteAt;
        this.active = scalar;
    }

    /**
     * Says that calls of so many elements will come. If the first alone is as much work as makes a
     * vector form worth while, the JVM starts on the scalar one now: compiled in the course of such
     * a call, it comes late and in the form that long loops get.
     */
    void expect(LoopKernel kernel, long work) {
        boolean large = promoteAt > 0 && work >= promoteAt;
        if (large && active == scalar && expected.compareAndSet(false, true)) {
            Warmup.scalarSoon(kernel, scalar.program());
        }
    }

    /** The form to run now. */
    Form current() {
        return active;
    }

    /**
     * Counts work done; from enough of it on there is a vector form. Counted afterwards, so that
     * the first call does not share the processor with the compilers of a form it cannot use yet.
     */
    void ran(long work) {
        if (makeVector != null && active == scalar) {
            long before = elements.getAndAdd(work);
            if (before < promoteAt && before + work >= promoteAt) {
                Warmup.enqueue(this::promoteOrFail);
            }
        }
    }

    private void promoteOrFail() {
        try {
            active = makeVector.get();
        } catch (RuntimeException | Error e) {
            failure = new KernelException("a kernel stays in scalar form: " + e.getMessage(), e);
        }
    }

    /** Why there is no vector form though there should be one; null if all is well. */
    KernelException failure() {
        return failure;
    }

    /** Bytes of the sources. */
    public long sourceBytes() {
        Form form = active;
        long vector = form == scalar ? 0 : form.source.length();
        return scalar.source.length() + vector;
    }

    String source() {
        return active.source();
    }

    /** Makes the vector form now and runs nothing else from here on. */
    public void promote() {
        if (makeVector != null && active == scalar) {
            active = makeVector.get();
        }
    }
}
