package org.fusegrad;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.fusegrad.graph.BatchShard;
import org.fusegrad.graph.Graph;
import org.fusegrad.graph.GraphPrinter;
import org.fusegrad.graph.Node;
import org.fusegrad.plan.Layouts;
import org.fusegrad.plan.Planner;

/**
 * A formula that is traced once for each signature of its arguments, differentiated symbolically
 * and compiled into fused kernels, forward and backward. A call is one node of the tape.
 *
 * <pre>{@code
 * Fused normSwish = Fused.of("norm_swish", x -> {
 *     Tensor xh = x.sub(x.mean(1)).div(x.var(1).add(1e-5).sqrt());
 *     return xh.mul(xh.sigmoid());
 * });
 * Tensor y = normSwish.call(x);
 * }</pre>
 *
 * <p>A formula must be pure apart from {@link State} and the random numbers it draws: it may
 * capture parameters (tensors whose identity stays, read at each call) and states, but no
 * tensor computed per call; such values are arguments. Java values it reads count as they were when
 * it was traced, but for those of a {@link Setting}, such as the mode of a module. A formula that
 * breaks this rule is found out at the second call of a signature, and whenever the number of its
 * calls has doubled: it is traced once more, without effects, and an {@link IllegalStateException}
 * says what changed. An engine that verifies looks at every call.
 *
 * <p>Safe for all threads, also with different shapes at once, if the formula is: it is traced once
 * for each signature, by the first thread that calls with it. A formula that writes a {@link State}
 * is for one thread at a time, or increments get lost.
 */
public final class Fused {
    /** A formula of any number of arguments and results. */
    @FunctionalInterface
    public interface Formula {
        List<Tensor> apply(List<Tensor> arguments);
    }

    /** A formula of two arguments and one result. */
    @FunctionalInterface
    public interface Binary {
        Tensor apply(Tensor a, Tensor b);
    }

    /** Takes any number of arguments. */
    private static final int ANY = -1;

    private final String name;
    private final int arity;
    private final Formula formula;
    private final Dependencies dependencies = new Dependencies();

    /**
     * What has been traced, by engine. The formula owns it, so that it goes when nobody holds the
     * formula any more, though calls refer back to the formula; an engine that is dropped goes too.
     */
    private final Map<Engine, CallCache> calls = Collections.synchronizedMap(new WeakHashMap<>());

    /** Those of the engine that called last. */
    private volatile CallCache last;

    private Fused(String name, int arity, Formula formula) {
        this.name = name;
        this.arity = arity;
        this.formula = formula;
    }

    /** A formula of one argument. */
    public static Fused of(String name, UnaryOperator<Tensor> formula) {
        return new Fused(name, 1, in -> Arrays.asList(formula.apply(in.get(0))));
    }

    /** A formula of two arguments. */
    public static Fused of(String name, Binary formula) {
        return new Fused(name, 2, in -> Arrays.asList(formula.apply(in.get(0), in.get(1))));
    }

    /** A formula of any number of arguments and results. */
    public static Fused ofAll(String name, Formula formula) {
        return new Fused(name, ANY, formula);
    }

    public String name() {
        return name;
    }

    /**
     * The single result of the formula on these arguments.
     *
     * @throws IllegalArgumentException if it takes another number of arguments
     * @throws IllegalStateException if it has not one result
     */
    public Tensor call(Tensor... arguments) {
        List<Tensor> results = callAll(null, arguments);
        if (results.size() != 1) {
            throw new IllegalStateException("formula '" + name + "' has " + results.size()
                    + " results, not one; callAll answers them all");
        }
        return results.get(0);
    }

    /** The results of the formula on these arguments. */
    public List<Tensor> callAll(Tensor... arguments) {
        return callAll(null, arguments);
    }

    /**
     * The results of the formula on these arguments.
     *
     * @param mode whatever besides the arguments decides what the formula does, such as training or
     *     evaluation; compared by equality
     */
    public List<Tensor> callAll(Object mode, Tensor... arguments) {
        Misuse.checkArguments(name, arity, arguments);
        Context context = Context.get();
        if (context.tracer != null) {
            return apply(List.of(arguments));
        }
        Engine engine = Engine.current();
        if (!engine.isFusing()) {
            return unfused(context, arguments);
        }
        Supplier<Call> trail = () -> trace(engine.planner(), arguments);
        return List.of(checked(engine, mode, arguments, trail).invoke(arguments));
    }

    /** Runs the formula, on symbolic tensors or on values. */
    private List<Tensor> apply(List<Tensor> arguments) {
        return Misuse.checkResults(name, formula.apply(new Arguments(name, arguments)));
    }

    /**
     * The results of the formula on a batch that replicas share: each calls with its own rows of
     * every argument (axis 0) and gets its own rows of the results. Sums over the batch, in the
     * forward and the derived backward, are over the rows of all, in one order and with the bits of
     * a single call on the whole batch; what they yield, states and gradients of captured tensors
     * too, is the same on all replicas. Always fused.
     *
     * @param mode as in {@link #callAll(Object, Tensor...)}
     * @throws IllegalStateException inside another formula, if it draws random numbers, or if a
     *     replica failed
     */
    public List<Tensor> callShared(BatchShard share, Object mode, Tensor... arguments) {
        if (Context.get().tracer != null) {
            throw new IllegalStateException(name + " is shared by replicas and cannot be part of"
                    + " another formula; call it by itself");
        }
        Misuse.checkArguments(name, arity, arguments);
        Engine engine = Engine.current();
        Object key = Arrays.asList(mode, share);
        Supplier<Call> trail = () -> {
            List<Node> whole = SharedRows.whole(share, CallCache.leaves(arguments));
            return trace(engine.planner(), whole, Layouts.SHARED, share);
        };
        return List.of(checked(engine, key, arguments, trail).invoke(arguments));
    }

