package dev.lanewise.runtime.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.Samples;
import java.lang.reflect.Array;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** GATHER_ELEMENTS, GATHER_ND, SCATTER_ELEMENTS, SCATTER_ND, TRILU and ONE_HOT. */
class IndexStepsTest {

    private static long[] indices(int n, int size) {
        Random random = new Random(size * 31L + n);
        return random.longs(size, -n, n).toArray();
    }

    @Test
    void gathersElements() {
        int[] shape = {3, 4, 5};
        for (int axis = 0; axis < 3; axis++) {
            int[] to = {2, 3, 4};
            to[axis] = 6; // along the axis there may be more indices than elements
            int along = axis;
            for (DType type : new DType[] {DType.F32, DType.I64, DType.BOOL, DType.F16}) {
                Object x = Samples.random(type, 1, shape);
                long[] i = indices(shape[axis], Samples.size(to));
                OneStep step = OneStep.of(StepKind.GATHER_ELEMENTS).in(type, x, shape).in(i, to).out(type,
                        to).ints(axis);
                Samples.assertMoved(x, step.run().arrays().get(0), y -> {
                    int[] from = y.clone();
                    from[along] = (int) Math.floorMod(i[Samples.at(y, to)], (long) shape[along]);
                    return Samples.at(from, shape);
                }, to);
                step.allocatesNothing();
            }
        }
        OneStep.of(StepKind.GATHER_ELEMENTS).in(new float[0], 0).in(new long[0], 0).out(DType.F32, 0).ints(0).run();
        assertThrows(PlanException.class, () -> OneStep.of(StepKind.GATHER_ELEMENTS).in(new float[0], 0, 2)
                .in(new long[1], 1, 1).out(DType.F32, 1, 1).ints(0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.GATHER_ELEMENTS).in(new float[4], 2, 2)
                .in(new long[3], 1, 3).out(DType.F32, 1, 3).ints(0).run());
    }

    @Test
    void gathersByTuples() {
        int[] shape = {2, 3, 4, 5};
        float[] x = Samples.floats(2, shape);
        long[] i = {1, -1, 0, 2, -2, 0};
        float[] y = OneStep.of(StepKind.GATHER_ND).in(x, shape).in(i, 3, 1, 2).out(DType.F32, 3, 1, 4, 5).ints(0)
                .run().floats(0);
        Samples.assertMoved(x, y, at -> Samples.at(new int[] {
            (int) Math.floorMod(i[at[0] * 2], 2L), (int) Math.floorMod(i[at[0] * 2 + 1], 3L), at[2], at[3]
        }, shape), 3, 1, 4, 5);
        long[] batched = {2, -4, 0, 1};
        y = OneStep.of(StepKind.GATHER_ND).in(x, shape).in(batched, 2, 2).out(DType.F32, 2, 5).ints(1).run().floats(0);
        Samples.assertMoved(x, y, at -> Samples.at(new int[] {
            at[0], (int) Math.floorMod(batched[at[0] * 2], 3L), (int) Math.floorMod(batched[at[0] * 2 + 1], 4L), at[1]
        }, shape), 2, 5);
        // tuples of nothing name everything
        y = OneStep.of(StepKind.GATHER_ND).in(x, shape).in(new long[0], 2, 0).out(DType.F32, 2, 2, 3, 4, 5).ints(0)
                .run().floats(0);
        Samples.assertMoved(x, y, at -> Samples.at(new int[] {at[1], at[2], at[3], at[4]}, shape), 2, 2, 3, 4, 5);
        OneStep.of(StepKind.GATHER_ND).in(x, shape).in(i, 3, 2).out(DType.F32, 3, 4, 5).ints(0).allocatesNothing();
        assertThrows(PlanException.class, () -> OneStep.of(StepKind.GATHER_ND).in(x, shape)
                .in(new long[] {0, 3}, 1, 2).out(DType.F32, 1, 4, 5).ints(0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.GATHER_ND).in(new float[3], 3)
                .in(new long[2], 1, 2).out(DType.F32, 1).ints(0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.GATHER_ND).in(new float[3], 3)
                .in(new long[2], 1, 2).out(DType.F32, 1).ints(1).run());
    }

