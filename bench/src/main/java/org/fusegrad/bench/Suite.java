package org.fusegrad.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.fusegrad.bench.Job.Sampling;
import org.fusegrad.bench.jmh.AddBench;
import org.fusegrad.bench.jmh.CompileBench;
import org.fusegrad.bench.jmh.FirstCallBench;
import org.fusegrad.bench.jmh.NewShapeBench;
import org.fusegrad.bench.jmh.NormBench;
import org.fusegrad.bench.jmh.NormCase;
import org.fusegrad.bench.jmh.Paths;
import org.fusegrad.bench.jmh.RoofBench;
import org.fusegrad.flags.Flags;

/** A set of measurements made together. */
public enum Suite {
    /** Every norm at its usual size, forward and with backward, on all paths. */
    NORMS,
    /** Batch and layer norm on all sizes, layouts and types. */
    SHAPES,
    /** Calls that compute next to nothing, with the bytes they allocate. */
    OVERHEAD,
    /** Generating and compiling a kernel, first calls, the spread over JVM starts. */
    COMPILE,
    /** Copy and triad on arrays of all sizes. */
    ROOF;

    private static final String IMAGES = "32x64x56x56";
    private static final String ROWS = "4096x768";
    private static final String TINY = "2x16x4x4";
    private static final List<String> NORM_NAMES =
            List.of("bn", NormCase.BN_ADD_RELU, "in", "gn:32", "ln", "rms", "iebn", "mabn");
    private static final List<String> QUICK_NAMES =
            List.of("bn", NormCase.BN_ADD_RELU, "in", "gn:32", "ln", "iebn", "mabn");
    private static final List<String> SIZES = List.of(
            IMAGES,
            "128x16x32x32",
            "2x64x56x56",
            "2x512x7x7",
            "3x5x7x9",
            "31x33x17x13",
            ROWS,
            "256x1024",
            "8192x64");
    /** Tensors that a copy has to do with: what it reads and what it writes. */
    private static final int PAIR = 2;

    private static final List<String> HEAP = List.of("-Xms2g", "-Xmx2g");
    private static final List<String> TOUCHED =
            List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

    /**
     * The suite of a name.
     *
     * @throws IllegalArgumentException if there is none such
     */
    public static Suite parse(String name) {
        for (Suite suite : values()) {
            if (suite.name().equals(name.toUpperCase(Locale.ROOT))) {
                return suite;
            }
        }
        throw new IllegalArgumentException(
                "unknown suite '" + name + "': give norms, shapes, overhead, compile or roof");
    }

    /** The configurations. */
    List<Job> jobs(Selection s, boolean quick) {
        List<Integer> threads = Selection.or(s.threads(), quick ? List.of(1) : List.of(1, 2));
        return switch (this) {
            case NORMS -> norms(s, threads, quick);
            case SHAPES -> shapes(s, threads);
            case OVERHEAD -> overhead(s);
            case COMPILE -> compile();
            case ROOF -> roofs(s, threads);
        };
    }

    private static List<Job> roofs(Selection s, List<Integer> threads) {
        List<Job> jobs = new ArrayList<>();
        for (String shape : Selection.or(s.shapes(), SIZES)) {
            NormCase of = new NormCase("bn", false, shape, "float32", layout(shape, "NCHW"));
            for (int t : threads) {
                jobs.add(roof(
                        "copy", PAIR, of.shape(), of.dtype(), of.layout(), of.tensorBytes(), t));
                jobs.add(
                        roof("triad", 3, of.shape(), of.dtype(), of.layout(), of.tensorBytes(), t));
            }
        }
        return jobs;
    }

    private static List<Job> norms(Selection s, List<Integer> threads, boolean quick) {
        List<Job> jobs = new ArrayList<>();
        for (String norm : Selection.or(s.norms(), quick ? QUICK_NAMES : NORM_NAMES)) {
            for (boolean backward : new boolean[] {false, true}) {
                if (backward || !quick || norm.equals("bn")) {
                    List<String> shapes = Selection.or(s.shapes(), List.of(IMAGES, ROWS));
                    add(jobs, s, threads, List.of(norm), backward, shapes, false);
                }
            }
        }
        return nonEmpty(jobs);
    }

    private static List<Job> shapes(Selection s, List<Integer> threads) {
        List<Job> jobs = new ArrayList<>();
        List<String> norms = Selection.or(s.norms(), List.of("bn", "ln"));
        add(jobs, s, threads, norms, true, Selection.or(s.shapes(), SIZES), true);
        return nonEmpty(jobs);
    }

    private static List<Job> nonEmpty(List<Job> jobs) {
        if (jobs.isEmpty()) {
            throw new IllegalArgumentException("no such combination: ln and rms take two axes, the"
                    + " other norms four, gn:32 channels in groups of 32");
        }
        return jobs;
    }

    private static void add(
            List<Job> jobs,
            Selection s,
            List<Integer> threads,
            List<String> norms,
            boolean backward,
            List<String> shapes,
            boolean all) {
        List<String> dtypes = all ? List.of("float32", "bfloat16") : List.of("float32");
        List<String> layouts = all ? List.of("NCHW", "NHWC") : List.of("NCHW");
        for (String norm : norms) {
            for (String shape : shapes) {
                for (String dtype : Selection.or(s.dtypes(), dtypes)) {
                    Selection.or(s.layouts(), layouts).stream()
                            .map(l -> layout(shape, l))
                            .distinct()
                            .map(l -> new NormCase(norm, backward, shape, dtype, l))
                            .filter(NormCase::fits)
                            .forEach(of -> threads.forEach(t -> paths(jobs, s, of, t)));
                }
            }
        }
    }

