package org.fusegrad;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.fusegrad.flags.Flags;
import org.fusegrad.plan.Planner;
import org.fusegrad.run.Backend;
import org.fusegrad.run.BackendProvider;
import org.fusegrad.run.BufferPool;
import org.fusegrad.run.Counters;
import org.fusegrad.run.KernelRuntime;
import org.fusegrad.run.Workers;
import org.fusegrad.run.interp.Interpreter;

/**
 * Runs tensors: a backend, a fixed pool of threads, a pool of buffers and the compiled programs.
 * Engines are independent of one another; tensors belong to none. A thread uses the engine that
 * {@link #call} made current on it, else the shared default one, which the flags configure.
 *
 * <p>Safe for all threads: any number may compute on one engine at once and get the bits that one
 * thread gets; each shape is planned once, while the others that want it wait. What is current, and
 * scopes and transactions, belong to the thread that opened them. An engine that nobody closes
 * gives its threads back when it has been idle for a second, and its memory when nobody holds it.
 *
 * <pre>{@code
 * try (Engine engine = Engine.builder().threads(2).build()) {
 *     engine.run(() -> System.out.println(Tensor.of(1f, 2f).exp()));
 * }
 * }</pre>
 */
public final class Engine implements AutoCloseable {
    private static final class Shared {
        static final Engine ENGINE = builder().build();
    }

    private static final Logger LOG = System.getLogger("org.fusegrad");

    private static final String INTERPRETED =
            ", operation by operation; add fusegrad-codegen to the class path for compiled kernels";

    private final boolean ownsBackend;
    private final KernelRuntime runtime;
    private final Planner planner;
    private final CallCache calls;
    private final boolean fusing;
    private final AtomicLong seed;
    private final Draws draws;

    private Engine(Builder b) {
        this.ownsBackend = b.given == null;
        this.runtime = new KernelRuntime(
                b.given == null ? backend(b.backend) : b.given,
                new Interpreter(),
                new Workers(b.threads),
                new BufferPool(),
                b.strict,
                b.verify);
        this.planner = new Planner(runtime);
        this.calls = new CallCache(planner);
        this.fusing = b.fuse;
        this.seed = new AtomicLong(b.seed);
        this.draws = new Draws(b.seed);
        boolean chosen = b.given != null || !b.backend.equals("auto");
        boolean slower = !chosen && !backendName().equals("vector");
        LOG.log(slower ? Level.INFO : Level.DEBUG, this::describe);
    }

    /** An engine to configure. */
    public static Builder builder() {
        return new Builder();
    }

    /** The engine current on this thread. */
    public static Engine current() {
        Engine engine = Context.get().engine;
        return engine == null ? Shared.ENGINE : engine;
    }

    private static Backend backend(String name) {
        if (name.equals("interpreter")) {
            return new Interpreter();
        }
        for (BackendProvider provider : providers()) {
            String wanted = name.equals("auto") ? provider.preferred() : name;
            if (provider.names().contains(wanted)) {
                return provider.create(wanted);
            }
        }
        if (name.equals("auto")) {
            return new Interpreter();
        }
        throw new IllegalArgumentException("backend '" + name
                + "' is not on the class path: add fusegrad-codegen, or use auto or interpreter");
    }

    /**
     * Those beside this class, which the threads of a server may not see; and those the calling
     * thread sees, unless what it sees is another copy of the library.
     */
    private static List<BackendProvider> providers() {
        List<BackendProvider> all = new ArrayList<>();
        ServiceLoader.load(BackendProvider.class, Engine.class.getClassLoader()).forEach(all::add);
        ClassLoader seen = Thread.currentThread().getContextClassLoader();
        try {
            String name = BackendProvider.class.getName();
            if (Class.forName(name, false, seen) == BackendProvider.class) {
                ServiceLoader.load(BackendProvider.class, seen).forEach(all::add);
            }
        } catch (ClassNotFoundException e) {
            return all; // The thread does not see the library at all.
        }
        return all;
    }

    /** Runs {@code work} with this engine current on the calling thread. */
    public <T> T call(Supplier<T> work) {
        Context context = Context.get();
        Engine before = context.engine;
        context.engine = this;
        try {
            return work.get();
        } finally {
            context.engine = before;
        }
    }