    private static double reduce(int reduction, double a, double b) {
        return switch (reduction) {
            case 0 -> b;
            case 1 -> a + b;
            case 2 -> a * b;
            case 3 -> Math.min(a, b);
            default -> Math.max(a, b);
        };
    }

    @Test
    void scattersElements() {
        int[] shape = {3, 4};
        int[] updateShape = {5, 3};
        for (int reduction = 0; reduction < 5; reduction++) {
            float[] x = Samples.floats(3, shape);
            float[] updates = Samples.floats(4, updateShape);
            long[] i = indices(3, 15);
            float[] expected = x.clone();
            for (int u = 0; u < 15; u++) {
                int at = (int) Math.floorMod(i[u], 3L) * 4 + u % 3;
                expected[at] = (float) reduce(reduction, expected[at], updates[u]);
            }
            OneStep step = OneStep.of(StepKind.SCATTER_ELEMENTS).in(x, shape).in(i, updateShape)
                    .in(updates, updateShape).out(DType.F32, shape).ints(0, reduction);
            assertArrayEquals(expected, step.run().floats(0));
            step.allocatesNothing();
            assertArrayEquals(expected, OneStep.of(StepKind.SCATTER_ELEMENTS).in(x, shape).in(i, updateShape)
                    .in(updates, updateShape).outInPlaceOf(0, DType.F32, shape).ints(0, reduction).run().floats(0));
        }
        assertThrows(PlanException.class, () -> OneStep.of(StepKind.SCATTER_ELEMENTS).in(new float[2], 2)
                .in(new long[] {2}, 1).in(new float[1], 1).out(DType.F32, 2).ints(0, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.SCATTER_ELEMENTS).in(new float[2], 2)
                .in(new long[1], 1).in(new float[2], 2).out(DType.F32, 2).ints(0, 0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.SCATTER_ELEMENTS).in(new float[2], 2)
                .in(new long[1], 1).in(new float[1], 1).out(DType.F32, 2).ints(0, 5).run());
    }

    @Test
    void reducesEveryType() {
        for (DType type : DType.values()) {
            if (type == DType.BOOL) {
                continue;
            }
            for (int reduction = 1; reduction < 5; reduction++) {
                Object x = Array.newInstance(Samples.random(type, 0, 1).getClass().getComponentType(), 2);
                Object u = Array.newInstance(x.getClass().getComponentType(), 2);
                // 200 and 7: as i8 the first is -56, unsigned it is larger
                double[] a = {number(type, x, 0, 200), number(type, x, 1, 7)};
                double[] b = {number(type, u, 0, 7), number(type, u, 1, 200)};
                Object y = OneStep.of(StepKind.SCATTER_ND).in(type, x, 2).in(new long[] {0, 1}, 2, 1).in(type, u, 2)
                        .out(type, 2).ints(reduction).run().arrays().get(0);
                for (int i = 0; i < 2; i++) {
                    Object expected = Array.newInstance(x.getClass().getComponentType(), 1);
                    number(type, expected, 0, reduce(reduction, a[i], b[i]));
                    assertEquals(Array.get(expected, 0), Array.get(y, i), type + " " + reduction);
                }
            }
        }
    }

    /** Sets an element and says what value it then has. */
    private static double number(DType type, Object array, int i, double value) {
        if (array instanceof float[] f) {
            return f[i] = (float) value;
        } else if (array instanceof double[] d) {
            return d[i] = value;
        } else if (array instanceof long[] l) {
            return l[i] = (long) value;
        } else if (array instanceof int[] n) {
            return n[i] = (int) value;
        } else if (array instanceof byte[] b) {
            long bits = (long) value;
            b[i] = (byte) (type == DType.I4 ? bits << 60 >> 60 : type == DType.U4 ? bits & 15 : bits);
            return type == DType.U8 ? b[i] & 0xff : b[i];
        }
        short[] s = (short[]) array;
        s[i] = type == DType.F16 ? Floats16.toF16(value) : type == DType.BF16 ? Floats16.toBf16(value) : (short) value;
        return type == DType.F16 ? Floats16.fromF16(s[i]) : type == DType.BF16 ? Floats16.fromBf16(s[i]) : s[i];
    }

