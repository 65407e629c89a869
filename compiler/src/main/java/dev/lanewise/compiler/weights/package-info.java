/**
 * Weights in few bits: which are stored in which form ({@link dev.lanewise.compiler.weights.WeightRule}),
 * how they are rounded ({@link dev.lanewise.compiler.weights.Rounding}), and what that costs in accuracy.
 * {@code dev.lanewise.compiler.pass.SmallWeights} applies it to a graph.
 */
package dev.lanewise.compiler.weights;
