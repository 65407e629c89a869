package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.HandMade.ids;
import static dev.lanewise.runtime.OneStep.learnt;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.HandMade;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.Samples;
import dev.lanewise.runtime.Session;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** RANGE, NON_ZERO, TOP_K, DIMS and LEARN. */
class LearningStepsTest {

    private static OneStep range(DType type, Object start, Object limit, Object delta, int max) {
        return OneStep.of(StepKind.RANGE).in(type, start).in(type, limit).in(type, delta).out(type, learnt(max));
    }

    private static long[] range(long start, long limit, long delta) {
        return range(DType.I64, new long[] {start}, new long[] {limit}, new long[] {delta}, 20).run().longs(0);
    }

    @Test
    void ranges() {
        assertArrayEquals(new long[] {3, 5, 7}, range(3, 9, 2));
        assertArrayEquals(new long[] {3, 5, 7, 9}, range(3, 10, 2));
        assertArrayEquals(new long[] {10, 7, 4}, range(10, 1, -3));
        assertArrayEquals(new long[] {}, range(10, 1, 3));
        assertArrayEquals(new long[] {}, range(1, 1, -3));
        assertArrayEquals(new long[] {Long.MIN_VALUE, -1, Long.MAX_VALUE - 1},
                range(Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
        assertArrayEquals(new long[] {Long.MAX_VALUE, -1}, range(Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE));
        assertArrayEquals(new float[] {1, 1.5f, 2}, range(
                DType.F32, new float[] {1}, new float[] {2.2f}, new float[] {0.5f}, 9).run().floats(0));
        assertArrayEquals(new short[] {5, 3}, range(
                DType.I16, new short[] {5}, new short[] {1}, new short[] {-2}, 9).run().shorts(0));
        range(DType.I32, new int[] {0}, new int[] {9}, new int[] {2}, 9).allocatesNothing();
        range(DType.F64, new double[] {0}, new double[] {9}, new double[] {2}, 9).allocatesNothing();
    }

    @Test
    void rangesThatAreNone() {
        assertThrows(PlanException.class, () -> range(1, 2, 0));
        assertThrows(PlanException.class, () -> range(0, Long.MAX_VALUE, 1));
        assertThrows(PlanException.class, () -> range(Long.MIN_VALUE, Long.MAX_VALUE, 1));
        String message = assertThrows(PlanException.class, () -> range(0, 21, 1)).getMessage();
        assertTrue(message.contains("21") && message.contains("20"), message);
        for (float[] bad : new float[][] {{0, 1, 0}, {0, Float.NaN, 1}, {0, Float.POSITIVE_INFINITY, 1}}) {
            assertThrows(PlanException.class, () -> range(DType.F32, new float[] {bad[0]}, new float[] {bad[1]},
                    new float[] {bad[2]}, 20).run());
        }
    }

    @Test
    void placesOfNonZeros() {
        OneStep.Result result = OneStep.of(StepKind.NON_ZERO)
                .in(new float[] {0, 2, -0f, 0, Float.NaN, 1}, 2, 3).out(DType.I64, 2, learnt(6)).run();
        assertArrayEquals(new int[] {2, 3}, result.shape(0));
        assertArrayEquals(new long[] {0, 1, 1, 1, 1, 2}, result.longs(0));
        assertArrayEquals(new int[] {1, 0}, OneStep.of(StepKind.NON_ZERO)
                .in(DType.BOOL, new byte[4], 4).out(DType.I64, 1, learnt(4)).run().shape(0));
        assertArrayEquals(new int[] {0, 1}, OneStep.of(StepKind.NON_ZERO)
                .in(DType.I32, new int[] {7}).out(DType.I64, 0, learnt(1)).run().shape(0));
        assertThrows(PlanException.class, () -> OneStep.of(StepKind.NON_ZERO)
                .in(new float[] {1, 1, 1}, 3).out(DType.I64, 1, learnt(2)).run());
        OneStep.of(StepKind.NON_ZERO).in(Samples.floats(1, 40), 40).out(DType.I64, 1, learnt(40)).allocatesNothing();
    }

    private static void topK(DType type, int[] shape, int axis, int k, boolean largest, boolean learns) {
        Object x = Samples.random(type, 11, shape);
        for (int i = 1; i < java.lang.reflect.Array.getLength(x); i += 3) {
            java.lang.reflect.Array.set(x, i, java.lang.reflect.Array.get(x, i - 1)); // equal ones
        }
        int[] to = shape.clone();
        to[axis] = learns ? learnt(k + 1) : k;
        OneStep step = OneStep.of(StepKind.TOP_K).in(type, x, shape);
        if (learns) {
            step.in(new long[] {k});
        }
        OneStep.Result result = step.out(type, to).out(DType.I64, to).ints(axis, largest ? 1 : 0, 1).run();
        to[axis] = k;
        assertArrayEquals(to, result.shape(1));
        for (int i = 0; i < Samples.size(to); i++) {
            int[] at = Samples.index(i, to);
            int rank = at[axis];
            Comparator<Integer> order = Comparator.comparingDouble(j -> {
                at[axis] = j;
                return number(type, x, Samples.at(at, shape));
            });
            int expected = IntStream.range(0, shape[axis]).boxed()
                    .sorted((largest ? order.reversed() : order).thenComparingInt(j -> j)).toList().get(rank);
            assertEquals(expected, result.longs(1)[i], type + " " + Arrays.toString(to));
            at[axis] = expected;
            assertEquals(java.lang.reflect.Array.get(x, Samples.at(at, shape)),
                    java.lang.reflect.Array.get(result.arrays().get(0), i));
        }
    }

    private static double number(DType type, Object x, int i) {
        double value = ((Number) java.lang.reflect.Array.get(x, i)).doubleValue();
        return switch (type) {
            case U8 -> (int) value & 0xff;
            case U16 -> (int) value & 0xffff;
            default -> value;
        };
    }

    @Test
    void best() {
        for (DType type : new DType[] {DType.F32, DType.F64, DType.I32, DType.U8, DType.I8, DType.U16}) {
            for (boolean largest : new boolean[] {true, false}) {
                topK(type, new int[] {17}, 0, 5, largest, false);
                topK(type, new int[] {17}, 0, 17, largest, true);
                topK(type, new int[] {3, 7, 2}, 1, 4, largest, false);
                topK(type, new int[] {3, 7, 2}, 0, 1, largest, true);
            }
        }
        topK(DType.F32, new int[] {3, 4}, 1, 0, true, false);
        OneStep.of(StepKind.TOP_K).in(Samples.floats(1, 50), 50).out(DType.F32, 9).out(DType.I64, 9).ints(0, 1, 1)
                .allocatesNothing();
    }

    @Test
    void specialValuesHaveAnOrder() {
        float[] x = {0f, Float.NaN, -0f, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1};
        assertArrayEquals(new long[] {1, 3, 5, 0, 2, 4}, OneStep.of(StepKind.TOP_K).in(x, 6).out(DType.F32, 6)
                .out(DType.I64, 6).ints(0, 1, 1).run().longs(1));
        assertArrayEquals(new long[] {4, 0, 2, 5, 3, 1}, OneStep.of(StepKind.TOP_K).in(x, 6).out(DType.F32, 6)
                .out(DType.I64, 6).ints(0, 0, 1).run().longs(1));
    }

    @Test
    void moreThanThereAre() {
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.TOP_K).in(new float[3], 3).out(DType.F32, 4)
                .out(DType.I64, 4).ints(0, 1, 1).run());
        for (long k : new long[] {4, -1, Long.MAX_VALUE}) {
            assertThrows(PlanException.class, () -> OneStep.of(StepKind.TOP_K).in(new float[3], 3).in(new long[] {k})
                    .out(DType.F32, learnt(9)).out(DType.I64, learnt(9)).ints(0, 1, 1).run());
        }
    }

