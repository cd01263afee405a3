/**
 * The reference interpreter: what every operation means, as plain loops over arrays.
 *
 * <ol>
 *   <li>{@link org.fusegrad.run.interp.Interpreter} holds the table from operation to evaluator.
 *   <li>{@code GraphKernel} evaluates a graph node by node.
 *   <li>{@code Walk} visits strided, broadcasting operands in runs; {@code Convert} copies along
 *       it.
 *   <li>{@code Elementwise} applies the functions of {@code Functions}; {@code Movement} copies.
 *   <li>{@code Reductions}, {@code Contractions} with {@code Convolutions}, {@code Pooling} and
 *       {@code Indexing} state the numeric contract of their families and obey it.
 * </ol>
 *
 * <p>Work is cut by size alone, so results do not depend on the number of threads.
 */
package org.fusegrad.run.interp;
