package dev.lanewise.bench.row;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;

/** Products of an input with weights; named m×k×n as in BLAS. */
final class MatmulRows {

    private record Size(int m, int k, int n, double least) {}

    private static final List<Size> SIZES = List.of(
            new Size(256, 256, 256, 1),
            new Size(512, 512, 512, 1),
            new Size(1024, 1024, 1024, 1),
            new Size(128, 256, 1024, 1),
            new Size(16, 256, 1024, 1),
            new Size(256, 64, 64, 1),
            new Size(1, 256, 1024, 1.5),
            new Size(1, 1024, 1024, 1.05));

    private MatmulRows() {}

    static List<Row> all() {
        List<Row> rows = new ArrayList<>();
        for (Size size : SIZES) {
            String name = "matmul " + size.m + "×" + size.k + "×" + size.n;
            rows.add(new Row(Suite.MATMUL, name, size.least, Row.Against.BEST, () -> work(size.m, size.k, size.n)));
        }
        return rows;
    }

    /** The right-hand side, [k, n]. */
    static float[] weights(int k, int n) {
        return Feed.numbers(1, 1, k, n);
    }

    static ModelWork work(int m, int k, int n) {
        float[] b = weights(k, n);
        Feed a = Feed.random("a", m, k);
        OnnxGraph graph = new OnnxGraph();
        graph.named("MatMul", List.of("y"), graph.input("a", m, k), graph.weight(b, k, n));
        graph.output("y", m, n);
        return ModelWork.of(graph, List.of(a), manager -> {
            NDArray x = Torch.array(manager, (float[]) a.values(), m, k);
            NDArray w = Torch.array(manager, b, k, n);
            return () -> new NDList(x.matMul(w));
        });
    }
}
