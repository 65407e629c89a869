package dev.lanewise.runtime.step;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.Floats16;
import dev.lanewise.formats.FormatException;
import dev.lanewise.formats.ShapeException;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.OneStep;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** UNARY, BINARY, WHERE and CAST against the obvious loops. */
class ElementwiseStepsTest {

    private static OneStep unary(UnaryFn fn, float a, float b) {
        return OneStep.of(StepKind.UNARY).ints(fn.ordinal()).floats(a, b);
    }

    private static OneStep binary(BinaryFn fn) {
        return OneStep.of(StepKind.BINARY).ints(fn.ordinal());
    }

    static float[] random(int seed, int n) {
        Random random = new Random(seed);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = random.nextFloat() * 4 - 2;
        }
        return x;
    }

    static short[] f16(float... values) {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Floats16.toF16(values[i]);
        }
        return bits;
    }

    @Test
    void unaryOnEveryArithmetic() {
        assertArrayEquals(
                new float[] {3, 0, 1}, unary(UnaryFn.AFFINE, 2, 1).in(new float[] {1, -0.5f, 0}, 3)
                        .outInPlaceOf(0, DType.F32, 3).run().floats(0));
        assertArrayEquals(
                f16(0.25f, 9), unary(UnaryFn.SQUARE, 0, 0).in(DType.F16, f16(0.5f, -3), 2)
                        .out(DType.F16, 2).run().shorts(0));
        assertArrayEquals(
                new byte[] {(byte) 0xfe, 0}, unary(UnaryFn.BITWISE_NOT, 0, 0)
                        .in(DType.U8, new byte[] {1, -1}, 2).out(DType.U8, 2).run().bytes(0));
        assertArrayEquals(
                new byte[] {0, 1}, unary(UnaryFn.NOT, 0, 0)
                        .in(DType.BOOL, new byte[] {1, 0}, 2).outInPlaceOf(0, DType.BOOL, 2).run().bytes(0));
        assertArrayEquals(
                new long[] {-2, 5, 0}, unary(UnaryFn.CLIP, -2.5f, 5).in(new long[] {-7, 7, 0}, 3)
                        .out(DType.I64, 3).run().longs(0));
    }

    @Test
    void doublesAreGoodToTheLastFewBits() {
        double[] x = {-7, -2.5, -0.9, -1e-9, 0, 1e-9, 0.3, 0.9, 1.7, 3.2, 5.5};
        double[] erf = {-1, -0.9995930479825550, -0.7969082124228322, -1.1283791670955126e-9, 0,
            1.1283791670955126e-9, 0.3286267594591274, 0.7969082124228322, 0.9837904585907745,
            0.9999939742388483, 0.9999999999999927};
        double[] y = unary(UnaryFn.ERF, 0, 0).in(DType.F64, x, x.length).out(DType.F64, x.length).run().doubles(0);
        for (int i = 0; i < x.length; i++) {
            assertEquals(erf[i], y[i], Math.abs(erf[i]) * 2e-15, "erf " + x[i]);
            double z = DoubleFns.unary(UnaryFn.ASINH, 0, 0, Math.sinh(x[i]));
            assertEquals(x[i], z, Math.abs(x[i]) * 1e-15);
            assertEquals(x[i], DoubleFns.unary(UnaryFn.ATANH, 0, 0, Math.tanh(x[i] / 4)) * 4, 1e-14);
            assertEquals(
                    Math.abs(x[i]) < 1e-3 ? 0 : Math.abs(x[i]),
                    DoubleFns.unary(UnaryFn.ACOSH, 0, 0, Math.cosh(x[i])), 1e-8);
        }
    }

    @Test
    void sinesOfAnyArgument() {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            double x = i < 1000 ? i * (Math.PI / 4) : random.nextGaussian() * Math.pow(10, i % 9 - 2);
            assertEquals(StrictMath.sin(x), Sines.sin(x), Math.ulp(StrictMath.sin(x)));
            assertEquals(StrictMath.cos(x), Sines.cos(x), Math.ulp(StrictMath.cos(x)));
        }
        double[] x = new double[300];
        java.util.Arrays.setAll(x, i -> i * 10.0);
        for (UnaryFn fn : UnaryFn.values()) {
            if (DoubleFns.has(fn)) {
                unary(fn, 1, 2).in(DType.F64, x, 300).out(DType.F64, 300).allocatesNothing();
            }
        }
        assertEquals(-0.0, Sines.sin(-0.0));
    }

    @Test
    void powersOfAnyNumbers() {
        Random random = new Random(4);
        for (int i = 0; i < 400_000; i++) {
            double a = switch (i % 4) {
                case 0 -> random.nextDouble() * 4;
                case 1 -> Math.pow(10, random.nextGaussian() * 80);
                case 2 -> 1 + random.nextGaussian() * Math.pow(10, -(i / 4 % 16));
                default -> Double.MIN_VALUE * (1 + random.nextInt(1 << 20)); // subnormal
            };
            double b = random.nextGaussian() * Math.pow(10, i / 4 % 7 - 2) / Math.max(1e-3, Math.abs(Math.log(a)) / 5);
            double expected = StrictMath.pow(a, b);
            double found = Powers.pow(a, b);
            assertTrue(found == expected || Double.isNaN(found) && Double.isNaN(expected)
                    || Math.abs(found - expected) <= Math.ulp(expected), a + "^" + b + " is " + found);
        }
        double inf = Double.POSITIVE_INFINITY;
        double[] special = {
            0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, -2.5, inf, -inf, Double.NaN, Double.MIN_VALUE, Double.MAX_VALUE,
            -Double.MAX_VALUE, 1e300, 1 - 0x1p-53, 1 + 0x1p-52, 0x1p53 + 2, 0x1p52 + 1,
        };
        for (double a : special) {
            for (double b : special) {
                // IEEE 754 has 1 where Java has NaN
                double expected = a == 1 || a == -1 && Double.isInfinite(b) ? 1 : StrictMath.pow(a, b);
                double found = Powers.pow(a, b);
                assertEquals(expected, found, Double.isFinite(expected) ? Math.ulp(expected) : 1e300, a + "^" + b);
                if (!Double.isNaN(expected)) {
                    assertEquals(Math.copySign(1, expected), Math.copySign(1, found), a + "^" + b);
                }
            }
        }
    }

    /** a [2, 1, 300] and b [4, 1] and all the ways to lie between. */
    @Test
    void binaryBroadcasts() {
        int[][][] shapes = {
            {{2, 1, 300}, {4, 1}, {2, 4, 300}}, {{3, 5}, {3, 5}, {3, 5}}, {{3, 5}, {5}, {3, 5}}, {{}, {7}, {7}},
            {{3, 5}, {3, 1}, {3, 5}}, {{1}, {}, {1}}, {{}, {}, {}}, {{0, 3}, {1, 3}, {0, 3}},
            {{2, 1, 3, 1}, {1, 4, 1, 5}, {2, 4, 3, 5}},
        };
        for (int[][] shape : shapes) {
            float[] a = random(1, size(shape[0]));
            float[] b = random(2, size(shape[1]));
            float[] y = binary(BinaryFn.SUB).in(a, shape[0]).in(b, shape[1]).out(DType.F32, shape[2]).run().floats(0);
            byte[] less = binary(BinaryFn.LESS).in(a, shape[0]).in(b, shape[1]).out(DType.BOOL,
                    shape[2]).run().bytes(0);
            double[] wide = binary(BinaryFn.SUB).in(DType.F64, doubles(a), shape[0]).in(DType.F64, doubles(b), shape[1])
                    .out(DType.F64, shape[2]).run().doubles(0);
            for (int i = 0; i < y.length; i++) {
                float u = a[index(i, shape[2], shape[0])];
                float v = b[index(i, shape[2], shape[1])];
                assertEquals(u - v, y[i]);
                assertEquals((double) u - v, wide[i]);
                assertEquals(u < v ? 1 : 0, less[i]);
            }
        }
    }

    static double[] doubles(float[] x) {
        double[] y = new double[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = x[i];
        }
        return y;
    }

    static int size(int... shape) {
        int size = 1;
        for (int extent : shape) {
            size *= extent;
        }
        return size;
    }

    /** Where element {@code i} of a result lies in an operand that was broadcast to it. */
    static int index(int i, int[] to, int[] from) {
        int index = 0;
        int stride = 1;
        for (int axis = to.length - 1, own = from.length - 1; own >= 0; axis--, own--) {
            index += from[own] == 1 ? 0 : i % to[axis] * stride;
            i /= to[axis];
            stride *= from[own];
        }
        return index;
    }

    @Test
    void integersWrapAndKnowTheirSign() {
        long top = Long.MIN_VALUE;
        assertArrayEquals(new long[] {top >>> 1, 0, -1}, binary(BinaryFn.DIV)
                .in(DType.U64, new long[] {top, 5, -1}, 3).in(DType.U64, new long[] {2, 0, 1}, 3)
                .out(DType.U64, 3).run().longs(0));
        assertArrayEquals(new long[] {0}, binary(BinaryFn.DIV).in(new long[] {5}, 1).in(new long[] {0}, 1)
                .out(DType.I64, 1).run().longs(0));
        assertArrayEquals(new byte[] {(byte) 144, 0}, binary(BinaryFn.MUL)
                .in(DType.U8, new byte[] {20, 16}, 2).in(DType.U8, new byte[] {20, 16}, 2)
                .out(DType.U8, 2).run().bytes(0));
        assertArrayEquals(new byte[] {1, 0}, binary(BinaryFn.GREATER)
                .in(DType.U64, new long[] {-1, 1}, 2).in(DType.U64, new long[] {1, -1}, 2)
                .out(DType.BOOL, 2).run().bytes(0));
        assertArrayEquals(new int[] {2, -2, 1}, binary(BinaryFn.MOD)
                .in(DType.I32, new int[] {-7, 7, 7}, 3).in(DType.I32, new int[] {3, -3, 3}, 3)
                .out(DType.I32, 3).run().ints(0));
        assertArrayEquals(new int[] {-1, 1, 1}, binary(BinaryFn.FMOD)
                .in(DType.I32, new int[] {-7, 7, 7}, 3).in(DType.I32, new int[] {3, -3, 3}, 3)
                .out(DType.I32, 3).run().ints(0));
        assertArrayEquals(new short[] {(short) 0x8000, 0}, binary(BinaryFn.SHIFT_LEFT)
                .in(DType.U16, new short[] {1, 1}, 2).in(DType.U16, new short[] {15, 16}, 2)
                .out(DType.U16, 2).run().shorts(0));
        assertArrayEquals(new long[] {-27, 1, 0}, binary(BinaryFn.POW)
                .in(new long[] {-3, -1, 5}, 3).in(new long[] {3, -4, -1}, 3).out(DType.I64, 3).run().longs(0));
        assertArrayEquals(new byte[] {0, 1}, binary(BinaryFn.XOR)
                .in(DType.BOOL, new byte[] {1, 1}, 2).in(DType.BOOL, new byte[] {1, 0}, 2)
                .outInPlaceOf(0, DType.BOOL, 2).run().bytes(0));
    }

    @Test
    void whereMovesBits() {
        byte[] c = {1, 0, 1};
        assertArrayEquals(
                new float[] {1, 9, 3, 4, 9, 6}, OneStep.of(StepKind.WHERE).in(DType.BOOL, c, 3)
                        .in(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).in(new float[] {9}, 1)
                        .outInPlaceOf(1, DType.F32, 2, 3).run().floats(0));
        assertArrayEquals(
                new short[] {-1, 7, -1}, OneStep.of(StepKind.WHERE).in(DType.BOOL, c, 3)
                        .in(DType.BF16, new short[] {-1}).in(DType.BF16, new short[] {7})
                        .out(DType.BF16, 3).run().shorts(0));
        assertArrayEquals(
                new byte[] {1, 7, 1}, OneStep.of(StepKind.WHERE).in(DType.BOOL, c, 3)
                        .in(DType.I8, new byte[] {1}).in(DType.I8, new byte[] {7}).out(DType.I8, 3).run().bytes(0));
    }

    private static OneStep cast(DType from, Object x, int n, boolean saturate) {
        return OneStep.of(StepKind.CAST).in(from, x, n).ints(saturate ? 1 : 0);
    }

    @Test
    void castsRoundOnce() {
        float[] x = {1.9f, -1.9f, Float.NaN, 300, -0f, Float.NEGATIVE_INFINITY};
        assertArrayEquals(new long[] {1, -1, 0, 300, 0, Long.MIN_VALUE},
                cast(DType.F32, x, 6, false).out(DType.I64, 6).run().longs(0));
        assertArrayEquals(new byte[] {1, -1, 0, 44, 0, 0},
                cast(DType.F32, x, 6, false).out(DType.U8, 6).run().bytes(0));
        assertArrayEquals(new byte[] {1, 0, 0, -1, 0, 0},
                cast(DType.F32, x, 6, true).out(DType.U8, 6).run().bytes(0));
        assertArrayEquals(new byte[] {1, 1, 1, 1, 0, 1},
                cast(DType.F32, x, 6, false).out(DType.BOOL, 6).run().bytes(0));
        assertArrayEquals(new byte[] {127, -128, 5},
                cast(DType.I32, new int[] {1000, -1000, 5}, 3, true).out(DType.I8, 3).run().bytes(0));
        assertArrayEquals(new byte[] {(byte) 1000, (byte) -1000, 5},
                cast(DType.I32, new int[] {1000, -1000, 5}, 3, false).out(DType.I8, 3).run().bytes(0));
        assertArrayEquals(new double[] {0x1p64, 0x1p63 + 2048, 7}, cast(
                DType.U64, new long[] {-1, Long.MIN_VALUE + 1025, 7}, 3, false).out(DType.F64, 3).run().doubles(0));
        assertArrayEquals(new float[] {0x1p64f, 0x1p63f, 2049, 1L << 54 | 1L << 31},
                cast(DType.U64, new long[] {-1, Long.MIN_VALUE + 1025, 2049, (1L << 54) + (1L << 30) + 1}, 4, false)
                        .out(DType.F32, 4).run().floats(0));
        assertArrayEquals(new long[] {-1, Long.MIN_VALUE, 3}, cast(
                DType.F64, new double[] {1e30, 0x1p63, 3.5}, 3, false).out(DType.U64, 3).run().longs(0));
        // 1 + 2^-11 + 2^-40 is above the tie between two f16; by way of f32 it would fall on it
        assertArrayEquals(f16(1 + 0x1p-10f), cast(
                DType.F64, new double[] {1 + 0x1p-11 + 0x1p-40}, 1, false).out(DType.F16, 1).run().shorts(0));
        assertArrayEquals(new short[] {Floats16.toBf16(0x1p62f + 0x1p55f)}, cast(
                DType.I64, new long[] {(1L << 62) + (1L << 54) + 1}, 1, false).out(DType.BF16, 1).run().shorts(0));
    }

    @Test
    void longOperandsGoChunkByChunk() {
        float[] x = random(5, 1000);
        short[] half = f16(x);
        short[] y = unary(UnaryFn.NEG, 0, 0).in(DType.F16, half, 1000).outInPlaceOf(0, DType.F16, 1000).run().shorts(0);
        long[] back = cast(DType.F16, half, 1000, false).out(DType.I64, 1000).run().longs(0);
        for (int i = 0; i < 1000; i++) {
            assertEquals((short) (half[i] ^ 0x8000), y[i]);
            assertEquals((long) Floats16.fromF16(half[i]), back[i]);
        }
    }

    @Test
    void allocatesNothing() {
        unary(UnaryFn.EXP, 0, 0).in(DType.F64, new double[300], 300).out(DType.F64, 300).allocatesNothing();
        binary(BinaryFn.ADD).in(new float[6], 2, 3).in(new float[2], 2, 1).out(DType.F32, 2, 3).allocatesNothing();
        binary(BinaryFn.EQUAL).in(new long[6], 2, 3).in(new long[3], 3).out(DType.BOOL, 2, 3).allocatesNothing();
        cast(DType.F32, new float[300], 300, true).out(DType.U8, 300).allocatesNothing();
    }

    @Test
    void refusesWhatMakesNoSense() {
        assertThrows(FormatException.class,
                () -> unary(UnaryFn.SQRT, 0, 0).in(new long[2], 2).out(DType.I64, 2).run());
        assertThrows(FormatException.class,
                () -> unary(UnaryFn.NOT, 0, 0).in(new float[2], 2).out(DType.F32, 2).run());
        assertThrows(FormatException.class,
                () -> OneStep.of(StepKind.UNARY).ints(-1).floats(0, 0).in(new float[2], 2).out(DType.F32, 2).run());
        assertThrows(FormatException.class,
                () -> binary(BinaryFn.ADD).in(new float[2], 2).in(new long[2], 2).out(DType.F32, 2).run());
        assertThrows(FormatException.class,
                () -> binary(BinaryFn.BITWISE_AND).in(new float[2], 2).in(new float[2], 2).out(DType.F32, 2).run());
        assertThrows(ShapeException.class,
                () -> binary(BinaryFn.ADD).in(new float[2], 2).in(new float[3], 3).out(DType.F32, 3).run());
        assertThrows(ShapeException.class,
                () -> binary(BinaryFn.ADD).in(new float[1], 1).in(new float[1], 1).out(DType.F32, 3).run());
        assertThrows(ShapeException.class,
                () -> cast(DType.F32, new float[2], 2, true).out(DType.I8, 3).run());
    }
}
