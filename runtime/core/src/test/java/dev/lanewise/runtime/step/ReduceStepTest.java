package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.step.ElementwiseStepsTest.doubles;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.random;
import static dev.lanewise.runtime.step.ElementwiseStepsTest.size;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.kernel.ReduceFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReduceStepTest {

    private static final int[][] SHAPES = {
        {2, 3, 4, 5}, {3, 300}, {300, 3}, {1, 7, 1}, {}, {2, 0, 3}, {3, 2, 0}, {2, 1, 5}, {2, 3, 2, 3, 2}, {2, 2, 4200}
    };

    /** Every set of axes. */
    @Test
    void everySetOfAxes() {
        for (int[] shape : SHAPES) {
            for (int set = 0; set < 1 << shape.length; set++) {
                for (ReduceFn fn : ReduceFn.values()) {
                    check(shape, set, fn, (set + fn.ordinal()) % 2 == 0);
                }
            }
        }
    }

    private static void check(int[] shape, int set, ReduceFn fn, boolean keep) {
        float[] x = random(1, size(shape));
        int[] kept = shape.clone();
        List<Integer> dropped = new ArrayList<>();
        OneStep step = OneStep.of(StepKind.REDUCE).in(x, shape).ints(fn.ordinal());
        OneStep wide = OneStep.of(StepKind.REDUCE).in(DType.F64, doubles(x), shape).ints(fn.ordinal());
        for (int axis = 0; axis < shape.length; axis++) {
            if ((set >> axis & 1) != 0) {
                kept[axis] = 1;
                step.ints(axis);
                wide.ints(axis);
            } else {
                dropped.add(shape[axis]);
            }
        }
        int[] yShape = keep ? kept : dropped.stream().mapToInt(i -> i).toArray();
        double[] expected = new double[size(kept)];
        Arrays.fill(expected, DoubleFns.neutral(fn));
        for (int i = 0; i < x.length; i++) {
            int at = 0;
            int rest = i;
            int stride = 1;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                at += kept[axis] == 1 ? 0 : rest % shape[axis] * stride;
                stride *= kept[axis];
                rest /= shape[axis];
            }
            expected[at] = DoubleFns.reduce(fn, expected[at], x[i]);
        }
        float[] y = step.out(DType.F32, yShape).run().floats(0);
        double[] z = wide.out(DType.F64, yShape).run().doubles(0);
        for (int i = 0; i < expected.length; i++) {
            double tolerance = 1e-4 * Math.max(1, Math.abs(expected[i]));
            assertEquals(expected[i], y[i], tolerance, () -> fn + " over " + set + " of " + Arrays.toString(shape));
            assertEquals(expected[i], z[i], tolerance * 1e-6);
        }
    }

    @Test
    void otherTypes() {
        assertArrayEquals(new byte[] {1, 0}, OneStep.of(StepKind.REDUCE)
                .in(DType.BOOL, new byte[] {0, 1, 0, 0}, 2, 2).out(DType.BOOL, 2).ints(ReduceFn.MAX.ordinal(), 1)
                .run().bytes(0));
        assertArrayEquals(new byte[] {(byte) 44}, OneStep.of(StepKind.REDUCE)
                .in(DType.U8, new byte[] {(byte) 200, 100}, 2).out(DType.U8, 1).ints(ReduceFn.SUM.ordinal(), 0)
                .run().bytes(0));
        assertArrayEquals(new long[] {-1}, OneStep.of(StepKind.REDUCE)
                .in(DType.U64, new long[] {-1, 1}, 2).out(DType.U64).ints(ReduceFn.MAX.ordinal(), 0)
                .run().longs(0));
        assertArrayEquals(new int[] {Integer.MIN_VALUE}, OneStep.of(StepKind.REDUCE)
                .in(DType.I32, new int[0], 0).out(DType.I32).ints(ReduceFn.MAX.ordinal(), 0).run().ints(0));
        assertEquals(Float.NaN, OneStep.of(StepKind.REDUCE).in(new float[] {1, Float.NaN, 3}, 3).out(DType.F32)
                .ints(ReduceFn.MAX.ordinal(), 0).run().floats(0)[0]);
    }

    @Test
    void refusesNonsense() {
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.REDUCE).in(new float[2], 2).out(DType.F32)
                .ints(0, 1).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.REDUCE).in(DType.BOOL, new byte[2], 2)
                .out(DType.BOOL).ints(0, 0).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.REDUCE).in(new float[6], 2, 3)
                .out(DType.F32, 2).ints(0, 0).run());
    }

    @Test
    void allocatesNothing() {
        OneStep.of(StepKind.REDUCE).in(new float[24], 2, 3, 4).out(DType.F32, 3).ints(0, 0, 2).allocatesNothing();
        OneStep.of(StepKind.REDUCE).in(new long[24], 2, 3, 4).out(DType.I64, 2, 4).ints(0, 1).allocatesNothing();
    }
}
