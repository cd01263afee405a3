package org.fusegrad.codegen.load;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.fusegrad.codegen.loop.LoopKernel;

/**
 * The identity of generated classes that compute the same in different lanes.
 *
 * @param name a plain one, for the reader
 * @param hash of what is computed; the same on every machine
 */
public record ProgramId(String name, String hash) {
    private static final int LONGEST = 40;

    /**
     * An identity.
     *
     * @param name by which letters, digits and underscores are kept
     * @param structure equal for programs that are the same
     */
    public static ProgramId of(String name, String structure) {
        String plain = name.replaceAll("[^A-Za-z0-9_]", "_").toLowerCase(Locale.ROOT);
        String hash = Hashing.murmur3_128()
                .hashString(structure, StandardCharsets.UTF_8)
                .toString();
        return new ProgramId(plain.substring(0, Math.min(LONGEST, plain.length())), hash);
    }

    /** The programs of a kernel, whatever its sizes. */
    public static ProgramId of(LoopKernel loops) {
        return of(loops.name(), loops.key());
    }

    /** Simple name of the class for vectors of so many bits; 0 for scalar code. */
    public String className(int bits) {
        return "K_" + name + "_" + hash.substring(0, 8) + form(bits);
    }

    /** What a registry knows that class by; does without the name, which may differ. */
    public String key(int bits) {
        return hash + form(bits);
    }

    private static String form(int bits) {
        return bits == 0 ? "_s" : "_v" + bits;
    }
}
