package org.fusegrad.codegen.contract;

import java.util.Arrays;
import org.fusegrad.codegen.emit.KernelEmitter;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.load.ProgramId;
import org.fusegrad.codegen.load.ProgramLoader;
import org.fusegrad.codegen.tier.TierUp;
import org.fusegrad.codegen.tier.TieredKernel;
import org.fusegrad.flags.Flags;
import org.fusegrad.flags.Tuning;
import org.fusegrad.run.KernelException;

/**
 * The tile programs that all contractions of a backend share: scalar at once, and after enough work
 * the vector one, warmed up in the background. Both compute the same bits.
 */
final class TileForms {
    /** A program, its tile sizes and its source. */
    record Form(TileProgram program, TileSizes sizes, String source) {}

    /** Multiplications and additions that weigh as much as an element of a fused kernel. */
    private static final int FLOPS_PER_ELEMENT = 10;

    /** Calls until the JVM has compiled a method with all optimisations, and some. */
    private static final int WARM_CALLS = Tuning.current().warmCalls();

    /** Calls after which it is not waited for any longer. */
    private static final int WARM_LIMIT = Tuning.current().warmLimit();

    /** Calls timed together; compiled ones do at least two multiplications in a nanosecond. */
    private static final int WARM_BATCH = 500;

    private static final int WARM_DEPTH = 24;

    private final int bits;
    private final ProgramLoader loader;
    private final TierUp tierUp;
    private final TieredKernel<Form> forms;

    TileForms(int bits, ProgramLoader loader, TierUp tierUp) {
        this.bits = bits;
        this.loader = loader;
        this.tierUp = tierUp;
        long promoteAt = (long) FLOPS_PER_ELEMENT * Flags.PROMOTE.get();
        this.forms = new TieredKernel<>(
                "contractions stay",
                () -> make(0),
                bits > 0 ? this::vector : null,
                promoteAt,
                tierUp);
    }

    /** The source of the form in use. */
    String source() {
        return forms.current().source;
    }

    /**
     * Sees to it that there is a form to run.
     *
     * @throws KernelException if it does not compile
     */
    void prepare() {
        try {
            forms.current();
        } catch (KernelException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new KernelException("tiles could not be generated: " + e, e);
        }
    }

    /** The form to use now, for this much work. */
    Form current(long work) {
        forms.ran(work);
        return forms.current();
    }

    /** Why there is no vector form though there should be one; null if all is well. */
    KernelException failure() {
        return forms.failure();
    }

    /** Makes the vector form, if there is one, and uses it from here on. */
    void promote() {
        forms.promote();
    }

    private Form vector() {
        Form form = make(bits);
        warm(form);
        return form;
    }

    /** What identifies the programs with the tiles of a vector width. */
    static ProgramId id(int width) {
        return ProgramId.of("tiles", TileSizes.of(width) + Arrays.toString(TileSizes.taps()));
    }

    private Form make(int width) {
        TileSizes sizes = TileSizes.of(width);
        return loader.exported(TileProgram.class, id(width).key(width))
                .map(p -> new Form(p, sizes, "exported as " + p.getClass().getName()))
                .orElseGet(() -> loader.generating("tiles of contractions", () -> {
                    Source source = TileEmitter.emit(KernelEmitter.PACKAGE, width);
                    TileProgram program = loader.compile(
                            TileProgram.class, source.className(), source.text(), "");
                    return new Form(program, sizes, source.text());
                }));
    }

    /** Has every method compiled because it was called often, not because a loop ran for long. */
    private void warm(Form form) {
        TileSizes s = form.sizes;
        Tile t = new Tile();
        int size = (WARM_DEPTH + s.height()) * Math.max(s.width(), TileSizes.CHANNEL_BLOCK);
        t.a = new float[size];
        t.b = new float[size];
        t.c = new float[size];
        t.lines = new int[WARM_DEPTH];
        t.depth = WARM_DEPTH;
        t.aStep = s.width();
        t.bStep = s.width();
        t.cStep = s.width();
        for (int i = 0; i < WARM_DEPTH; i++) {
            t.lines[i] = i * s.width();
        }
        for (int height : s.heights()) {
            warm(form.program, TileSizes.method(height, 1), t, height * s.lanes());
            warm(form.program, TileSizes.method(height, s.vectors()), t, height * s.width());
        }
        for (int taps : TileSizes.taps()) {
            warm(form.program, TileSizes.channelMethod(taps), t, taps * s.width());
        }
        for (int height : s.heights()) {
            warm(form.program, TileSizes.positionsMethod(height, 1), t, height * s.lanes());
            int all = TileSizes.positionsMethod(height, s.vectors());
            warm(form.program, all, t, height * s.width());
        }
        t.aStep = 4;
        t.bStep = 1;
        t.depth = 2;
        t.cStep = 1;
        t.aOver = 1;
        t.cOver = 1;
        for (int half = 0; half < 2; half++) {
            warm(form.program, TileSizes.WINOGRAD_SOURCE + half, t, 16);
            warm(form.program, TileSizes.WINOGRAD_RESULT + half, t, 16);
        }
    }

    /** Calls one method, and goes on for a while if its compiled form is still not there. */
    private void warm(TileProgram program, int method, Tile t, int size) {
        long enough = (long) WARM_DEPTH * size * WARM_BATCH / 2;
        long time = Long.MAX_VALUE;
        for (int i = 0; i < WARM_LIMIT && (i < WARM_CALLS || time > enough); i += WARM_BATCH) {
            tierUp.checkOpen();
            long start = System.nanoTime();
            for (int j = 0; j < WARM_BATCH; j++) {
                t.add = j % 2 == 0;
                program.run(method, t);
            }
            time = System.nanoTime() - start;
        }
    }
}
