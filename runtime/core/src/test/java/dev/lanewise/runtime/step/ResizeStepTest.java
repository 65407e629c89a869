package dev.lanewise.runtime.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.Samples;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** RESIZE against the ONNX reference's own way: for each element its nearest neighbours, axis by axis. */
class ResizeStepTest {

    private static final int NEAREST = 0;
    private static final int LINEAR = 1;
    private static final int CUBIC = 2;

    /** The parameters of one case. */
    private record Case(int mode, int coordinates, int nearest, boolean exclude, boolean antialias, double a) {}

    /** Element {@code j} of {@code m} along one axis of {@code data}; NaN where it lies outside. */
    private static double reference(double[] data, int j, int m, double scale, double[] roi, Case c) {
        int n = data.length;
        double length = scale * n;
        double x = switch (c.coordinates) {
            case 0 -> (j + 0.5) / scale - 0.5;
            case 1 -> length == 1 ? -0.5 : (j + 0.5) / scale - 0.5;
            case 2 -> length == 1 ? 0 : j * (n - 1.0) / (length - 1);
            case 3 -> j / scale;
            case 4 -> (length == 1 ? (roi[1] - roi[0]) * (n - 1) / 2 : j * (roi[1] - roi[0]) * (n - 1) / (length - 1))
                    + roi[0] * (n - 1);
            default -> n / 2.0 * (1 - m / length) + (j + 0.5) / scale - 0.5;
        };
        if (c.coordinates == 4 && (x < 0 || x > n - 1)) {
            return Double.NaN;
        }
        double ratio = x == Math.floor(x) ? 1 : x - Math.floor(x);
        double[] coefficients = coefficients(ratio, scale, c);
        int count = coefficients.length;
        int pad = (count + 1) / 2;
        int[] nearest = IntStream.range(-pad, n + pad).boxed()
                .sorted((p, q) -> Math.abs(x - p) != Math.abs(x - q)
                        ? Double.compare(Math.abs(x - p), Math.abs(x - q)) : p - q)
                .limit(count).sorted().mapToInt(i -> i).toArray();
        double sum = 0;
        for (int i = 0; i < count; i++) {
            if (c.exclude && (nearest[i] < 0 || nearest[i] >= n)) {
                coefficients[i] = 0;
            }
            sum += coefficients[i];
        }
        double value = 0;
        for (int i = 0; i < count; i++) {
            value += coefficients[i] / (c.exclude ? sum : 1) * data[Math.max(0, Math.min(n - 1, nearest[i]))];
        }
        return value;
    }

    private static double[] coefficients(double ratio, double scale, Case c) {
        if (c.mode == NEAREST) {
            boolean up = ratio == 1 || switch (c.nearest) {
                case 0 -> ratio > 0.5;
                case 1 -> ratio >= 0.5;
                case 2 -> false;
                default -> true;
            };
            return up ? new double[] {0, 1} : new double[] {1, 0};
        }
        double squeeze = c.antialias ? Math.min(1, scale) : 1;
        int radius = c.mode == LINEAR ? 1 : 2;
        int start = (int) Math.floor(-radius / squeeze) + 1;
        double[] result = new double[2 - 2 * start];
        for (int i = 0; i < result.length; i++) {
            double d = Math.abs((start + i - ratio) * squeeze);
            result[i] = c.mode == LINEAR ? Math.max(0, 1 - d)
                    : d <= 1 ? (c.a + 2) * d * d * d - (c.a + 3) * d * d + 1
                    : d < 2 ? c.a * d * d * d - 5 * c.a * d * d + 8 * c.a * d - 4 * c.a : 0;
        }
        double sum = Arrays.stream(result).sum();
        if (c.antialias) {
            for (int i = 0; i < result.length; i++) {
                result[i] /= sum;
            }
        }
        return result;
    }

