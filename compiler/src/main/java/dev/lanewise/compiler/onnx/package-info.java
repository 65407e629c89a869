/**
 * Reads ONNX models. All that is foreign stays here: names, versions, layouts, gate orders, defaults.
 *
 * <p>{@link dev.lanewise.compiler.onnx.OnnxImporter} walks a model; {@code OnnxScope} knows its names, {@code
 * OnnxInputs} what the options make of its inputs, {@code OnnxTensors} its weights, {@code OnnxFunctions} its own
 * functions. {@code OnnxOps} lists the converters, one class for a family of operators:
 *
 * <ul>
 *   <li>{@code OnnxElementwise}, {@code OnnxActivations}, {@code OnnxReductions}, {@code OnnxSoftmax}, {@code
 *       OnnxNorms}, {@code OnnxLosses}, {@code OnnxRandom}, {@code OnnxTables}, {@code OnnxTypes}: numbers
 *   <li>{@code OnnxMovement}, {@code OnnxSlicing}, {@code OnnxIndexing}, {@code OnnxUnique}, {@code OnnxConstants}:
 *       elements moved, chosen, named
 *   <li>{@code OnnxProducts}, {@code OnnxEinsum}, {@code OnnxDeterminant}, {@code OnnxFourier}: matrices
 *   <li>{@code OnnxConvolutions}, {@code OnnxCausalConv}, {@code OnnxPooling}, {@code OnnxPoolIndices}, {@code
 *       OnnxResize}, {@code OnnxSampledImages}, {@code OnnxRegions}, {@code OnnxRoiPooling}, {@code OnnxPlaces}: images
 *   <li>{@code OnnxRecurrent}, {@code OnnxAttention}, {@code OnnxLinearAttention}, {@code OnnxRotary}: sequences
 *   <li>{@code OnnxControl}, {@code OnnxLoops}, {@code OnnxSequences}: control and lists
 *   <li>{@code OnnxQuantisation}, {@code OnnxIntegerProducts}, {@code OnnxIntegerConvolutions}: quantised numbers
 *   <li>{@code OnnxContrib…}, {@code OnnxMultiHeadAttention}, {@code OnnxGroupQueryAttention}, {@code
 *       OnnxDecoderAttention}, {@code OnnxBlockwiseProducts}, {@code OnnxDynamicLstm}: the domain com.microsoft
 * </ul>
 *
 * <p>A converter reads a node through {@link dev.lanewise.compiler.onnx.OnnxNode} and writes operations, mostly with
 * {@code Formula}. What is not honoured is refused by name.
 */
package dev.lanewise.compiler.onnx;
