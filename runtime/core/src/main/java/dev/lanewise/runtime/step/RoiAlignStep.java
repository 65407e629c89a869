package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.runtime.plan.Chunk;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import java.util.Arrays;

/**
 * Regions of images as small images of one size: x [N, H, W, C], regions [R, 4], the image of each [R], y
 * [R, h, w, C]. A region is divided into h · w bins, a bin sampled at the points of a grid; y is their mean, or
 * the largest of their weighted elements. Sums in f64, channels by chunks.
 *
 * <p>He et al., Mask R-CNN, 2017. A point beyond -1 or the extent is 0; one less far outside is at the edge.
 */
final class RoiAlignStep extends Step {

    /** Points of a bin along an axis: ONNX Runtime's models have up to 4. */
    private static final int MOST_POINTS = 1024;

    private final StepArgs args;
    private final Operand x;
    private final Operand regions;
    private final Operand images;
    private final Operand y;
    private final boolean largest;
    private final int fixedPoints;
    private final boolean atLeastOne;
    private final double scale;
    private final double shift;
    private final Chunk region;
    private final Chunk elements;
    private final Chunk result;
    private final Axis vertical = new Axis();
    private final Axis horizontal = new Axis();

    /** A region along one axis of the image, a bin of it, and a point of that. */
    private static final class Axis {
        double start;
        double bin;
        /** Points of a bin; a hostile region has any number. */
        double points;

        private int n;
        private double first;
        private double step;
        /** The points of the bin that may lie inside the image: {@code [from, to)}. */
        long from;
        long to;
        /** The elements around the point, and the weight of the second. */
        int low;
        int high;
        double weight;

        /** Chooses a bin over an axis of n elements: with many points, only those inside are to be visited. */
        void enter(int number, int n) {
            this.n = n;
            first = start + number * bin;
            step = bin / points;
            boolean many = points > MOST_POINTS;
            from = (long) (many ? Math.min(points, Math.max(0, Math.floor((-1 - first) / step) - 1)) : 0);
            to = (long) (many ? Math.min(points, Math.max(0, Math.ceil((n - first) / step) + 1)) : points);
        }

        /** Chooses a point; false where it lies outside. */
        boolean visit(long point) {
            double at = first + (point + 0.5) * step;
            if (!(at >= -1 && at <= n) || n == 0) {
                return false;
            }
            double clamped = Math.max(0, Math.min(n - 1, at));
            low = (int) clamped;
            high = Math.min(n - 1, low + 1);
            weight = clamped - low;
            return true;
        }
    }

    RoiAlignStep(StepArgs args) {
        this.args = args;
        x = args.in(0);
        regions = args.in(1);
        images = args.requireIndices(args.in(2));
        y = args.out(0);
        args.requireSameType(x, regions);
        args.requireSameType(x, y);
        args.requireRank(x, 4);
        args.requireRank(regions, 2);
        args.requireRank(images, 1);
        args.requireRank(y, 4);
        if (!x.type.isFloating()) {
            throw args.bad("inputs", "no mean of " + x.type);
        }
        largest = args.flag(0);
        fixedPoints = args.integer(1, 0, MOST_POINTS);
        atLeastOne = args.flag(2);
        scale = args.number(0);
        shift = args.number(1);
        region = args.memory().chunk(0);
        elements = args.memory().chunk(1);
        result = args.memory().chunk(2);
    }

    @Override
    public void reshape() {
        args.requireExtent(regions, 0, y.shape[0]);
        args.requireExtent(regions, 1, 4);
        args.requireExtent(images, 0, y.shape[0]);
        args.requireExtent(x, 3, y.shape[3]);
    }

    @Override
    public void run() {
        for (int r = 0; r < y.shape[0]; r++) {
            long image = images.type == DType.I64
                    ? images.buffer.longs[images.offset + r]
                    : images.buffer.ints[images.offset + r];
            if (image < 0 || image >= x.shape[0]) {
                throw new ShapeException(args.describe() + ": region " + r + " is of image " + image + ", of "
                        + x.shape[0]);
            }
            region.loadDoubles(regions, 4 * r, 1, 4);
            divide(horizontal, region.doubles[0], region.doubles[2], y.shape[2]);
            divide(vertical, region.doubles[1], region.doubles[3], y.shape[1]);
            for (int h = 0; h < y.shape[1]; h++) {
                vertical.enter(h, x.shape[1]);
                for (int w = 0; w < y.shape[2]; w++) {
                    horizontal.enter(w, x.shape[2]);
                    bin((int) image, ((r * y.shape[1] + h) * y.shape[2] + w) * x.shape[3]);
                }
            }
        }
    }

    /** Lengths are rounded to x's type: how many points a bin has depends on the last bit. */
    private void divide(Axis axis, double from, double to, int bins) {
        axis.start = rounded(rounded(from * scale) - shift);
        double length = rounded(rounded(rounded(to * scale) - shift) - axis.start);
        if (atLeastOne) {
            length = Math.max(length, 1);
        }
        axis.bin = rounded(length / bins);
        axis.points = fixedPoints > 0 ? fixedPoints : Math.max(0, Math.ceil(axis.bin));
    }

    private double rounded(double value) {
        return x.type == DType.F64 ? value : (float) value;
    }

    private void bin(int image, int to) {
        int channels = x.shape[3];
        double points = vertical.points * horizontal.points;
        for (int c = 0; c < channels; c += Chunk.SIZE) {
            int n = Math.min(Chunk.SIZE, channels - c);
            Arrays.fill(result.doubles, 0, n, largest ? Double.NEGATIVE_INFINITY : 0);
            long inside = 0;
            for (long i = vertical.from; i < vertical.to; i++) {
                if (!vertical.visit(i)) {
                    continue;
                }
                for (long j = horizontal.from; j < horizontal.to; j++) {
                    if (horizontal.visit(j)) {
                        point(image, c, n);
                        inside++;
                    }
                }
            }
            for (int k = 0; k < n; k++) {
                double value = result.doubles[k];
                // points outside are zeros
                result.doubles[k] = !largest ? value / Math.max(1, points) : inside < points || inside == 0
                        ? Math.max(value, 0)
                        : value;
            }
            result.storeDoubles(y, to + c, 1, n);
        }
    }

    private void point(int image, int c, int n) {
        double below = 1 - vertical.weight;
        double left = 1 - horizontal.weight;
        take(image, vertical.low, horizontal.low, c, n, below * left);
        take(image, vertical.low, horizontal.high, c, n, below * horizontal.weight);
        take(image, vertical.high, horizontal.low, c, n, vertical.weight * left);
        take(image, vertical.high, horizontal.high, c, n, vertical.weight * horizontal.weight);
    }

    private void take(int image, int row, int column, int c, int n, double weight) {
        elements.loadDoubles(x, ((image * x.shape[1] + row) * x.shape[2] + column) * x.shape[3] + c, 1, n);
        double[] from = elements.doubles;
        double[] into = result.doubles;
        if (largest) {
            for (int k = 0; k < n; k++) {
                into[k] = Math.max(into[k], weight * from[k]);
            }
        } else {
            for (int k = 0; k < n; k++) {
                into[k] += weight * from[k];
            }
        }
    }
}