    /** The call of this signature, found to be still what the formula does when that is due. */
    private Call checked(Engine engine, Object mode, Tensor[] arguments, Supplier<Call> trail) {
        Call call = traced(engine, mode, arguments, trail);
        if (call.retraced().isDue(engine.runtime().verifies())) {
            call.retraced().check(name, call, trail.get());
        }
        return call;
    }

    private Call traced(Engine engine, Object mode, Tensor[] arguments, Supplier<Call> trail) {
        CallCache cache = calls(engine);
        int known = dependencies.count();
        Call call = cache.traced(dependencies.signature(mode), arguments, trail);
        // What the first trace has looked at belongs to the signature from now on.
        return dependencies.count() == known
                ? call
                : cache.traced(dependencies.signature(mode), arguments, () -> call);
    }

    private CallCache calls(Engine engine) {
        CallCache before = last;
        if (before != null && before.planner() == engine.planner()) {
            return before;
        }
        CallCache found = calls.computeIfAbsent(engine, e -> new CallCache(e.planner()));
        last = found;
        return found;
    }

    private Call trace(Planner planner, Tensor[] arguments) {
        return trace(planner, CallCache.leaves(arguments), CallCache.layouts(arguments), null);
    }

    private List<Tensor> unfused(Context context, Tensor[] arguments) {
        StateUpdates updates = StateUpdates.nested();
        List<Tensor> results = updates.during(() -> apply(List.of(arguments)));
        if (context.recording) {
            updates.commit();
        }
        return results;
    }

    private Call trace(Planner planner, List<Node> leaves, Layouts layouts, BatchShard share) {
        MainTrace origin = new MainTrace(name, dependencies);
        Tracer tracer = origin.tracer(leaves);
        List<Node> outputs = new ArrayList<>(results(tracer));
        if (share != null && tracer.draws()) {
            throw new IllegalStateException("formula '" + name + "' draws random numbers and cannot"
                    + " be shared by replicas, which would draw different ones; draw outside and"
                    + " pass them as an argument");
        }
        int results = outputs.size();
        List<State> effects = new ArrayList<>();
        for (Map.Entry<State, Node> write : tracer.writes().entrySet()) {
            effects.add(write.getKey());
            outputs.add(write.getValue());
        }
        return new Call(
                planner,
                name,
                Graph.of(tracer.inputs(), outputs),
                results,
                tracer.bindings(),
                effects,
                layouts,
                share == null ? null : SharedRows.of(share, leaves.size(), results),
                origin);
    }

    /** Runs the formula on the leaves the tracer starts with. */
    private List<Node> results(Tracer tracer) {
        MainTrace origin = tracer.origin();
        List<Tensor> leaves = tracer.inputs().stream()
                .map(leaf -> Tensor.symbolic(leaf, origin))
                .toList();
        return tracer.trace(() -> apply(leaves).stream().map(tracer::node).toList());
    }

    /**
     * The formula as a graph of these arguments, neither planned nor compiled.
     *
     * @throws IllegalStateException if the formula looks at values
     */
    public FormulaGraph graph(Tensor... arguments) {
        Misuse.checkArguments(name, arity, arguments);
        MainTrace origin = new MainTrace(name);
        Tracer tracer = origin.tracer(CallCache.leaves(arguments));
        List<Node> results = results(tracer);
        List<Object> sources = new ArrayList<>(List.of(arguments));
        sources.addAll(tracer.bindings());
        return new FormulaGraph(
                Graph.of(tracer.inputs(), results), sources, tracer.writes(), origin);
    }

    /**
     * What the formula becomes on these arguments: forward and derived backward graph, kernels,
     * scans, bytes read and written against the unfused count, and the generated source.
     *
     * @param mode as in {@link #callAll}
     */
    public Explanation explain(Object mode, Tensor... arguments) {
        Misuse.checkArguments(name, arity, arguments);
        Engine engine = Engine.current();
        Call call = traced(engine, mode, arguments, () -> trace(engine.planner(), arguments));
        BitSet wanted = call.differentiable(arguments);
        Function<Tensor, String> describe = t -> t.dtype() + t.shape().toString();
        String signature =
                String.join(" ", Arrays.stream(arguments).map(describe).toList());
        return call.explain(GraphPrinter.word(name) + " on " + signature, wanted);
    }

    /**
     * The formula on symbolic stand-ins for these arguments: every operation it is made of, as
     * written. Nothing is merged, planned or run, and no state moves.
     */
    public Trace trace(Tensor... arguments) {
        Misuse.checkArguments(name, arity, arguments);
        Tracer tracer = new MainTrace(name).tracer(CallCache.leaves(arguments));
        List<Node> results = results(tracer);
        Map<Node, Object> sources = new IdentityHashMap<>();
        for (int i = 0; i < tracer.bindings().size(); i++) {
            sources.put(
                    tracer.inputs().get(arguments.length + i), tracer.bindings().get(i));
        }
        return new Trace(results, List.copyOf(tracer.writes().values()), sources);
    }

    @Override
    public String toString() {
        return "Fused " + name;
    }
}