    /** Runs {@code work} with this engine current on the calling thread. */
    public void run(Runnable work) {
        call(() -> {
            work.run();
            return null;
        });
    }

    /**
     * Opens a scope on this thread: when it closes, every buffer made in it goes back to the pool,
     * except those of tensors kept, assigned to parameters or written to states.
     */
    public Scope scope() {
        return new Scope(runtime.pool());
    }

    /** Threads that compute, the calling one included. */
    public int threads() {
        return runtime.workers().size();
    }

    /**
     * What this engine runs on, in one line: backend, vectors, threads, and what is missing for
     * the fastest form, if anything is.
     */
    public String describe() {
        Backend backend = runtime.backend();
        String hint = backend.name().equals("interpreter") ? INTERPRETED : "";
        int threads = threads();
        return "backend " + backend.describe() + hint + "; " + threads
                + (threads == 1 ? " thread" : " threads") + (fusing ? "" : ", without fusion");
    }

    /** Name of the backend in use. */
    public String backendName() {
        return runtime.backend().name();
    }

    /** Whether formulas are traced and fused. */
    public boolean isFusing() {
        return fusing;
    }

    /** What has been compiled and run. */
    public Counters counters() {
        return runtime.counters();
    }

    /** What executes kernels. */
    public KernelRuntime runtime() {
        return runtime;
    }

    Planner planner() {
        return planner;
    }

    /** The calls of single operations; those of formulas are with the formulas. */
    CallCache calls() {
        return calls;
    }

    /** Restarts the random numbers, those that tensors draw and those that start layers. */
    public void seed(long value) {
        randomState(new RandomState(value, value, 0));
    }

    /** How far the random numbers have come, to go on from there later or elsewhere. */
    public RandomState randomState() {
        return new RandomState(seed.get(), draws.seed(), draws.count());
    }

    /** Lets the random numbers go on from where they were. */
    public void randomState(RandomState state) {
        seed.set(state.sources());
        draws.restart(state.seed(), state.draws());
    }

    Draws draws() {
        return draws;
    }

    /** A fresh stream of random numbers, different at every call, reproducible from the seed. */
    public long nextStream() {
        return seed.getAndAdd(0x9E3779B97F4A7C15L);
    }

    /**
     * Lets go of what can be made again: arrays that scopes gave back, traced and planned
     * calls, compiled kernels that nothing uses. They come back as they are wanted; no result
     * changes. Any thread may call this at any time.
     */
    public void trim() {
        runtime.trim();
    }

    /**
     * Ends the threads and lets go of pooled memory. Later use of the engine, backward of what it
     * has recorded included, says that it is closed. Who computes on it meanwhile, in other
     * threads, gets whole results or is told the same.
     */
    @Override
    public void close() {
        runtime.close();
        if (ownsBackend) {
            runtime.backend().close();
        }
    }

    /** Configuration of an engine; defaults come from {@link Flags}. */
    public static final class Builder {
        private int threads = Flags.THREADS.get();
        private String backend = Flags.BACKEND.get();
        private Backend given;
        private boolean fuse = Flags.FUSE.get();
        private boolean strict = Flags.STRICT.get();
        private boolean verify = Flags.VERIFY.get();
        private long seed;

        private Builder() {}

        /** Threads that compute, the calling one included; at least 1. */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /** {@code auto}, {@code vector}, {@code scalar} or {@code interpreter}. */
        public Builder backend(String value) {
            backend = Flags.BACKEND.parse(value, "backend");
            given = null;
            return this;
        }

        /** A backend of the caller's own. */
        public Builder backend(Backend value) {
            given = value;
            return this;
        }

        /** Whether formulas are traced and fused; without, every operation runs by itself. */
        public Builder fuse(boolean value) {
            fuse = value;
            return this;
        }

        /** Whether a kernel that fails to compile is an error instead of a warned fallback. */
        public Builder strict(boolean value) {
            strict = value;
            return this;
        }

        /** Whether each kernel is run by the interpreter too and the bits compared. */
        public Builder verify(boolean value) {
            verify = value;
            return this;
        }

        /** Start of the random numbers. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        public Engine build() {
            return new Engine(this);
        }
    }
}
