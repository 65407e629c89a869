package dev.lanewise.compiler.onnx;

/** Converts one ONNX operator, in all its versions, into operations of the graph. */
@FunctionalInterface
interface OnnxOp {

    /**
     * Reads inputs and attributes, adds operations, and gives the outputs in order by {@link
     * OnnxNode#out}.
     */
    void convert(OnnxNode node);
}
