package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;

/** Angles {@code t · base^(−2i / size)}, {@code [most, pairs]}, from which tables of positions are made. */
record PositionTable(double[] angles, int most, int pairs) {

    static PositionTable angles(int most, int pairs, double base, int size) {
        double[] angles = new double[most * pairs];
        for (int t = 0; t < most; t++) {
            for (int i = 0; i < pairs; i++) {
                angles[t * pairs + i] = t * StrictMath.pow(base, -2.0 * i / size);
            }
        }
        return new PositionTable(angles, most, pairs);
    }

    /** {@code cos} or {@code sin} of all angles. */
    Literal as(String function) {
        float[] values = new float[angles.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (function.equals("cos") ? StrictMath.cos(angles[i]) : StrictMath.sin(angles[i]));
        }
        return Literal.of(values, most, pairs);
    }

    /** sin and cos in turn, {@code [most, size]}. */
    Literal interleaved(int size) {
        float[] values = new float[most * size];
        for (int t = 0; t < most; t++) {
            for (int c = 0; c < size; c++) {
                double angle = angles[t * pairs + c / 2];
                values[t * size + c] = (float) (c % 2 == 0 ? StrictMath.sin(angle) : StrictMath.cos(angle));
            }
        }
        return Literal.of(values, most, size);
    }

    /**
     * The rows of a table {@code [most, ...]} for the steps of {@code x [batch, time, ...]}, of which the first is at
     * {@code first}. Sequences that may be longer than the table are refused; whether two parts of one are longer
     * together is seen when it runs.
     */
    static Tensor rows(Tensor table, Dim first, Tensor x) {
        long most = table.dim(0).constant();
        long steps = Math.max(first.max(), x.dim(1).max());
        if (steps > most) {
            throw x.net().misfit(steps + " steps of " + x, "at most " + most + ", as there are positions");
        }
        return table.slice(0, first, first.plus(x.dim(1)));
    }
}