    @Test
    void scattersByTuples() {
        int[] shape = {3, 4, 2};
        float[] x = Samples.floats(5, shape);
        float[] updates = Samples.floats(6, 3, 2);
        long[] i = {0, -1, 2, 1, 0, 3}; // the first and the last name one slice
        for (int reduction = 0; reduction < 5; reduction++) {
            float[] expected = x.clone();
            for (int u = 0; u < 6; u++) {
                int tuple = u / 2;
                int at = (int) (Math.floorMod(i[2 * tuple], 3L) * 4 + Math.floorMod(i[2 * tuple + 1], 4L)) * 2 + u % 2;
                expected[at] = (float) reduce(reduction, expected[at], updates[u]);
            }
            OneStep step = OneStep.of(StepKind.SCATTER_ND).in(x, shape).in(i, 3, 2).in(updates, 3, 2)
                    .outInPlaceOf(0, DType.F32, shape).ints(reduction);
            assertArrayEquals(expected, step.run().floats(0));
            step.allocatesNothing();
        }
        assertThrows(PlanException.class, () -> OneStep.of(StepKind.SCATTER_ND).in(new float[2], 2)
                .in(new long[] {-3}, 1, 1).in(new float[1], 1).out(DType.F32, 2).ints(0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.SCATTER_ND).in(DType.BOOL, new byte[2], 2)
                .in(new long[1], 1, 1).in(DType.BOOL, new byte[1], 1).out(DType.BOOL, 2).ints(1).run());
    }

    @Test
    void triangles() {
        for (int upper = 0; upper < 2; upper++) {
            boolean keepsUpper = upper == 1;
            for (long k : new long[] {0, 1, -2, 7, -7, Long.MAX_VALUE, Long.MIN_VALUE}) {
                int[] shape = {2, 3, 5};
                Object x = Samples.random(DType.I32, 7, shape);
                OneStep step = OneStep.of(StepKind.TRILU).in(DType.I32, x, shape);
                step = k == 0 ? step : step.in(new long[] {k});
                Samples.assertMoved(x, step.out(DType.I32, shape).ints(upper).run().arrays().get(0),
                        at -> (keepsUpper ? at[2] - at[1] >= k : at[2] - at[1] <= k) ? Samples.at(at, shape) : -1,
                                shape);
                step.allocatesNothing();
            }
        }
        OneStep.of(StepKind.TRILU).in(new float[0], 0, 3).out(DType.F32, 0, 3).ints(1).run();
        assertThrows(FormatException.class,
                () -> OneStep.of(StepKind.TRILU).in(new float[3], 3).out(DType.F32, 3).ints(1).run());
    }

    @Test
    void oneHot() {
        for (int axis = 0; axis < 3; axis++) {
            int[] to = axis == 0 ? new int[] {4, 2, 3} : axis == 1 ? new int[] {2, 4, 3} : new int[] {2, 3, 4};
            long[] i = {0, 3, -1, 4, -5, 1};
            int along = axis;
            float[] y = OneStep.of(StepKind.ONE_HOT).in(i, 2, 3).in(new float[] {-1, 5}, 2).out(DType.F32,
                    to).ints(axis)
                    .run().floats(0);
            for (int e = 0; e < y.length; e++) {
                int[] at = Samples.index(e, to);
                int a = along == 0 ? at[1] : at[0];
                int b = along == 2 ? at[1] : at[2];
                long hot = i[a * 3 + b] < 0 ? i[a * 3 + b] + 4 : i[a * 3 + b];
                assertEquals(hot == at[along] ? 5 : -1, y[e]);
            }
        }
        byte[] y = OneStep.of(StepKind.ONE_HOT).in(new float[] {2}, 1).in(DType.U8, new byte[] {0, 1}, 2)
                .out(DType.U8, 1, 3).ints(1).run().bytes(0);
        assertArrayEquals(new byte[] {0, 0, 1}, y);
        OneStep.of(StepKind.ONE_HOT).in(new long[6], 2, 3).in(new float[] {0, 1}, 2).out(DType.F32, 2, 3, 4).ints(2)
                .allocatesNothing();
    }
}
