package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import java.util.Arrays;
import java.util.Map;

/** ONNX's operators whose results are known when their sizes are: windows, filter banks, unit matrices. */
final class OnnxTables {

    private OnnxTables() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":HannWindow", node -> window(node, 0.5, 0.5, 0));
        ops.put(":HammingWindow", node -> window(node, 25.0 / 46, 21.0 / 46, 0));
        ops.put(":BlackmanWindow", node -> window(node, 0.42, 0.5, 0.08));
        ops.put(":MelWeightMatrix", OnnxTables::mel);
        ops.put(":EyeLike", OnnxTables::eye);
    }

    /** {@code a − b · cos(2πi / n) + c · cos(4πi / n)}; a symmetric window has n − 1 for n. */
    private static void window(OnnxNode node, double a, double b, double c) {
        int size = Math.toIntExact(node.longs(0)[0]);
        double n = node.flag("periodic", true) ? size : size - 1;
        double[] y = new double[size];
        Arrays.setAll(y, i -> {
            double angle = 2 * Math.PI * i / n;
            return a - b * Math.cos(angle) + c * Math.cos(2 * angle);
        });
        node.out(node.constant(Literal.of(node.dtype("output_datatype", DType.F32), y, size)));
    }

    /** Triangles over the bins of a spectrum, their corners evenly spaced in mel = 2595 · log10(1 + hz / 700). */
    private static void mel(OnnxNode node) {
        node.requireKnown(0, 1, 2, 3, 4);
        int bands = Math.toIntExact(node.longs(0)[0]);
        long length = node.longs(1)[0];
        double rate = node.literal(2).doubleAt(0);
        double low = mel(node.literal(3).doubleAt(0));
        double high = mel(node.literal(4).doubleAt(0));
        int bins = Math.toIntExact(length / 2 + 1);
        int[] corners = new int[bands + 2];
        double step = (high - low) / corners.length;
        for (int i = 0; i < corners.length; i++) {
            double hertz = 700 * (Math.pow(10, (i * step + low) / 2595) - 1);
            corners[i] = (int) Math.floor((length + 1) * hertz / rate);
        }
        double[] y = new double[bins * bands];
        for (int band = 0; band < bands; band++) {
            int left = corners[band];
            int centre = corners[band + 1];
            int right = corners[band + 2];
            for (int bin = left; bin <= centre; bin++) {
                y[bin * bands + band] = centre == left ? 1 : (double) (bin - left) / (centre - left);
            }
            for (int bin = centre; bin < right && right > centre; bin++) {
                y[bin * bands + band] = (double) (right - bin) / (right - centre);
            }
        }
        node.out(node.constant(Literal.of(node.dtype("output_datatype", DType.F32), y, bins, bands)));
    }

    private static double mel(double hertz) {
        return 2595 * Math.log10(1 + hertz / 700);
    }

    /** Ones on the diagonal that lies {@code k} columns to the right of the main one. */
    private static void eye(OnnxNode node) {
        Value x = node.in(0);
        if (x.rank() != 2 || !x.type().isStatic()) {
            throw node.unsupported("a unit matrix like " + x.type() + "; its extents must be numbers");
        }
        int[] shape = x.type().extents();
        long k = node.integer("k", 0);
        double[] y = new double[Literal.size(shape)];
        for (int row = 0; row < shape[0]; row++) {
            if (row + k >= 0 && row + k < shape[1]) {
                y[row * shape[1] + (int) (row + k)] = 1;
            }
        }
        node.out(node.constant(Literal.of(node.dtype("dtype", x.type().type()), y, shape)));
    }
}
