/**
 * Streaming: a graph over whole sequences becomes one over chunks, with what it needs of the past carried
 * as state. {@link dev.lanewise.compiler.stream.Streaming} is the entrance.
 *
 * <p>The one idea: how many frames of a value exist is a function of how many frames of the input have
 * come, its {@link dev.lanewise.compiler.stream.Emission}. A {@link dev.lanewise.compiler.stream.Timeline}
 * makes this call's extents of it, from the stream's position, which is carried; rules, one for each
 * family of operations, say what an operation does to emissions and which frames of the past it needs.
 */
package dev.lanewise.compiler.stream;
