package dev.lanewise.compiler.export;

import java.util.List;

/**
 * What exporting gives.
 *
 * @param bytes an ONNX file
 * @param opset the version of ONNX's operators that it needs
 * @param notes what people should know: which inputs and outputs are states, what cannot come out the same
 */
public record Exported(byte[] bytes, int opset, List<String> notes) {}
