package org.fusegrad.trust;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.fusegrad.codegen.compile.JaninoCompiler;
import org.fusegrad.codegen.compile.SourceCompiler;

/**
 * Makes generated code throw in the middle of a kernel, in a worker thread: its compiler puts a
 * call of {@link #pass} in front of every step, and the trap that is set goes off there.
 */
public final class Trap {
    private static final String STEP = "public void run\\(int \\w+, \\w+ \\w+\\) \\{";
    private static final long PATIENCE_MILLIS = 200;
    private static volatile Trap set = new Trap(Integer.MAX_VALUE, false, null);

    private final int after;
    private final boolean once;
    private final Throwable failure;
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicReference<String> where = new AtomicReference<>();
    private final CountDownLatch sprung = new CountDownLatch(1);

    private Trap(int after, boolean once, Throwable failure) {
        this.after = after;
        this.once = once;
        this.failure = failure;
    }

    /** What generates code with traps. */
    static SourceCompiler compiler() {
        SourceCompiler janino = new JaninoCompiler();
        return (name, source) -> {
            String trapped = source.replaceFirst(STEP, "$0 " + Trap.class.getName() + ".pass();");
            if (trapped.equals(source)) {
                throw new IllegalStateException("no place for a trap in\n" + source);
            }
            return janino.compile(name, trapped);
        };
    }

    /** Lets so many steps pass, then throws from all that follow, or from one of them. */
    static Trap set(int after, boolean once, Throwable failure) {
        set = new Trap(after, once, failure);
        return set;
    }

    /** One that never goes off, but counts. */
    static Trap none() {
        return set(Integer.MAX_VALUE, false, null);
    }

    int passed() {
        return passed.get();
    }

    /** The thread it first went off in; null if in none yet. */
    String where() {
        return where.get();
    }

    /** What generated code calls. */
    public static void pass() {
        set.spring();
    }

    private void spring() {
        if (passed.incrementAndGet() <= after) {
            return;
        }
        String thread = Thread.currentThread().getName();
        if (!thread.startsWith("fusegrad-worker")) {
            // Leaves it to a worker, which takes part if there is more than one task.
            awaitWorker();
        }
        boolean first = where.compareAndSet(null, thread);
        sprung.countDown();
        if (first || !once) {
            Trap.<RuntimeException>sneak(failure);
        }
    }

    private void awaitWorker() {
        try {
            sprung.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable failure) throws E {
        throw (E) failure;
    }
}
