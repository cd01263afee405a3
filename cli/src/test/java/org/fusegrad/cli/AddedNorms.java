package org.fusegrad.cli;

import java.util.List;
import org.fusegrad.nn.norm.NormEntry;
import org.fusegrad.nn.norm.NormProvider;

/** The norms of another project, as the class path of these tests has them. */
public final class AddedNorms implements NormProvider {
    @Override
    public List<NormEntry> norms() {
        return List.of(NormEntry.of(
                "mean-abs", "mean_abs_norm", r -> new MeanAbsNorm(r.channels(), r.options())));
    }
}
