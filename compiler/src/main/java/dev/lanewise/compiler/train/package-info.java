/**
 * Training as a second program: {@link dev.lanewise.compiler.train.Differentiate} walks a graph
 * backwards and adds each operation's own gradient rule as ordinary nodes, so that a training step has
 * the same passes, planner, loader and kernels as inference.
 */
package dev.lanewise.compiler.train;
