package org.fusegrad.cli;

import java.util.Iterator;
import org.fusegrad.nn.norm.NamedNorm;
import org.fusegrad.nn.norm.Norms;

/** The norms that may be named on the command line, for a list in a help text. */
final class NormNames implements Iterable<String> {
    /** Looked up once: a process has one class path. */
    static final Norms ALL = Norms.installed();

    @Override
    public Iterator<String> iterator() {
        return ALL.usages().iterator();
    }

    /**
     * The norm of a name.
     *
     * @throws IllegalArgumentException if there is none such
     */
    static NamedNorm parse(String text) {
        return ALL.parse(text);
    }
}
