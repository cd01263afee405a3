package org.fusegrad.nn.norm;

import java.util.List;

/**
 * Offers norms to {@link java.util.ServiceLoader}: how a norm of another project makes itself known
 * to the command line and to all else that reads {@link Norms#installed()}.
 */
public interface NormProvider {
    /** Its norms; no name may be taken. */
    List<NormEntry> norms();
}
