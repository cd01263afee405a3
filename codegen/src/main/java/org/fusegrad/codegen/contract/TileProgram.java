package org.fusegrad.codegen.contract;

/**
 * A generated class: register-blocked innermost loops of contractions, one short static method for
 * each size of tile. Stateless, so one instance serves all threads. Public because generated
 * classes live in class loaders of their own.
 */
public abstract class TileProgram {
    /** Computes a tile with the method of this number. */
    public abstract void run(int method, Tile tile);
}
