package dev.lanewise.runtime.step;

import dev.lanewise.formats.ShapeException;
import java.util.Arrays;

/**
 * One axis of RESIZE: for each place of the result, which elements of the source it is made of, and with
 * what weights. Computed in double as the ONNX reference does; elements beyond the border are the
 * border's, their weights added up; weights of zero at either end are dropped, so that what lies there
 * is not read.
 */
final class ResizeAxis {

    /** In the order of the file's numbers, as are the others. */
    enum Mode {
        NEAREST,
        LINEAR,
        CUBIC
    }

    enum Coordinates {
        HALF_PIXEL,
        PYTORCH_HALF_PIXEL,
        ALIGN_CORNERS,
        ASYMMETRIC,
        TF_CROP_AND_RESIZE,
        HALF_PIXEL_SYMMETRIC
    }

    enum Nearest {
        ROUND_PREFER_FLOOR,
        ROUND_PREFER_CEIL,
        FLOOR,
        CEIL
    }

    /** What all axes share. */
    record Rule(
            Mode mode, Coordinates coordinates, Nearest nearest, boolean excludeOutside, boolean antialias,
            double cubicA) {}

    /** Longest axis that can change: its table takes some 20 bytes for each element. */
    private static final int LONGEST = 1 << 24;

    private final Rule rule;
    private final double givenScale;
    private final double roiBegin;
    private final double roiEnd;

    private int from;
    private int to;
    private double scale;

    /** [to] first source element. */
    int[] first = new int[0];
    /** [to + 1] where the weights of a place begin in {@link #weights}; their number is that of elements. */
    int[] begin = new int[1];
    double[] weights = new double[0];
    float[] floatWeights = new float[0];
    /** [to] whether the place lies outside the source and takes the extrapolation value. */
    boolean[] outside = new boolean[0];
    boolean anyOutside;
    /** Whether the axis stays as it is. */
    boolean identity;

    /**
     * @param scale 0 where it is the quotient of the extents
     */
    ResizeAxis(Rule rule, double scale, double roiBegin, double roiEnd) {
        this.rule = rule;
        this.givenScale = scale;
        this.roiBegin = roiBegin;
        this.roiEnd = roiEnd;
    }

    /**
     * Computes the table.
     *
     * @throws ShapeException where the scale has nothing to do with the extents
     */
    void prepare(int from, int to) {
        this.from = from;
        this.to = to;
        scale = givenScale != 0 ? givenScale : (double) to / from;
        if (from == 0 || Math.abs(to - from * scale) > 1) {
            throw new ShapeException("RESIZE: " + from + " elements do not become " + to + " by a scale of " + scale);
        }
        anyOutside = false;
        identity = from == to && scale == 1 && rule.coordinates != Coordinates.TF_CROP_AND_RESIZE;
        if (identity) {
            return;
        }
        if (Math.max(from, to) > LONGEST) {
            throw new ShapeException("RESIZE: an axis of more than " + LONGEST + " elements");
        }
        if (first.length < to) {
            first = new int[to];
            begin = new int[to + 1];
            outside = new boolean[to];
        }
        identity = from == to;
        int used = 0;
        for (int j = 0; j < to; j++) {
            begin[j] = used;
            double x = source(j);
            outside[j] = rule.coordinates == Coordinates.TF_CROP_AND_RESIZE && !(x >= 0 && x <= from - 1);
            anyOutside |= outside[j];
            used += outside[j] ? single(j, 0, used) : taps(j, x, used);
            identity &= !outside[j] && used == begin[j] + 1 && first[j] == j && weights[begin[j]] == 1;
        }
        begin[to] = used;
        if (floatWeights.length < used) {
            floatWeights = new float[weights.length];
        }
        for (int i = 0; i < used; i++) {
            floatWeights[i] = (float) weights[i];
        }
    }

    private double source(int j) {
        double length = scale * from;
        return switch (rule.coordinates) {
            case HALF_PIXEL -> (j + 0.5) / scale - 0.5;
            case PYTORCH_HALF_PIXEL -> length == 1 ? -0.5 : (j + 0.5) / scale - 0.5;
            case ALIGN_CORNERS -> length == 1 ? 0 : j * (double) (from - 1) / (length - 1);
            case ASYMMETRIC -> j / scale;
            case TF_CROP_AND_RESIZE -> roiBegin * (from - 1) + (length == 1
                    ? (roiEnd - roiBegin) * (from - 1) / 2
                    : j * (roiEnd - roiBegin) * (from - 1) / (length - 1));
            case HALF_PIXEL_SYMMETRIC -> from / 2.0 * (1 - to / length) + (j + 0.5) / scale - 0.5;
        };
    }

    private int single(int j, int element, int at) {
        room(at + 1);
        first[j] = Math.max(0, Math.min(from - 1, element));
        weights[at] = 1;
        return 1;
    }

    private int taps(int j, double x, int at) {
        // far outside all is border; near enough that sums of ints cannot overflow
        double near = Double.isNaN(x) ? 0 : Math.max(-2.0 * from - 4, Math.min(3.0 * from + 4, x));
        int base = (int) Math.floor(near);
        double ratio = near - base;
        if (rule.mode == Mode.NEAREST) {
            boolean up = ratio != 0 && switch (rule.nearest) {
                case ROUND_PREFER_FLOOR -> ratio > 0.5;
                case ROUND_PREFER_CEIL -> ratio >= 0.5;
                case FLOOR -> false;
                case CEIL -> true;
            };
            return single(j, up ? base + 1 : base, at);
        }
        int radius = rule.mode == Mode.LINEAR ? 1 : 2;
        double squeeze = rule.antialias ? Math.min(scale, 1) : 1;
        double reach = radius / squeeze;
        if (reach > 2.0 * from + 8) { // an element for each place, at least, makes it less
            throw new ShapeException("RESIZE: a scale of " + scale + " for " + from + " elements");
        }
        int low = base + (int) Math.floor(-reach) + 1;
        int high = base - (int) Math.floor(-reach);
        int lowest = clamp(low);
        int count = clamp(high) - lowest + 1;
        room(at + count);
        Arrays.fill(weights, at, at + count, 0);
        double sum = 0;
        for (int i = low; i <= high; i++) {
            if (rule.excludeOutside && (i < 0 || i >= from)) {
                continue;
            }
            double weight = weight((i - base - ratio) * squeeze);
            weights[at + clamp(i) - lowest] += weight;
            sum += weight;
        }
        if (rule.antialias || rule.excludeOutside) {
            for (int i = 0; i < count; i++) {
                weights[at + i] /= sum;
            }
        }
        return trim(j, lowest, at, count);
    }

    private int trim(int j, int lowest, int at, int count) {
        int skip = 0;
        while (skip < count - 1 && weights[at + skip] == 0) {
            skip++;
        }
        while (count - 1 > skip && weights[at + count - 1] == 0) {
            count--;
        }
        System.arraycopy(weights, at + skip, weights, at, count - skip);
        first[j] = lowest + skip;
        return count - skip;
    }

    private int clamp(int i) {
        return Math.max(0, Math.min(from - 1, i));
    }

    private double weight(double distance) {
        double d = Math.abs(distance);
        if (rule.mode == Mode.LINEAR) {
            return Math.max(0, 1 - d);
        }
        double a = rule.cubicA;
        if (d <= 1) {
            return ((a + 2) * d - (a + 3)) * d * d + 1;
        }
        return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    private void room(int needed) {
        if (weights.length < needed) {
            weights = Arrays.copyOf(weights, Math.max(needed, weights.length + weights.length / 2 + 16));
        }
    }
}
