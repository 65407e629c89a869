/**
 * From a model file back to ONNX: {@link dev.lanewise.compiler.export.OnnxExporter} walks the steps of a program, and
 * one class for each family of steps says which ONNX nodes compute the same, as {@code compiler/onnx} says the
 * reverse. Nodes are drafted first ({@code GraphDraft}), without names; what nobody uses is then left out, and names
 * are given to the rest.
 */
package dev.lanewise.compiler.export;
