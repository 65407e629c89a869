package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.Arrays;
import java.util.Map;

/** ONNX's operators whose results are known when their sizes are: windows, filter banks, unit matrices. */
final class OnnxTables {

    /** Elements of the largest table; a model's numbers are not to be trusted with memory. */
    private static final long LARGEST = 1L << 22;

    private OnnxTables() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":HannWindow", node -> window(node, 0.5, 0.5, 0));
        ops.put(":HammingWindow", node -> window(node, 25.0 / 46, 1 - 25.0 / 46, 0));
        ops.put(":BlackmanWindow", node -> window(node, 0.42, 0.5, 0.08));
        ops.put(":MelWeightMatrix", OnnxTables::mel);
        ops.put(":EyeLike", OnnxTables::eye);
    }

    /**
     * {@code a − b · cos(2πi / n) + c · cos(4πi / n)}; a symmetric window has n − 1 for n. Summed in the order of
     * ONNX's reference, so that the height of a window is 1, also of integers.
     */
    private static void window(OnnxNode node, double a, double b, double c) {
        int size = size(node, node.longs(0)[0]);
        double n = node.flag("periodic", true) ? size : size - 1;
        double[] y = new double[size];
        Arrays.setAll(y, i -> {
            double angle = 2 * Math.PI * i / n;
            return c * Math.cos(2 * angle) - b * Math.cos(angle) + a;
        });
        node.out(node.constant(Literal.of(node.dtype("output_datatype", DType.F32), y, size)));
    }

    private static int size(OnnxNode node, long size) {
        if (size < 0 || size > LARGEST) {
            throw node.misfit("a table of " + size + " elements; expected 0 to " + LARGEST);
        }
        return (int) size;
    }

    /** Triangles over the bins of a spectrum, their corners evenly spaced in mel = 2595 · log10(1 + hz / 700). */
    private static void mel(OnnxNode node) {
        node.requireKnown(0, 1, 2, 3, 4);
        int bands = size(node, node.longs(0)[0]);
        long length = size(node, node.longs(1)[0]);
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
        double[] y = new double[size(node, (long) bins * bands)];
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
        if (x.rank() != 2) {
            throw node.misfit("a unit matrix like " + x.type() + "; expected rank 2");
        }
        Formula f = new Formula(node);
        Value rows = f.apply(BinaryFn.ADD, f.counting(x.dim(0), 0, 2), node.integer("k", 0));
        Value on = f.apply(BinaryFn.EQUAL, rows, f.counting(x.dim(1), 1, 2));
        node.out(f.cast(on, node.dtype("dtype", x.type().type())));
    }
}