    private static double[] reference(
            double[] x, int[] shape, int[] to, double[] scales, double[][] roi, Case c, double extrapolation) {
        int[] extent = shape.clone();
        double[] values = x;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            int[] next = extent.clone();
            next[axis] = to[axis];
            double[] result = new double[Samples.size(next)];
            for (int i = 0; i < result.length; i++) {
                int[] index = Samples.index(i, next);
                int j = index[axis];
                double[] line = new double[extent[axis]];
                for (int k = 0; k < line.length; k++) {
                    index[axis] = k;
                    line[k] = values[Samples.at(index, extent)];
                }
                result[i] = reference(line, j, to[axis], scales[axis], roi[axis], c);
            }
            extent = next;
            values = result;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = Double.isNaN(values[i]) ? extrapolation : values[i];
        }
        return values;
    }

    private static OneStep step(DType type, Object x, int[] shape, int[] to, float[] scales, float[] roi, Case c) {
        OneStep step = OneStep.of(StepKind.RESIZE).in(type, x, shape).out(type, to);
        if (c.mode != NEAREST) {
            step.out(type == DType.F32 ? DType.F32 : DType.F64, 2 * Math.max(Samples.size(shape), Samples.size(to)));
        }
        return step.ints(c.mode, c.coordinates, c.nearest, c.exclude ? 1 : 0, c.antialias ? 1 : 0)
                .floats((float) c.a, 7.5f).floats(scales).floats(roi);
    }

    private static void check(int[] shape, int[] to, float[] scales, double[][] roi, Case c) {
        float[] x = Samples.floats(3, shape);
        double[] doubles = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            doubles[i] = x[i];
        }
        double[] used = new double[shape.length];
        float[] rois = new float[2 * shape.length];
        for (int a = 0; a < used.length; a++) {
            used[a] = scales[a] == 0 ? (double) to[a] / shape[a] : scales[a];
            rois[a] = (float) roi[a][0];
            rois[a + used.length] = (float) roi[a][1];
        }
        double[] expected = reference(doubles, shape, to, used, roi, c, 7.5);
        float[] y = step(DType.F32, x, shape, to, scales, rois, c).run().floats(0);
        double[] wide = step(DType.F64, doubles, shape, to, scales, rois, c).run().doubles(0);
        for (int i = 0; i < y.length; i++) {
            String where = c + " " + Arrays.toString(Samples.index(i, to)) + " of " + Arrays.toString(to);
            assertEquals(expected[i], y[i], c.mode == NEAREST ? 0 : 3e-6, where);
            assertEquals(expected[i], wide[i], 1e-12, where);
        }
    }

    @Test
    void everyModeOverEveryShape() {
        int[][][] shapes = {
            {{7}, {10}}, {{10}, {7}}, {{9}, {1}}, {{1}, {5}},
            {{1, 2, 4, 5}, {1, 2, 8, 3}}, {{1, 6, 5, 3}, {1, 3, 11, 3}}, {{4, 3}, {4, 3}}, {{3, 4, 2}, {5, 2, 6}},
        };
        double[][] whole = {{0, 1}, {0, 1}, {0, 1}, {0, 1}};
        for (int[][] shape : shapes) {
            float[] scales = new float[shape[0].length];
            for (int mode = 0; mode < 3; mode++) {
                for (int coordinates = 0; coordinates < 6; coordinates++) {
                    for (int variant = 0; variant < 4; variant++) {
                        check(shape[0], shape[1], scales, whole, new Case(
                                mode, coordinates, variant, mode != NEAREST && (variant & 1) == 1, mode != NEAREST
                                        && variant >= 2, -0.75));
                    }
                }
            }
        }
    }

    @Test
    void scalesThatAreNoQuotients() {
        float[] scales = {1, 0.6f, 1.7f};
        double[][] whole = {{0, 1}, {0, 1}, {0, 1}};
        for (int mode = 0; mode < 3; mode++) {
            for (int coordinates = 0; coordinates < 6; coordinates++) {
                check(new int[] {2, 4, 5}, new int[] {2, 2, 8}, scales, whole,
                        new Case(mode, coordinates, 0, false, false, -0.5));
            }
        }
        // the ONNX test resize_downsample_scales_linear_align_corners
        Case c = new Case(LINEAR, 2, 0, false, false, -0.75);
        float[] y = step(DType.F32, new float[] {1, 2, 3, 4, 5, 6, 7, 8}, new int[] {2, 4}, new int[] {1, 2},
                new float[] {0.6f, 0.6f}, new float[4], c).run().floats(0);
        assertArrayEquals(new float[] {1, 3.142857f}, y, 1e-6f);
    }

    @Test
    void cropsAndExtrapolates() {
        for (int mode = 0; mode < 3; mode++) {
            check(new int[] {1, 4, 4, 2}, new int[] {1, 3, 6, 2}, new float[4],
                    new double[][] {{0, 1}, {0.5, 0.75}, {0.75, 1.5}, {0, 1}}, new Case(mode, 4, 0, false, false,
                            -0.75));
        }
    }

    @Test
    void integersRoundTowardsZeroAndSaturate() {
        Case linear = new Case(LINEAR, 0, 0, false, false, -0.75);
        byte[] y = step(DType.U8, new byte[] {(byte) 200, (byte) 251}, new int[] {2}, new int[] {4}, new float[1],
                new float[2], linear).run().bytes(0);
        assertArrayEquals(new byte[] {(byte) 200, (byte) 212, (byte) 238, (byte) 251}, y);
        Case cubic = new Case(CUBIC, 0, 0, false, false, -0.75);
        y = step(DType.U8, new byte[] {0, 0, (byte) 255, (byte) 255}, new int[] {4}, new int[] {8}, new float[1],
                new float[2], cubic).run().bytes(0);
        assertEquals(0, y[2]);
        assertEquals((byte) 255, y[5]);
        int[] ints = step(DType.I32, new int[] {-7, 7}, new int[] {2}, new int[] {4}, new float[1], new float[2],
                linear)
                .run().ints(0);
        assertArrayEquals(new int[] {-7, -3, 3, 7}, ints);
    }

    @Test
    void nearestCopiesEveryType() {
        Case c = new Case(NEAREST, 3, 2, false, false, 0);
        for (DType type : DType.values()) {
            Object x = Samples.random(type, 8, 2, 3, 2);
            Object y = step(type, x, new int[] {2, 3, 2}, new int[] {4, 6, 2}, new float[3], new float[6], c)
                    .run().arrays().get(0);
            Samples.assertMoved(x, y, i -> Samples.at(new int[] {i[0] / 2, i[1] / 2, i[2]}, 2, 3, 2), 4, 6, 2);
        }
    }

    @Test
    void allocatesNothing() {
        step(DType.F32, new float[48], new int[] {1, 4, 4, 3}, new int[] {1, 8, 8, 3}, new float[4], new float[8],
                new Case(LINEAR, 0, 0, false, false, 0)).allocatesNothing();
        step(DType.U8, new byte[48], new int[] {1, 4, 4, 3}, new int[] {1, 3, 8, 3}, new float[4], new float[8],
                new Case(CUBIC, 0, 0, false, true, -0.5)).allocatesNothing();
    }

    @Test
    void hostileArguments() {
        Case c = new Case(LINEAR, 0, 0, false, true, -0.75);
        for (float scale : new float[] {1e-30f, 1e30f, 0.01f, 3}) {
            assertThrows(ShapeException.class, () -> step(DType.F32, new float[5], new int[] {5}, new int[] {2},
                    new float[] {scale}, new float[2], c).run());
        }
        for (float scale : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
            assertThrows(FormatException.class, () -> step(DType.F32, new float[5], new int[] {5}, new int[] {2},
                    new float[] {scale}, new float[2], c).run());
        }
        assertThrows(ShapeException.class, () -> step(DType.F32, new float[0], new int[] {0}, new int[] {2},
                new float[1], new float[2], c).run());
        assertThrows(ShapeException.class, () -> step(DType.F32, new float[5], new int[] {5}, new int[] {1},
                new float[] {1e-9f}, new float[2], c).run());
        step(DType.F32, new float[5], new int[] {5}, new int[] {0}, new float[1], new float[2], c).run();
        Case crop = new Case(CUBIC, 4, 0, true, false, Float.NaN);
        step(DType.F32, new float[5], new int[] {5}, new int[] {3}, new float[1],
                new float[] {Float.NaN, Float.POSITIVE_INFINITY}, crop).run();
    }
}
