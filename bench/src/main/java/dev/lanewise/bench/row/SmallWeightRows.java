package dev.lanewise.bench.row;

import dev.lanewise.bench.row.RecurrentRows.Cell;
import java.util.ArrayList;
import java.util.List;

/**
 * Steps of recurrent layers and products with a vector, their weights in few bits: against ONNX Runtime
 * in f32, and against its own kernels for 8 bits, which round activations too.
 */
final class SmallWeightRows {

    private static final String[] FORMS = {"bf16", "int8", "int8-dynamic", "int4"};

    /** How far answers in these forms, and in 8 bits all through, may be from f32. */
    private static final double[] DIFFERENCES = {0.02, 0.03, 0.08, 0.3};
    private static final double BOTH_ROUNDED = 0.08;

    private static final int[] SIZES = {256, 512};
    private static final double[] LEAST = {3.5, 5};
    private static final int[][] PRODUCTS = {{256, 1024}, {1024, 1024}};

    private SmallWeightRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (int f = 0; f < FORMS.length; f++) {
            String form = FORMS[f];
            double most = DIFFERENCES[f];
            for (Cell cell : Cell.values()) {
                for (int i = 0; i < SIZES.length; i++) {
                    int size = SIZES[i];
                    rows.add(new Row(Suite.WEIGHTS, cell + " step " + form + ", hidden " + size,
                            form.startsWith("int8") ? LEAST[i] : 1, Row.Against.PINNED,
                            () -> RecurrentRows.work(cell, size, 1, 1).weights(form, most)));
                }
            }
            for (int[] kn : PRODUCTS) {
                rows.add(new Row(Suite.WEIGHTS, "matmul " + form + " 1×" + kn[0] + "×" + kn[1], 1,
                        Row.Against.PINNED, () -> MatmulRows.work(1, kn[0], kn[1]).weights(form, most)));
            }
        }
        for (int size : SIZES) {
            rows.add(new Row(Suite.WEIGHTS, "LSTM step int8-dynamic, hidden " + size + ", both int8", 1,
                    Row.Against.PINNED, () -> RecurrentRows.work(Cell.LSTM, size, 1, 1)
                            .weights("int8-dynamic", BOTH_ROUNDED)
                            .rival(lstm(size))));
        }
        for (int[] kn : PRODUCTS) {
            rows.add(new Row(Suite.WEIGHTS, "matmul int8-dynamic 1×" + kn[0] + "×" + kn[1] + ", both int8", 1,
                    Row.Against.PINNED, () -> MatmulRows.work(1, kn[0], kn[1])
                            .weights("int8-dynamic", BOTH_ROUNDED)
                            .rival(product(kn[0], kn[1]))));
        }
        return rows;
    }

    /** Weights [k, n] of 8 bits with a scale for each column. */
    private record Columns(byte[] codes, float[] scales) {

        /** Rounds {@code w}, whose element (p, j) lies at {@code p * kStride + j * nStride}. */
        static Columns of(float[] w, int k, int n, int kStride, int nStride) {
            byte[] codes = new byte[k * n];
            float[] scales = new float[n];
            for (int j = 0; j < n; j++) {
                float largest = 0;
                for (int p = 0; p < k; p++) {
                    largest = Math.max(largest, Math.abs(w[p * kStride + j * nStride]));
                }
                scales[j] = largest / 127;
                for (int p = 0; p < k; p++) {
                    codes[p * n + j] = (byte) Math.rint(w[p * kStride + j * nStride] / scales[j]);
                }
            }
            return new Columns(codes, scales);
        }
    }

    /** ONNX Runtime's LSTM over weights of 8 bits, as its quantiser makes it of {@link RecurrentRows#work}. */
    private static byte[] lstm(int size) {
        int columns = 4 * size;
        Columns w = Columns.of(RecurrentRows.weights(1, Cell.LSTM, size), size, columns, 1, size);
        Columns r = Columns.of(RecurrentRows.weights(2, Cell.LSTM, size), size, columns, 1, size);
        float[] b = Feed.numbers(3, (float) (1 / Math.sqrt(size)), 2 * columns);
        OnnxGraph graph = new OnnxGraph();
        String[] inputs = {
            graph.input("x", 1, 1, size), graph.codes(w.codes, 1, size, columns),
            graph.codes(r.codes, 1, size, columns), graph.weight(b, 1, 2 * columns), "",
            graph.input("h", 1, 1, size), graph.input("c", 1, 1, size), "",
            graph.weight(w.scales, 1, columns), graph.codes(new byte[columns], 1, columns),
            graph.weight(r.scales, 1, columns), graph.codes(new byte[columns], 1, columns)
        };
        graph.named("DynamicQuantizeLSTM", List.of("y", "hn", "cn"), inputs)
                .withInt("hidden_size", size)
                .domain("com.microsoft");
        graph.output("y", 1, 1, 1, size);
        graph.output("hn", 1, 1, size);
        graph.output("cn", 1, 1, size);
        return graph.bytes();
    }

    /** ONNX Runtime's product of a vector, rounded to 8 bits, with weights of 8 bits. */
    private static byte[] product(int k, int n) {
        Columns b = Columns.of(MatmulRows.weights(k, n), k, n, n, 1);
        OnnxGraph graph = new OnnxGraph();
        graph.named("DynamicQuantizeMatMul", List.of("y"), graph.input("a", 1, k), graph.codes(b.codes, k, n),
                        graph.weight(b.scales, n))
                .domain("com.microsoft");
        graph.output("y", 1, n);
        return graph.bytes();
    }
}
