/** Gradient checks as tests of JUnit Jupiter, over products of shapes, types, modes, backends. */
package org.fusegrad.gradcheck.junit;
