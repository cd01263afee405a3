package org.fusegrad.run;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.runtime.ObjectMethods;

/**
 * The JDK's memory of records. Up to version 18 it keeps the class whose {@code equals},
 * {@code hashCode} or {@code toString} it linked last, in a cache with one place for each, and with
 * it the class loader (JDK-8078641). Where a server drops an application that would be all of the
 * application.
 */
final class LinkedRecords {
    private static final int MENDED_IN = 19;

    private LinkedRecords() {}

    /** Puts a class of the JDK in the place of whichever was linked last. */
    static void forget() {
        if (Runtime.version().feature() >= MENDED_IN) {
            return; // There it is held softly.
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            MethodHandle text =
                    lookup.findVirtual(String.class, "trim", MethodType.methodType(String.class));
            for (String method : new String[] {"equals", "hashCode", "toString"}) {
                ObjectMethods.bootstrap(
                        lookup, method, MethodHandle.class, String.class, "text", text);
            }
        } catch (Throwable e) {
            // Another JDK, which does not do it this way: then there is nothing to forget either.
            return;
        }
    }
}
