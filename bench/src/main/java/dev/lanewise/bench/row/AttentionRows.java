package dev.lanewise.bench.row;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** Multi-head attention with its four projections; width 256, 8 heads. */
final class AttentionRows {

    private static final int WIDTH = 256;
    private static final int HEADS = 8;
    private static final int HEAD = WIDTH / HEADS;

    private AttentionRows() {}

    static List<Row> all() {
        return List.of(
                new Row(Suite.ATTENTION, "attention d=256, 8 heads, T=128", 1, Row.Against.BEST, () -> self(128)),
                new Row(Suite.ATTENTION, "attention d=256, 8 heads, T=512", 1.2, Row.Against.BEST, () -> self(512)),
                new Row(Suite.ATTENTION, "decode step, cache of 512", 2, Row.Against.BEST, () -> decode(512)));
    }

    private static float[] projection(int seed) {
        return Feed.numbers(seed, (float) Math.sqrt(3.0 / WIDTH), WIDTH, WIDTH);
    }

    /** x[1, length, 256], attending to itself. */
    private static ModelWork self(int length) {
        OnnxGraph graph = new OnnxGraph();
        String x = graph.input("x", 1, length, WIDTH);
        String y = Encoder.attention(graph, x, length, HEADS, AttentionRows::projection);
        graph.named("Identity", List.of("y"), y);
        graph.output("y", 1, length, WIDTH);
        Feed feed = Feed.random("x", 1, length, WIDTH);
        return ModelWork.of(graph, List.of(feed), manager -> {
            NDArray input = Torch.array(manager, (float[]) feed.values(), 1, length, WIDTH);
            NDArray[] w = projections(manager);
            return () -> {
                try (var scope = manager.newSubManager()) {
                    NDArray inside = input.duplicate();
                    inside.attach(scope);
                    NDArray q = heads(inside.matMul(w[0]), length);
                    NDArray k = heads(inside.matMul(w[1]), length);
                    NDArray v = heads(inside.matMul(w[2]), length);
                    NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)).mul(1 / Math.sqrt(HEAD)).softmax(-1);
                    NDArray result = scores.matMul(v).transpose(0, 2, 1, 3).reshape(1, length, WIDTH).matMul(w[3]);
                    result.attach(manager);
                    return new NDList(result);
                }
            };
        });
    }

    private static NDArray[] projections(NDManager manager) {
        NDArray[] projections = new NDArray[4];
        for (int i = 0; i < projections.length; i++) {
            projections[i] = Torch.array(manager, projection(i), WIDTH, WIDTH);
        }
        return projections;
    }

    private static NDArray heads(NDArray array, int length) {
        return array.reshape(1, length, HEADS, HEAD).transpose(0, 2, 1, 3);
    }

    /** One new row x[1, 1, 256] against keys and values of 512 rows, of which 511 are given. */
    private static ModelWork decode(int length) {
        OnnxGraph graph = new OnnxGraph();
        String x = graph.input("x", 1, 1, WIDTH);
        String pastKeys = graph.input("k", 1, HEADS, length - 1, HEAD);
        String pastValues = graph.input("v", 1, HEADS, length - 1, HEAD);
        String q = Encoder.heads(graph, x, projection(0), 1, HEADS);
        String k = Encoder.append(graph, pastKeys, Encoder.heads(graph, x, projection(1), 1, HEADS));
        String v = Encoder.append(graph, pastValues, Encoder.heads(graph, x, projection(2), 1, HEADS));
        String y = Encoder.attend(graph, q, k, v, 1, WIDTH, HEAD, projection(3));
        graph.named("Identity", List.of("y"), y);
        graph.output("y", 1, 1, WIDTH);
        List<Feed> feeds = List.of(
                Feed.random("x", 1, 1, WIDTH),
                Feed.random("k", 1, HEADS, length - 1, HEAD),
                Feed.random("v", 1, HEADS, length - 1, HEAD));
        return ModelWork.of(graph, feeds, manager -> {
            NDArray input = Torch.array(manager, (float[]) feeds.get(0).values(), 1, 1, WIDTH);
            NDArray keys = Torch.array(manager, (float[]) feeds.get(1).values(), 1, HEADS, length - 1, HEAD);
            NDArray values = Torch.array(manager, (float[]) feeds.get(2).values(), 1, HEADS, length - 1, HEAD);
            NDArray[] w = projections(manager);
            return () -> {
                try (var scope = manager.newSubManager()) {
                    NDArray inside = input.duplicate();
                    inside.attach(scope);
                    NDArray k1 = heads(inside.matMul(w[1]), 1).concat(keys, 2);
                    NDArray v1 = heads(inside.matMul(w[2]), 1).concat(values, 2);
                    NDArray scores = heads(inside.matMul(w[0]), 1)
                            .matMul(k1.transpose(0, 1, 3, 2))
                            .mul(1 / Math.sqrt(HEAD))
                            .softmax(-1);
                    NDArray result = scores.matMul(v1).transpose(0, 2, 1, 3).reshape(1, 1, WIDTH).matMul(w[3]);
                    result.attach(manager);
                    return new NDList(result);
                }
            };
        });
    }
}
