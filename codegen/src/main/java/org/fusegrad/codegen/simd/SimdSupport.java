package org.fusegrad.codegen.simd;

/**
 * The Vector API as this JVM offers it: how wide its vectors are, or why there are none. Found out
 * once and by reflection: no class of ours links to the incubating module.
 */
public final class SimdSupport {
    /** The module that must be added at start-up. */
    public static final String MODULE = "jdk.incubator.vector";

    private static final SimdSupport INSTANCE = probe();

    private final int bits;
    private final String reason;

    private SimdSupport(int bits, String reason) {
        this.bits = bits;
        this.reason = reason;
    }

    /** The answer for this JVM. */
    public static SimdSupport get() {
        return INSTANCE;
    }

    public boolean isAvailable() {
        return bits > 0;
    }

    /** Bits of the preferred vector; 0 if there is none. */
    public int bits() {
        return bits;
    }

    /** Why there is none; empty if there is one. */
    public String reason() {
        return reason;
    }

    private static SimdSupport probe() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return new SimdSupport(0, "start the JVM with --add-modules " + MODULE);
        }
        try {
            Class<?> vectors = Class.forName(MODULE + ".FloatVector");
            Object species = vectors.getField("SPECIES_PREFERRED").get(null);
            Class<?> type = Class.forName(MODULE + ".VectorSpecies");
            int bits = (int) type.getMethod("vectorBitSize").invoke(species);
            return bits >= 128
                    ? new SimdSupport(bits, "")
                    : new SimdSupport(0, "vectors of this machine have only " + bits + " bits");
        } catch (ReflectiveOperationException e) {
            return new SimdSupport(0, "the Vector API of this JVM is not usable: " + e);
        }
    }
}
