/**
 * From kernel graphs to compiled kernels. A graph passes through the packages in this order: {@code
 * loop} (arrays, steps and how sums accumulate), {@code emit} (Java source by JavaPoet, scalar or
 * vector lanes), {@code load} (a class exported before, or a new one), {@code compile} (Janino or
 * the JDK's compiler), {@code cache}; {@code drive} runs the result over its domain, and {@code
 * simd} says whether this JVM has vectors. {@code export} writes the sources out. No class here
 * knows a layer.
 */
package org.fusegrad.codegen;
