package org.fusegrad.codegen.contract;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fusegrad.codegen.emit.ClassPrinter;
import org.fusegrad.codegen.emit.KernelEmitter.Source;
import org.fusegrad.codegen.ir.Local;
import org.fusegrad.codegen.ir.Method;

/** The printer of a class of tile methods: every height and width, and a dispatcher. */
final class TileEmitter {
    private static final ClassPrinter.Kind KIND =
            new ClassPrinter.Kind(TileProgram.class, Tile.class, "t");

    private TileEmitter() {}

    /** The source of the program for vectors of so many bits; 0 for scalar code. */
    static Source emit(String packageName, int bits) {
        TileSizes sizes = TileSizes.of(bits);
        TileLowering lowering = new TileLowering(sizes);
        String simpleName = TileForms.id(bits).className(bits);
        ClassPrinter printer = new ClassPrinter(
                KIND,
                simpleName,
                "Tiles of contractions, generated; do not edit.",
                local -> ((Local.Named) local).name());
        if (sizes.lanes() > 1) {
            printer.species("S", "Float", bits);
        }
        Map<Integer, String> cases = new LinkedHashMap<>();
        for (int height : sizes.heights()) {
            for (int vectors : new int[] {1, sizes.vectors()}) {
                Method m = lowering.tile("tile" + height + "x" + vectors, height, vectors);
                int columns = vectors * sizes.lanes();
                printer.add(m, height + " row(s) by " + columns + " column(s).");
                cases.put(TileSizes.method(height, vectors), m.name());
            }
        }
        for (int taps : TileSizes.taps()) {
            Method m = lowering.channels("channels" + taps, taps);
            printer.add(m, taps + " tap(s) of " + sizes.width() + " channel(s).");
            cases.put(TileSizes.channelMethod(taps), m.name());
        }
        for (int height : sizes.heights()) {
            for (int vectors : new int[] {1, sizes.vectors()}) {
                Method m =
                        lowering.positions("positions" + height + "x" + vectors, height, vectors);
                int columns = vectors * sizes.lanes();
                printer.add(m, height + " position(s) by " + columns + " column(s).");
                cases.put(TileSizes.positionsMethod(height, vectors), m.name());
            }
        }
        WinogradLowering winograd = new WinogradLowering(sizes);
        for (int half = 0; half < 2; half++) {
            Method source = winograd.source("winogradSource" + half, half > 0);
            printer.add(source, "Half of V = B' d B of some tiles.");
            cases.put(TileSizes.WINOGRAD_SOURCE + half, source.name());
            Method result = winograd.result("winogradResult" + half, half > 0);
            printer.add(result, "Half of Y = A' M A of some tiles.");
            cases.put(TileSizes.WINOGRAD_RESULT + half, result.name());
        }
        printer.dispatch(cases);
        String text = printer.print(packageName);
        int vectorSteps = sizes.lanes() > 1 ? 1 : 0;
        return new Source(packageName + "." + simpleName, text, vectorSteps, List.of());
    }
}
