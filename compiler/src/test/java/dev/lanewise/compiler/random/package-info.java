/**
 * Random graphs: {@link dev.lanewise.compiler.random.Growth} grows an ONNX model from a seed, operator by operator from
 * the list in {@link dev.lanewise.compiler.random.Families}; {@link dev.lanewise.compiler.random.Trial} runs it in
 * Lanewise, in ONNX Runtime and in double precision; {@link dev.lanewise.compiler.random.Shrinker} makes one that fails
 * small.
 */
package dev.lanewise.compiler.random;
