package dev.lanewise.vector;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Template (see {@link Shaped}) of the tile of {@link PairConv}: up to seven vectors of two output pixels, a row of
 * taps after another. A vector of the image serves every pair that a tap of this row brings it to: with five taps 17
 * loads for 35 multiply-adds.
 */
final class PairTile7x5 implements PairTile {

    private static final int[] SHAPE = Shaped.constants(MethodHandles.lookup(), 7, 5, 8, 256);

    private static final int PAIRS = SHAPE[0];

    private static final int TAPS = SHAPE[1];

    /** The pixel that the last pair's last tap falls on. */
    private static final int LAST = 2 * (PAIRS - 1) + TAPS - 1;

    /** From pixel to pixel. */
    private static final int STEP = SHAPE[2];

    /** From row to row of x. */
    private static final int DOWN = SHAPE[3];

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    @Override
    public void run(
            int length, int first, int end, float[] scratch, int xAt, float[] w, int bo, float[] y, int yAt) {
        for (int i = 0; i < length; i += 2 * PAIRS) {
            int pixel = Math.min(i, length - 2 * PAIRS) * STEP;
            int xo = xAt + pixel;
            int yo = yAt + pixel;
            FloatVector c0 = FloatVector.fromArray(S, scratch, bo);
            FloatVector c1 = c0;
            FloatVector c2 = c0;
            FloatVector c3 = c0;
            FloatVector c4 = c0;
            FloatVector c5 = c0;
            FloatVector c6 = c0;
            for (int kh = first; kh < end; kh++) {
                int at = xo + kh * DOWN;
                int tap = kh * TAPS * L;
                FloatVector w0 = FloatVector.fromArray(S, w, tap);
                FloatVector w1 = TAPS > 1 ? FloatVector.fromArray(S, w, tap + L) : w0;
                FloatVector w2 = TAPS > 2 ? FloatVector.fromArray(S, w, tap + 2 * L) : w0;
                FloatVector w3 = TAPS > 3 ? FloatVector.fromArray(S, w, tap + 3 * L) : w0;
                FloatVector w4 = TAPS > 4 ? FloatVector.fromArray(S, w, tap + 4 * L) : w0;
                FloatVector v = FloatVector.fromArray(S, scratch, at);
                c0 = v.fma(w0, c0);
                v = LAST >= 1 ? FloatVector.fromArray(S, scratch, at + STEP) : v;
                c0 = TAPS > 1 ? v.fma(w1, c0) : c0;
                v = LAST >= 2 ? FloatVector.fromArray(S, scratch, at + 2 * STEP) : v;
                c0 = TAPS > 2 ? v.fma(w2, c0) : c0;
                c1 = PAIRS > 1 ? v.fma(w0, c1) : c1;
                v = LAST >= 3 ? FloatVector.fromArray(S, scratch, at + 3 * STEP) : v;
                c0 = TAPS > 3 ? v.fma(w3, c0) : c0;
                c1 = PAIRS > 1 && TAPS > 1 ? v.fma(w1, c1) : c1;
                v = LAST >= 4 ? FloatVector.fromArray(S, scratch, at + 4 * STEP) : v;
                c0 = TAPS > 4 ? v.fma(w4, c0) : c0;
                c1 = PAIRS > 1 && TAPS > 2 ? v.fma(w2, c1) : c1;
                c2 = PAIRS > 2 ? v.fma(w0, c2) : c2;
                v = LAST >= 5 ? FloatVector.fromArray(S, scratch, at + 5 * STEP) : v;
                c1 = PAIRS > 1 && TAPS > 3 ? v.fma(w3, c1) : c1;
                c2 = PAIRS > 2 && TAPS > 1 ? v.fma(w1, c2) : c2;
                v = LAST >= 6 ? FloatVector.fromArray(S, scratch, at + 6 * STEP) : v;
                c1 = PAIRS > 1 && TAPS > 4 ? v.fma(w4, c1) : c1;
                c2 = PAIRS > 2 && TAPS > 2 ? v.fma(w2, c2) : c2;
                c3 = PAIRS > 3 ? v.fma(w0, c3) : c3;
                v = LAST >= 7 ? FloatVector.fromArray(S, scratch, at + 7 * STEP) : v;
                c2 = PAIRS > 2 && TAPS > 3 ? v.fma(w3, c2) : c2;
                c3 = PAIRS > 3 && TAPS > 1 ? v.fma(w1, c3) : c3;
                v = LAST >= 8 ? FloatVector.fromArray(S, scratch, at + 8 * STEP) : v;
                c2 = PAIRS > 2 && TAPS > 4 ? v.fma(w4, c2) : c2;
                c3 = PAIRS > 3 && TAPS > 2 ? v.fma(w2, c3) : c3;
                c4 = PAIRS > 4 ? v.fma(w0, c4) : c4;
                v = LAST >= 9 ? FloatVector.fromArray(S, scratch, at + 9 * STEP) : v;
                c3 = PAIRS > 3 && TAPS > 3 ? v.fma(w3, c3) : c3;
                c4 = PAIRS > 4 && TAPS > 1 ? v.fma(w1, c4) : c4;
                v = LAST >= 10 ? FloatVector.fromArray(S, scratch, at + 10 * STEP) : v;
                c3 = PAIRS > 3 && TAPS > 4 ? v.fma(w4, c3) : c3;
                c4 = PAIRS > 4 && TAPS > 2 ? v.fma(w2, c4) : c4;
                c5 = PAIRS > 5 ? v.fma(w0, c5) : c5;
                v = LAST >= 11 ? FloatVector.fromArray(S, scratch, at + 11 * STEP) : v;
                c4 = PAIRS > 4 && TAPS > 3 ? v.fma(w3, c4) : c4;
                c5 = PAIRS > 5 && TAPS > 1 ? v.fma(w1, c5) : c5;
                v = LAST >= 12 ? FloatVector.fromArray(S, scratch, at + 12 * STEP) : v;
                c4 = PAIRS > 4 && TAPS > 4 ? v.fma(w4, c4) : c4;
                c5 = PAIRS > 5 && TAPS > 2 ? v.fma(w2, c5) : c5;
                c6 = PAIRS > 6 ? v.fma(w0, c6) : c6;
                v = LAST >= 13 ? FloatVector.fromArray(S, scratch, at + 13 * STEP) : v;
                c5 = PAIRS > 5 && TAPS > 3 ? v.fma(w3, c5) : c5;
                c6 = PAIRS > 6 && TAPS > 1 ? v.fma(w1, c6) : c6;
                v = LAST >= 14 ? FloatVector.fromArray(S, scratch, at + 14 * STEP) : v;
                c5 = PAIRS > 5 && TAPS > 4 ? v.fma(w4, c5) : c5;
                c6 = PAIRS > 6 && TAPS > 2 ? v.fma(w2, c6) : c6;
                v = LAST >= 15 ? FloatVector.fromArray(S, scratch, at + 15 * STEP) : v;
                c6 = PAIRS > 6 && TAPS > 3 ? v.fma(w3, c6) : c6;
                v = LAST >= 16 ? FloatVector.fromArray(S, scratch, at + 16 * STEP) : v;
                c6 = PAIRS > 6 && TAPS > 4 ? v.fma(w4, c6) : c6;
            }
            // as in PixelTile: compare and blend, and −0 so that C2 knows the classes of what the loop has carried
            FloatVector least = FloatVector.zero(S);
            FloatVector same = FloatVector.broadcast(S, -0f);
            c0 = same.add(c0);
            c0.blend(least, c0.compare(VectorOperators.LE, least)).intoArray(y, yo);
            if (PAIRS > 1) {
                c1 = same.add(c1);
                c1.blend(least, c1.compare(VectorOperators.LE, least)).intoArray(y, yo + L);
            }
            if (PAIRS > 2) {
                c2 = same.add(c2);
                c2.blend(least, c2.compare(VectorOperators.LE, least)).intoArray(y, yo + 2 * L);
            }
            if (PAIRS > 3) {
                c3 = same.add(c3);
                c3.blend(least, c3.compare(VectorOperators.LE, least)).intoArray(y, yo + 3 * L);
            }
            if (PAIRS > 4) {
                c4 = same.add(c4);
                c4.blend(least, c4.compare(VectorOperators.LE, least)).intoArray(y, yo + 4 * L);
            }
            if (PAIRS > 5) {
                c5 = same.add(c5);
                c5.blend(least, c5.compare(VectorOperators.LE, least)).intoArray(y, yo + 5 * L);
            }
            if (PAIRS > 6) {
                c6 = same.add(c6);
                c6.blend(least, c6.compare(VectorOperators.LE, least)).intoArray(y, yo + 6 * L);
            }
        }
    }
}