    /** y = x[start : start + count], both from data. */
    @Test
    void dataBecomesExtents() {
        HandMade model = new HandMade();
        int n = model.number(8);
        int start = model.learnt(8);
        int count = model.learnt(8);
        int x = model.input("x", DType.F32, n);
        int where = model.input("where", DType.I64, model.number(2));
        int y = model.output("y", DType.F32, count);
        model.step(StepKind.LEARN, ids(where), ids(), start, count);
        model.step(StepKind.SLICE, ids(x), ids(y), start, 1);
        Session session = model.load().newSession();
        session.input("x").set(0, 1, 2, 3, 4, 5, 6, 7);
        for (int[] at : new int[][] {{2, 3}, {0, 8}, {8, 0}, {7, 1}}) {
            Elements.set(session.input("where"), 0, at[0]);
            Elements.set(session.input("where"), 1, at[1]);
            session.run();
            assertEquals(at[1], session.output("y").size());
            for (int i = 0; i < at[1]; i++) {
                assertEquals(at[0] + i, session.output("y").get(i));
            }
        }
        for (int[] at : new int[][] {{2, 7}, {-1, 1}, {0, 9}}) {
            Elements.set(session.input("where"), 0, at[0]);
            Elements.set(session.input("where"), 1, at[1]);
            assertThrows(dev.lanewise.formats.LanewiseException.class, session::run);
        }
        Elements.set(session.input("where"), 0, 1);
        Elements.set(session.input("where"), 1, 1);
        session.run();
        assertEquals(1, session.output("y").get(0));
    }

    @Test
    void extentsAsData() {
        OneStep step = OneStep.of(StepKind.DIMS).out(DType.I64, 3);
        step.ints(step.dim(7), step.dim(0), step.dim(1 << 20));
        assertArrayEquals(new long[] {7, 0, 1 << 20}, step.run().longs(0));
    }
}