    private static String layout(String shape, String wanted) {
        return shape.split("x").length == 2 ? "NC" : wanted;
    }

    private static void paths(List<Job> jobs, Selection s, NormCase of, int threads) {
        for (String path : Selection.or(s.paths(), Paths.ALL)) {
            jobs.add(norm(of.work(), of, threads, path, Sampling.WARM));
        }
    }

    /** Vector forms take over at once, save where it is the way there that counts. */
    private static Job norm(String work, NormCase of, int threads, String path, Sampling sampling) {
        List<String> args = new ArrayList<>(HEAP);
        if (sampling == Sampling.WARM) {
            args.add("-D" + Flags.PROMOTE.property() + "=1");
        }
        Map<String, String> params = new LinkedHashMap<>();
        params.put("norm", of.norm());
        params.put("backward", Boolean.toString(of.backward()));
        params.put("shape", of.shape());
        params.put("dtype", of.dtype());
        params.put("layout", of.layout());
        params.put("threads", Integer.toString(threads));
        params.put("path", path);
        return new Job(
                work,
                of.shape(),
                of.dtype(),
                of.layout(),
                threads,
                path,
                of.bytesToMove(),
                of.tensorBytes(),
                of.tensors(),
                NormBench.class.getName() + ".step",
                params,
                args,
                sampling);
    }

    private static List<Job> overhead(Selection s) {
        List<Job> jobs = new ArrayList<>();
        jobs.add(other("eager add, recorded", "1", "unfused", AddBench.class, "add", Map.of()));
        NormCase tiny = new NormCase("bn", true, TINY, "float32", "NCHW");
        List<Job> norms = new ArrayList<>();
        paths(norms, s, tiny, 1);
        norms.forEach(job -> jobs.add(job.withoutRoof(TOUCHED)));
        return jobs;
    }

    private static List<Job> compile() {
        List<Job> jobs = new ArrayList<>();
        String graph = "generate and compile a kernel";
        jobs.add(other(graph, "2x64x8x8", Paths.FUSED, CompileBench.class, "compile", Map.of()));
        for (boolean compiled : new boolean[] {true, false}) {
            String work = "bn first call" + (compiled ? ", kernels compiled" : " of a JVM");
            jobs.add(other(
                    work,
                    IMAGES,
                    Paths.FUSED,
                    FirstCallBench.class,
                    "call",
                    Map.of("compiled", Boolean.toString(compiled), "threads", "1")));
        }
        for (String work : List.of("bn", "ln", "eager", "block", "cnn")) {
            jobs.add(other(
                    work + " of a new shape",
                    "NxCxHxW",
                    work.equals("eager") ? Paths.UNFUSED : Paths.FUSED,
                    NewShapeBench.class,
                    "call",
                    Map.of("work", work)));
        }
        NormCase bn = new NormCase("bn", true, IMAGES, "float32", "NCHW");
        jobs.add(norm("bn forward+backward, JVM starts", bn, 1, Paths.FUSED, Sampling.MANY_STARTS));
        return jobs;
    }

    /**
     * The heap of a first call and of tiny ones is touched beforehand: otherwise the operating
     * system clears it page by page, the 25 MB of the first result in as long as the call itself,
     * and the little garbage of a tiny one in several times as long.
     */
    private static List<String> heap(Class<?> bench) {
        return bench == CompileBench.class ? HEAP : TOUCHED;
    }

    private static Job other(
            String work,
            String shape,
            String path,
            Class<?> bench,
            String method,
            Map<String, String> params) {
        return new Job(
                work,
                shape,
                "float32",
                layout(shape, "NCHW"),
                1,
                path,
                0,
                0,
                0,
                bench.getName() + "." + method,
                params,
                heap(bench),
                sampling(bench));
    }

    private static Sampling sampling(Class<?> bench) {
        return bench == FirstCallBench.class
                ? Sampling.FIRST_CALL
                : bench == NewShapeBench.class ? Sampling.NEW_SHAPES : Sampling.WARM;
    }

    /** The copy that is the roof of a job: from one tensor of its size to another. */
    static Job copyOf(Job job) {
        return copyAmong(job, PAIR);
    }

    /** A copy among as many tensors as a job has in memory. */
    static Job copyOfWorkingSet(Job job) {
        return copyAmong(job, job.tensors());
    }

    private static Job copyAmong(Job job, int tensors) {
        return roof(
                "copy",
                tensors,
                job.shape(),
                job.dtype(),
                job.layout(),
                job.tensorBytes(),
                job.threads());
    }

    /** A copy or triad among so many tensors of this size. */
    private static Job roof(
            String method,
            int tensors,
            String shape,
            String dtype,
            String layout,
            long bytes,
            int threads) {
        boolean copies = method.equals("copy");
        return new Job(
                copies && tensors > PAIR ? "copy among " + tensors : method,
                shape,
                dtype,
                layout,
                threads,
                copies ? "arraycopy" : "loop",
                (copies ? PAIR : tensors) * bytes,
                bytes,
                tensors,
                RoofBench.class.getName() + "." + method,
                Map.of(
                        "bytes",
                        Long.toString(bytes),
                        "tensors",
                        Integer.toString(tensors),
                        "threads",
                        Integer.toString(threads)),
                HEAP,
                Sampling.WARM);
    }
}
