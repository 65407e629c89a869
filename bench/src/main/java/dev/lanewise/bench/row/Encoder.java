package dev.lanewise.bench.row;

import java.util.function.IntFunction;

/** The pieces of a Transformer encoder in ONNX's primitive operators, as exporters write them. Batch 1. */
final class Encoder {

    private static final float EPSILON = 1e-5f;

    private Encoder() {}

    /** Self-attention over {@code x[1, length, width]} with projections 0 to 3 of [width, width]. */
    static String attention(OnnxGraph graph, String x, int length, int heads, IntFunction<float[]> projections) {
        float[] output = projections.apply(3);
        int width = (int) Math.sqrt(output.length);
        String q = heads(graph, x, projections.apply(0), length, heads);
        String k = heads(graph, x, projections.apply(1), length, heads);
        String v = heads(graph, x, projections.apply(2), length, heads);
        return attend(graph, q, k, v, length, width, width / heads, output);
    }

    /** x[1, length, width] times a projection, as [1, heads, length, head size]. */
    static String heads(OnnxGraph graph, String x, float[] projection, int length, int heads) {
        int width = (int) Math.sqrt(projection.length);
        String product = graph.node("MatMul", x, graph.weight(projection, width, width));
        String split = graph.node("Reshape", product, graph.longs(1, length, heads, width / heads));
        String result = graph.node("Transpose", split);
        graph.with("perm", 0, 2, 1, 3);
        return result;
    }

    /** Rows of {@code more} after those of {@code past}, both [1, heads, rows, head size]. */
    static String append(OnnxGraph graph, String past, String more) {
        String all = graph.node("Concat", past, more);
        graph.withInt("axis", 2);
        return all;
    }

    /** softmax(q kᵀ / √head) v, heads joined and projected: [1, length, width]. */
    static String attend(
            OnnxGraph graph, String q, String k, String v, int length, int width, int head, float[] projection) {
        String turned = graph.node("Transpose", k);
        graph.with("perm", 0, 1, 3, 2);
        String scores = graph.node("MatMul", q, turned);
        String scaled = graph.node("Mul", scores, graph.weight(new float[] {(float) (1 / Math.sqrt(head))}));
        String weights = graph.node("Softmax", scaled);
        graph.withInt("axis", -1);
        String mixed = graph.node("Transpose", graph.node("MatMul", weights, v));
        graph.with("perm", 0, 2, 1, 3);
        String joined = graph.node("Reshape", mixed, graph.longs(1, length, width));
        return graph.node("MatMul", joined, graph.weight(projection, width, width));
    }

    /** A layer with normalisation first, and GELU between two products of four times the width. */
    static String layer(OnnxGraph graph, String x, int length, int width, int heads, int seed) {
        float range = (float) Math.sqrt(3.0 / width);
        String attended = attention(
                graph, norm(graph, x, width), length, heads, i -> Feed.numbers(seed + i, range, width, width));
        String middle = graph.node("Add", x, attended);
        String wide = dense(graph, norm(graph, middle, width), width, 4 * width, seed + 4);
        String half = graph.node("Mul", wide, graph.weight(new float[] {(float) Math.sqrt(0.5)}));
        String bell = graph.node("Add", graph.node("Erf", half), graph.weight(new float[] {1}));
        String gelu = graph.node("Mul", graph.node("Mul", wide, bell), graph.weight(new float[] {0.5f}));
        return graph.node("Add", middle, dense(graph, gelu, 4 * width, width, seed + 6));
    }

    private static String norm(OnnxGraph graph, String x, int width) {
        float[] ones = new float[width];
        java.util.Arrays.fill(ones, 1);
        String result = graph.node("LayerNormalization", x, graph.weight(ones, width),
                graph.weight(new float[width], width));
        graph.withInt("axis", -1).withFloat("epsilon", EPSILON);
        return result;
    }

    private static String dense(OnnxGraph graph, String x, int in, int out, int seed) {
        float range = (float) Math.sqrt(3.0 / in);
        String product = graph.node("MatMul", x, graph.weight(Feed.numbers(seed, range, in, out), in, out));
        return graph.node("Add", product, graph.weight(Feed.numbers(seed + 1, 0.1f, out), out));
    }
}
