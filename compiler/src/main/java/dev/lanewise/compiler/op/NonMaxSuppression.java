package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Of boxes that overlap, the one of the highest score. Inputs: boxes [B, n, 4], scores [B, C, n], how many boxes
 * a class may keep (i64), how much of their union boxes may share (f32), and, or absent, what a score must
 * exceed (f32); the last three of one element. Output: rows of batch, class and box, i64 [count, 3].
 *
 * @param centres whether a box is its centre x, y and its width, height; else two corners y, x, y, x
 * @param count learnt
 */
public record NonMaxSuppression(boolean centres, Dim count) implements Op {

    @Override
    public List<Dim> extents() {
        return List.of(count);
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(0, 3);
        in.requireRank(1, 3);
        in.requireEqual(in.dim(0, 0), in.dim(1, 0), "the batch of the boxes");
        in.requireEqual(in.dim(0, 1), in.dim(1, 2), "the number of boxes");
        in.requireEqual(in.dim(0, 2), Dim.of(4), "the last extent of the boxes");
        in.requireType(2, DType.I64);
        for (int i = 0; i < 5; i++) {
            if (i != 2 && in.has(i)) {
                in.requireType(i, DType.F32);
            }
            if (i > 1 && in.has(i)) {
                in.requireEqual(in.type(i).size(), Dim.ONE, "the size of input " + i);
            }
        }
        return List.of(new ValueType(DType.I64, List.of(count, Dim.of(3))));
    }

    @Override
    public double work(Signature in) {
        double boxes = in.dim(0, 1).max();
        return boxes * boxes * in.dim(1, 0).max() * in.dim(1, 1).max();
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal boxes = in.in(0);
        Literal scores = in.in(1);
        long most = in.in(2).longAt(0);
        double overlap = in.in(3).doubleAt(0);
        Literal threshold = in.inOrNull(4);
        int classes = scores.extent(1);
        int n = scores.extent(2);
        List<long[]> rows = new ArrayList<>();
        for (int line = 0; line < scores.extent(0) * classes; line++) {
            int first = line * n;
            int firstBox = line / classes * n;
            List<Integer> kept = new ArrayList<>();
            IntStream.range(0, n)
                    .filter(i -> threshold == null
                            ? !Double.isNaN(scores.doubleAt(first + i))
                            : scores.doubleAt(first + i) > threshold.doubleAt(0))
                    .boxed()
                    .sorted(Comparator.comparingDouble(i -> -scores.doubleAt(first + i)))
                    .forEach(i -> {
                        double[] box = edges(boxes, firstBox + i);
                        boolean free = kept.stream()
                                .noneMatch(k -> shared(box, edges(boxes, firstBox + k)) > overlap);
                        if (free && kept.size() < most) {
                            kept.add(i);
                        }
                    });
            for (int box : kept) {
                rows.add(new long[] {line / classes, line % classes, box});
            }
        }
        return List.of(Literal.of(rows.stream().flatMapToLong(java.util.Arrays::stream).toArray(), rows.size(), 3));
    }

    /** Lower and upper edge along one axis, then along the other. */
    private double[] edges(Literal boxes, int box) {
        double a = boxes.doubleAt(4 * box);
        double b = boxes.doubleAt(4 * box + 1);
        double c = boxes.doubleAt(4 * box + 2);
        double d = boxes.doubleAt(4 * box + 3);
        return centres
                ? new double[] {a - c / 2, a + c / 2, b - d / 2, b + d / 2}
                : new double[] {Math.min(a, c), Math.max(a, c), Math.min(b, d), Math.max(b, d)};
    }

    /** Intersection over union. */
    private static double shared(double[] a, double[] b) {
        double width = Math.min(a[1], b[1]) - Math.max(a[0], b[0]);
        double height = Math.min(a[3], b[3]) - Math.max(a[2], b[2]);
        if (!(width > 0 && height > 0)) {
            return 0;
        }
        double areas = (a[1] - a[0]) * (a[3] - a[2]) + (b[1] - b[0]) * (b[3] - b[2]);
        return width * height / (areas - width * height);
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.NON_MAX_SUPPRESSION).flag(centres);
    }

    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (boolean centres : new boolean[] {false, true}) {
            cases.add(of(centres, 20, OpCase.in(ValueType.of(DType.F32), 0.1, 0.2)));
            cases.add(of(centres, 3, OpCase.absent()));
            cases.add(of(centres, 0, OpCase.absent()));
        }
        return cases;
    }

    private static OpCase of(boolean centres, long most, OpCase.Input threshold) {
        return OpCase.of(
                new NonMaxSuppression(centres, Dim.learnt("count", 6 * Math.min(most, 20))),
                OpCase.in(ValueType.of(DType.F32, 2, 20, 4), 0, 1), OpCase.in(ValueType.of(DType.F32, 2, 3, 20), 0, 1),
                OpCase.in(ValueType.of(DType.I64, 1), most, most + 1), OpCase.in(ValueType.of(DType.F32, 1), 0.2, 0.3),
                threshold);
    }
}
