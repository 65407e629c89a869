/** ONNX Runtime beside the compiled plan, node by node. */
package dev.lanewise.bench.diff;
