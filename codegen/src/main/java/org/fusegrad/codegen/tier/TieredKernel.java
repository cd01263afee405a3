package org.fusegrad.codegen.tier;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.fusegrad.run.KernelException;

/**
 * Generated code in two forms: scalar at once, vector once it pays. Vector code is slow until the
 * JVM has compiled it, so a kernel starts scalar, and after enough work its vector form is warmed
 * up in the background and takes over. Both compute the same bits. Safe to share between threads.
 *
 * @param <V> a form: a program with what goes with it
 */
public final class TieredKernel<V> {
    private final String subject;
    private final Supplier<V> makeScalar;
    private final Supplier<V> makeVector;
    private final long promoteAt;
    private final TierUp tierUp;
    private final AtomicLong work = new AtomicLong();
    private final AtomicBoolean expected = new AtomicBoolean();
    private V scalar;
    private volatile V active;
    private volatile KernelException failure;

    /**
     * A kernel that starts scalar.
     *
     * @param subject what stays in scalar form if the vector form fails, with its verb
     * @param makeScalar makes the scalar form, when it is first wanted
     * @param makeVector makes and warms the vector form; {@code null} if there is none
     * @param promoteAt work to do before that
     * @param tierUp where that happens
     */
    public TieredKernel(
            String subject,
            Supplier<V> makeScalar,
            Supplier<V> makeVector,
            long promoteAt,
            TierUp tierUp) {
        this.subject = subject;
        this.makeScalar = makeScalar;
        this.makeVector = makeVector;
        this.promoteAt = promoteAt;
        this.tierUp = tierUp;
    }

    /** A kernel of one form. */
    public static <V> TieredKernel<V> of(V only) {
        return new TieredKernel<>("", () -> only, null, 0, null);
    }

    /**
     * The form to run now.
     *
     * @throws KernelException if its code does not compile
     */
    public V current() {
        V form = active;
        return form == null ? scalar() : form;
    }

    private synchronized V scalar() {
        if (scalar == null) {
            scalar = makeScalar.get();
            active = scalar;
        }
        return scalar;
    }

    private boolean isScalar() {
        return makeVector != null && current() == scalar;
    }

    /**
     * Says that calls of so much work will come. If the first alone is as much as makes a vector
     * form worth while, the JVM starts on the scalar one now: compiled in the course of such a
     * call, it comes late and in the form that long loops get.
     *
     * @param warm has the scalar form compiled
     */
    public void expect(long amount, Consumer<V> warm) {
        boolean large = makeVector != null && amount >= promoteAt;
        if (large && isScalar() && expected.compareAndSet(false, true)) {
            tierUp.first(() -> warm.accept(scalar()));
        }
    }

    /**
     * Counts work done; from enough of it on there is a vector form. Counted afterwards, so that
     * the first call does not share the processor with the compilers of a form it cannot use yet.
     */
    public void ran(long amount) {
        if (isScalar()) {
            long before = work.getAndAdd(amount);
            if (before < promoteAt && before + amount >= promoteAt) {
                tierUp.later(this::promoteOrFail);
            }
        }
    }

    private void promoteOrFail() {
        try {
            promote();
        } catch (CancellationException e) {
            return; // The engine was closed: nobody is there to be told.
        } catch (RuntimeException | Error e) {
            failure = new KernelException(subject + " in scalar form: " + e.getMessage(), e);
        }
    }

    /**
     * Makes the vector form now, if there is one, and runs nothing else from here on.
     *
     * @throws KernelException if it does not compile, or the JVM does not suit it
     * @throws CancellationException if the background work was closed meanwhile
     */
    public void promote() {
        if (isScalar()) {
            active = makeVector.get();
        }
    }

    /** Why there is no vector form though there should be one; null if all is well. */
    public KernelException failure() {
        return failure;
    }
}
