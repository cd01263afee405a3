package org.fusegrad.codegen.ir;

import java.util.List;
import org.fusegrad.graph.Node;

/**
 * A generated method.
 *
 * @param name of the method
 * @param listing values it computes, for the comment above it
 * @param body its statements
 */
public record Method(String name, List<Node> listing, List<Stmt> body) {}
