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
import java.util.List;

/**
 * Regions of images as images of one size: x [N, H, W, C], regions [R, 4] (corners x, y, x, y) and the image of
 * each, [R], give [R, height, width, C]. A region has height · width bins, a bin the mean of samples at the
 * points of a grid (He et al., Mask R-CNN, 2017).
 *
 * @param largest the largest weighted element around any point, instead of the mean: what ONNX's cases call the
 *     maximum
 * @param points of a bin along an axis; 0 for the length of the bin, rounded up
 * @param scale what regions are multiplied by
 * @param halfPixel whether a region's coordinates are of edges of elements, not of centres; otherwise it is at
 *     least 1 long
 */
public record RoiAlign(int height, int width, boolean largest, int points, float scale, boolean halfPixel)
        implements Op {

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(0, 4);
        in.requireRank(1, 2);
        in.requireRank(2, 1);
        in.requireFloating(0);
        in.requireSameType(0, 1);
        Indices.require(in, 2);
        in.requireEqual(in.dim(1, 1), Dim.of(4), "the last extent of the regions");
        in.requireEqual(in.dim(2, 0), in.dim(1, 0), "the number of images of regions");
        return List.of(new ValueType(
                in.dtype(0), List.of(in.dim(1, 0), Dim.of(height), Dim.of(width), in.dim(0, 3))));
    }

    /** Where a bin's points are as many as its length, no bound: the reference visits every point of any region. */
    @Override
    public double work(Signature in) {
        return points > 0 ? infer(in).get(0).size().max() * points * points : Double.POSITIVE_INFINITY;
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(0);
        Literal regions = in.in(1);
        int channels = x.extent(3);
        int[] shape = in.outputShape(0);
        double[] y = new double[Literal.size(shape)];
        for (int r = 0; r < shape[0]; r++) {
            int image = Math.toIntExact(in.in(2).longAt(r));
            java.util.Objects.checkIndex(image, x.extent(0));
            double[] columns = divided(regions.doubleAt(4 * r), regions.doubleAt(4 * r + 2), width);
            double[] rows = divided(regions.doubleAt(4 * r + 1), regions.doubleAt(4 * r + 3), height);
            for (int i = 0; i < height * width * channels; i++) {
                y[r * height * width * channels + i] = bin(x, image, i % channels,
                        samples(rows, i / channels / width), samples(columns, i / channels % width));
            }
        }
        return List.of(Literal.of(x.type(), y, shape));
    }

    /** The start of a region along an axis, and the length of its bins. */
    private double[] divided(double from, double to, int bins) {
        double start = from * scale - (halfPixel ? 0.5 : 0);
        double length = to * scale - (halfPixel ? 0.5 : 0) - start;
        return new double[] {start, (halfPixel ? length : Math.max(length, 1)) / bins};
    }

    private double[] samples(double[] divided, int bin) {
        int count = points > 0 ? points : Math.max(0, (int) Math.ceil(divided[1]));
        double[] samples = new double[count];
        for (int i = 0; i < count; i++) {
            samples[i] = divided[0] + (bin + (i + 0.5) / count) * divided[1];
        }
        return samples;
    }

    private double bin(Literal x, int image, int channel, double[] rows, double[] columns) {
        double sum = 0;
        double max = rows.length * columns.length == 0 ? 0 : Double.NEGATIVE_INFINITY;
        for (double row : rows) {
            for (double column : columns) {
                if (row < -1 || row > x.extent(1) || column < -1 || column > x.extent(2)) {
                    max = Math.max(max, 0);
                    continue;
                }
                double v = Math.max(0, Math.min(x.extent(1) - 1, row));
                double h = Math.max(0, Math.min(x.extent(2) - 1, column));
                for (int corner = 0; corner < 4; corner++) {
                    int i = Math.min(x.extent(1) - 1, (int) v + corner / 2);
                    int j = Math.min(x.extent(2) - 1, (int) h + corner % 2);
                    double weight = (corner / 2 == 0 ? 1 - v % 1 : v % 1) * (corner % 2 == 0 ? 1 - h % 1 : h % 1);
                    int at = ((image * x.extent(1) + i) * x.extent(2) + j) * x.extent(3) + channel;
                    sum += weight * x.doubleAt(at);
                    max = Math.max(max, weight * x.doubleAt(at));
                }
            }
        }
        return largest ? max : sum / Math.max(1, rows.length * columns.length);
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.step(StepKind.ROI_ALIGN).flag(largest).ints(points).flag(!halfPixel)
                .floats(scale, halfPixel ? 0.5f : 0);
    }

    static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (boolean largest : new boolean[] {false, true}) {
            for (int points : new int[] {0, 2}) {
                for (boolean halfPixel : new boolean[] {false, true}) {
                    cases.add(OpCase.of(
                            new RoiAlign(3, 2, largest, points, 0.5f, halfPixel), OpCase.in(2, 9, 7, 5),
                            OpCase.in(ValueType.of(DType.F32, 4, 4), -3, 19),
                            OpCase.in(ValueType.of(DType.I64, 4), 0, 2)));
                }
            }
        }
        cases.add(OpCase.of(
                new RoiAlign(2, 2, false, 0, 1, true), OpCase.in(ValueType.of(DType.F64, 1, 6, 6, 300), -1, 1),
                OpCase.in(ValueType.of(DType.F64, 3, 4), 0, 6), OpCase.in(ValueType.of(DType.I32, 3), 0, 1)));
        return cases;
    }
}
