package dev.lanewise.runtime.step;

import static dev.lanewise.runtime.Samples.assertMoved;
import static dev.lanewise.runtime.Samples.at;
import static dev.lanewise.runtime.Samples.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.PlanException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TRANSPOSE, SLICE, CONCAT, EXPAND, PAD and GATHER against one element at a time. */
class MovementStepsTest {

    private static void transpose(DType type, int[] shape, int... permutation) {
        Object x = random(type, 1, shape);
        int[] to = new int[shape.length];
        for (int i = 0; i < to.length; i++) {
            to[i] = shape[permutation[i]];
        }
        OneStep step = OneStep.of(StepKind.TRANSPOSE).in(type, x, shape).out(type, to).ints(permutation);
        assertMoved(x, step.run().arrays().get(0), y -> {
            int[] index = new int[shape.length];
            for (int i = 0; i < index.length; i++) {
                index[permutation[i]] = y[i];
            }
            return at(index, shape);
        }, to);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void transposesEveryType(DType type) {
        transpose(type, new int[] {3, 5}, 1, 0);
        transpose(type, new int[] {40, 37}, 1, 0);
    }

    @Test
    void transposesEveryRank() {
        transpose(DType.F32, new int[] {});
        transpose(DType.F32, new int[] {7}, 0);
        transpose(DType.F32, new int[] {0, 3}, 1, 0);
        transpose(DType.F32, new int[] {2, 3, 4}, 0, 2, 1);
        transpose(DType.F32, new int[] {2, 3, 4}, 2, 0, 1);
        transpose(DType.F32, new int[] {2, 3, 4}, 2, 1, 0);
        transpose(DType.F32, new int[] {2, 33, 3, 65}, 0, 3, 1, 2);
        transpose(DType.F32, new int[] {2, 33, 65, 20}, 0, 3, 1, 2);
        transpose(DType.F32, new int[] {2, 20, 33, 18}, 0, 2, 3, 1);
        transpose(DType.F32, new int[] {2, 9, 4, 16}, 0, 2, 1, 3);
        transpose(DType.F32, new int[] {2, 1, 3, 1, 2, 2, 1, 3}, 7, 3, 5, 0, 1, 2, 6, 4);
        OneStep.of(StepKind.TRANSPOSE).in(new float[40 * 40], 40, 40).out(DType.F32, 40, 40).ints(1, 0)
                .allocatesNothing();
    }

    @Test
    void refusesPermutationsThatAreNone() {
        for (int[] permutation : new int[][] {{0, 0}, {0, 2}, {0}, {-1, 0}}) {
            assertThrows(FormatException.class, () -> OneStep.of(StepKind.TRANSPOSE)
                    .in(new float[6], 2, 3).out(DType.F32, 2, 3).ints(permutation).run());
        }
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.TRANSPOSE)
                .in(new float[6], 2, 3).out(DType.F32, 2, 3).ints(1, 0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.TRANSPOSE)
                .in(new float[6], 2, 3).out(DType.I32, 3, 2).ints(1, 0).run());
    }

    private static void slice(DType type, int[] shape, int[] starts, int[] strides, int... counts) {
        Object x = random(type, 2, shape);
        OneStep step = OneStep.of(StepKind.SLICE).in(type, x, shape).out(type, counts);
        for (int start : starts) {
            step.ints(step.dim(start));
        }
        step.ints(strides);
        assertMoved(x, step.run().arrays().get(0), y -> {
            int[] index = new int[shape.length];
            for (int i = 0; i < index.length; i++) {
                index[i] = starts[i] + y[i] * strides[i];
            }
            return at(index, shape);
        }, counts);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void slicesEveryType(DType type) {
        slice(type, new int[] {5, 40}, new int[] {1, 3}, new int[] {2, 1}, 2, 30);
        slice(type, new int[] {5, 40}, new int[] {4, 39}, new int[] {-1, -3}, 5, 13);
    }

    @Test
    void slicesEveryRank() {
        slice(DType.F32, new int[] {}, new int[] {}, new int[] {});
        slice(DType.F32, new int[] {9}, new int[] {8}, new int[] {-4}, 3);
        slice(DType.F32, new int[] {9}, new int[] {9}, new int[] {1}, 0);
        slice(DType.F32, new int[] {9}, new int[] {3}, new int[] {Integer.MAX_VALUE}, 1);
        slice(DType.F32, new int[] {3, 4, 5}, new int[] {0, 1, 0}, new int[] {1, 2, 1}, 3, 2, 5);
        slice(DType.F32, new int[] {3, 4, 5}, new int[] {2, 0, 4}, new int[] {-2, 1, -1}, 2, 4, 5);
        slice(DType.F32, new int[] {0, 4}, new int[] {0, 1}, new int[] {1, 1}, 0, 2);
    }

    @Test
    void refusesSlicesOutside() {
        int[][] bad = {{0, 1, 6}, {1, 1, 5}, {0, -1, 2}, {5, 1, 1}, {4, Integer.MAX_VALUE, 2}, {0, Integer.MIN_VALUE,
                2}};
        for (int[] b : bad) {
            assertThrows(ShapeException.class, () -> slice(
                    DType.F32, new int[] {5}, new int[] {b[0]}, new int[] {b[1]}, b[2]));
        }
        assertThrows(FormatException.class,
                () -> slice(DType.F32, new int[] {5}, new int[] {0}, new int[] {0}, 2));
    }

    @Test
    void concatenates() {
        for (int axis = 0; axis < 3; axis++) {
            for (DType type : new DType[] {DType.F32, DType.I64, DType.U8}) {
                int[][] shapes = {{2, 3, 20}, {2, 3, 20}, {2, 3, 20}};
                shapes[0][axis] = 4;
                shapes[1][axis] = 0;
                int[] total = {2, 3, 20};
                total[axis] += 4;
                Object a = random(type, 1, shapes[0]);
                Object c = random(type, 3, shapes[2]);
                Object y = OneStep.of(StepKind.CONCAT)
                        .in(type, a, shapes[0]).in(type, random(type, 2, shapes[1]), shapes[1]).in(type, c, shapes[2])
                        .out(type, total).ints(axis).run().arrays().get(0);
                for (int i = 0; i < Samples.size(total); i++) {
                    int[] index = Samples.index(i, total);
                    boolean first = index[axis] < 4;
                    if (!first) {
                        index[axis] -= 4;
                    }
                    Object expected = first ? java.lang.reflect.Array.get(a, at(index, shapes[0]))
                            : java.lang.reflect.Array.get(c, at(index, shapes[2]));
                    assertEquals(expected, java.lang.reflect.Array.get(y, i));
                }
            }
        }
        OneStep.of(StepKind.CONCAT).in(new float[6], 2, 3).in(new float[8], 2, 4).out(DType.F32, 2, 7).ints(1)
                .allocatesNothing();
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.CONCAT)
                .in(new float[6], 2, 3).in(new float[8], 2, 4).out(DType.F32, 2, 8).ints(1).run());
        assertThrows(ShapeException.class, () -> OneStep.of(StepKind.CONCAT)
                .in(new float[6], 2, 3).in(new float[9], 3, 3).out(DType.F32, 2, 6).ints(1).run());
    }

    private static void expand(DType type, int[] shape, int... to) {
        Object x = random(type, 4, shape);
        assertMoved(x, OneStep.of(StepKind.EXPAND).in(type, x, shape).out(type, to).run().arrays().get(0), y -> {
            int[] index = new int[shape.length];
            for (int i = 0; i < index.length; i++) {
                index[i] = shape[i] == 1 ? 0 : y[y.length - shape.length + i];
            }
            return at(index, shape);
        }, to);
    }

    @Test
    void expands() {
        expand(DType.F32, new int[] {}, 2, 3);
        expand(DType.BOOL, new int[] {1}, 17);
        expand(DType.F64, new int[] {3, 1}, 2, 3, 20);
        expand(DType.I16, new int[] {1, 3, 1}, 2, 3, 4);
        expand(DType.I32, new int[] {3, 4}, 3, 4);
        expand(DType.F32, new int[] {3, 1}, 3, 0);
        assertThrows(ShapeException.class, () -> expand(DType.F32, new int[] {3}, 2));
    }

    private static void pad(DType type, int mode, int[] shape, int[] before, int... to) {
        Object x = random(type, 5, shape);
        OneStep step = OneStep.of(StepKind.PAD).in(type, x, shape).out(type, to).ints(mode);
        for (int b : before) {
            step.ints(step.dim(b));
        }
        assertMoved(x, step.run().arrays().get(0), y -> {
            int[] index = new int[shape.length];
            for (int axis = 0; axis < index.length; axis++) {
                int i = y[axis] - before[axis];
                int n = shape[axis];
                while (i < 0 || i >= n) {
                    switch (mode) {
                        case 0:
                            return -1;
                        case 1:
                            i = i < 0 ? 0 : n - 1;
                            break;
                        case 2:
                            i = n == 1 ? 0 : i < 0 ? -i : 2 * n - 2 - i;
                            break;
                        default:
                            i += i < 0 ? n : -n;
                            break;
                    }
                }
                index[axis] = i;
            }
            return at(index, shape);
        }, to);
    }

    @Test
    void pads() {
        for (int mode = 0; mode < 4; mode++) {
            pad(DType.F32, mode, new int[] {}, new int[] {});
            pad(DType.F32, mode, new int[] {3}, new int[] {2}, 7);
            pad(DType.I8, mode, new int[] {3}, new int[] {8}, 20);
            pad(DType.I64, mode, new int[] {2, 3, 5}, new int[] {1, 0, 2}, 4, 3, 9);
            pad(DType.F64, mode, new int[] {1, 4}, new int[] {2, 0}, 4, 4);
            pad(DType.F32, mode, new int[] {2, 3}, new int[] {0, 0}, 2, 3);
            pad(DType.F32, mode, new int[] {2, 0}, new int[] {1, 0}, 4, 0);
        }
        pad(DType.F32, 0, new int[] {2, 0}, new int[] {0, 1}, 2, 2);
        float[] y = OneStep.of(StepKind.PAD).in(new float[] {1}, 1).in(new float[] {7}).out(DType.F32, 3)
                .ints(0, 0).run().floats(0);
        assertEquals(7, y[2]);
        OneStep allocation = OneStep.of(StepKind.PAD).in(new float[6], 2, 3).out(DType.F32, 4, 9).ints(2);
        allocation.ints(allocation.dim(1), allocation.dim(2)).allocatesNothing();
    }

    @Test
    void refusesPadsThatDoNotFit() {
        assertThrows(ShapeException.class, () -> pad(DType.F32, 0, new int[] {3}, new int[] {2}, 4));
        assertThrows(ShapeException.class, () -> pad(DType.F32, 1, new int[] {0}, new int[] {2}, 4));
        assertThrows(FormatException.class, () -> pad(DType.F32, 4, new int[] {3}, new int[] {2}, 5));
    }

    @Test
    void gathers() {
        int[] shape = {3, 4, 5};
        Object x = random(DType.F32, 6, shape);
        long[] indices = {3, -1, 0, 0, 2, -4};
        Object y = OneStep.of(StepKind.GATHER).in(DType.F32, x, shape).in(indices, 2, 3)
                .out(DType.F32, 3, 2, 3, 5).ints(1).run().arrays().get(0);
        assertMoved(x, y, i -> at(new int[] {i[0], (int) Math.floorMod(indices[i[1] * 3 + i[2]], 4L), i[3]}, shape),
                3, 2, 3, 5);
        Object scalar = OneStep.of(StepKind.GATHER).in(DType.F32, x, shape).in(DType.I32, new int[] {-1})
                .out(DType.F32, 3, 4).ints(2).run().arrays().get(0);
        assertMoved(x, scalar, i -> at(new int[] {i[0], i[1], 4}, shape), 3, 4);
        OneStep.of(StepKind.GATHER).in(DType.F32, x, shape).in(indices, 6).out(DType.F32, 3, 6, 5).ints(1)
                .allocatesNothing();
        OneStep.of(StepKind.GATHER).in(new float[0], 0, 5).in(new long[0], 0).out(DType.F32, 0, 5).ints(0).run();
    }

    @Test
    void refusesIndicesOutside() {
        for (long bad : new long[] {4, -5, Long.MAX_VALUE, Long.MIN_VALUE}) {
            assertThrows(PlanException.class, () -> OneStep.of(StepKind.GATHER).in(new float[4], 4)
                    .in(new long[] {bad}, 1).out(DType.F32, 1).ints(0).run());
        }
        assertThrows(PlanException.class, () -> OneStep.of(StepKind.GATHER).in(new float[0], 0)
                .in(new long[] {0}, 1).out(DType.F32, 1).ints(0).run());
        assertThrows(FormatException.class, () -> OneStep.of(StepKind.GATHER).in(new float[4], 4)
                .in(new float[] {0}, 1).out(DType.F32, 1).ints(0).run());
    }
}
