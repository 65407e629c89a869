/**
 * Networks as the compiler sees them: values and nodes, immutable, with extents that may be symbols.
 *
 * <p>Read {@link dev.lanewise.compiler.graph.Graph} and {@link dev.lanewise.compiler.graph.Op} first; a {@link
 * dev.lanewise.compiler.graph.GraphBuilder} makes graphs. {@link dev.lanewise.compiler.graph.Dim} is all there is
 * to know about extents, {@link dev.lanewise.compiler.graph.Literal} about values that are known.
 */
package dev.lanewise.compiler.graph;
