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
            rows.add(new Row(Suite.MATMUL, name, size.least, Row.Against.BEST, () -> work(size)));
        }
        return rows;
    }

    private static Work work(Size size) {
        float[] b = Feed.numbers(1, 1, size.k, size.n);
        Feed a = Feed.random("a", size.m, size.k);
        OnnxGraph graph = new OnnxGraph();
        graph.named("MatMul", List.of("y"), graph.input("a", size.m, size.k), graph.weight(b, size.k, size.n));
        graph.output("y", size.m, size.n);
        return Work.of(graph, List.of(a), manager -> {
            NDArray x = Torch.array(manager, (float[]) a.values(), size.m, size.k);
            NDArray w = Torch.array(manager, b, size.k, size.n);
            return () -> new NDList(x.matMul(w));
        });
    }
}
