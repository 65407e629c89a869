package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of a filter's gradient: three times four rows × one or two vectors of output channels, {@code c[row, o] +=
 * Σ x[pixel, row] · dy[pixel, o]} over all pixels of an image, whose sums stay in registers meanwhile. Four rows are
 * contiguous in the image, from {@code x0}, {@code x1} and {@code x2} on; of them {@code n0}, {@code n1} and {@code
 * n2} are stored, to rows from {@code c0}, {@code c1} and {@code c2} on. To the next pixel it is {@code xStep} in x,
 * {@code toNextRow} from the last one of a row. Written out, as {@link TallTiles} says why.
 */
final class FilterGradientTiles {

    private static final VectorSpecies<Float> S = Lanes.SPECIES;
    private static final int L = Lanes.LANES;

    private FilterGradientTiles() {}

    static void tile12x1(
            int height, int width, int toNextRow, int xStep, int yStep, float[] x, int x0, int x1, int x2,
            float[] dy, int yo, float[] c, int pitch, int c0, int n0, int c1, int n1, int c2, int n2) {
        FloatVector s00a = FloatVector.fromArray(S, c, c0);
        FloatVector s01a = FloatVector.fromArray(S, c, c0 + pitch);
        FloatVector s02a = FloatVector.fromArray(S, c, c0 + 2 * pitch);
        FloatVector s03a = FloatVector.fromArray(S, c, c0 + 3 * pitch);
        FloatVector s10a = FloatVector.fromArray(S, c, c1);
        FloatVector s11a = FloatVector.fromArray(S, c, c1 + pitch);
        FloatVector s12a = FloatVector.fromArray(S, c, c1 + 2 * pitch);
        FloatVector s13a = FloatVector.fromArray(S, c, c1 + 3 * pitch);
        FloatVector s20a = FloatVector.fromArray(S, c, c2);
        FloatVector s21a = FloatVector.fromArray(S, c, c2 + pitch);
        FloatVector s22a = FloatVector.fromArray(S, c, c2 + 2 * pitch);
        FloatVector s23a = FloatVector.fromArray(S, c, c2 + 3 * pitch);
        int at = 0;
        int to = yo;
        int column = 0;
        for (int pixel = 0; pixel < height * width; pixel++) { // one loop: see PoolGradients
            FloatVector da = FloatVector.fromArray(S, dy, to);
            FloatVector f = FloatVector.broadcast(S, x[x0 + at]);
            s00a = f.fma(da, s00a);
            f = FloatVector.broadcast(S, x[x0 + at + 1]);
            s01a = f.fma(da, s01a);
            f = FloatVector.broadcast(S, x[x0 + at + 2]);
            s02a = f.fma(da, s02a);
            f = FloatVector.broadcast(S, x[x0 + at + 3]);
            s03a = f.fma(da, s03a);
            f = FloatVector.broadcast(S, x[x1 + at]);
            s10a = f.fma(da, s10a);
            f = FloatVector.broadcast(S, x[x1 + at + 1]);
            s11a = f.fma(da, s11a);
            f = FloatVector.broadcast(S, x[x1 + at + 2]);
            s12a = f.fma(da, s12a);
            f = FloatVector.broadcast(S, x[x1 + at + 3]);
            s13a = f.fma(da, s13a);
            f = FloatVector.broadcast(S, x[x2 + at]);
            s20a = f.fma(da, s20a);
            f = FloatVector.broadcast(S, x[x2 + at + 1]);
            s21a = f.fma(da, s21a);
            f = FloatVector.broadcast(S, x[x2 + at + 2]);
            s22a = f.fma(da, s22a);
            f = FloatVector.broadcast(S, x[x2 + at + 3]);
            s23a = f.fma(da, s23a);
            column++;
            at += column == width ? toNextRow : xStep;
            column = column == width ? 0 : column;
            to += yStep;
        }
        if (n0 > 0) {
            s00a.intoArray(c, c0);
        }
        if (n0 > 1) {
            s01a.intoArray(c, c0 + pitch);
        }
        if (n0 > 2) {
            s02a.intoArray(c, c0 + 2 * pitch);
        }
        if (n0 > 3) {
            s03a.intoArray(c, c0 + 3 * pitch);
        }
        if (n1 > 0) {
            s10a.intoArray(c, c1);
        }
        if (n1 > 1) {
            s11a.intoArray(c, c1 + pitch);
        }
        if (n1 > 2) {
            s12a.intoArray(c, c1 + 2 * pitch);
        }
        if (n1 > 3) {
            s13a.intoArray(c, c1 + 3 * pitch);
        }
        if (n2 > 0) {
            s20a.intoArray(c, c2);
        }
        if (n2 > 1) {
            s21a.intoArray(c, c2 + pitch);
        }
        if (n2 > 2) {
            s22a.intoArray(c, c2 + 2 * pitch);
        }
        if (n2 > 3) {
            s23a.intoArray(c, c2 + 3 * pitch);
        }
    }

    static void tile12x2(
            int height, int width, int toNextRow, int xStep, int yStep, float[] x, int x0, int x1, int x2,
            float[] dy, int yo, float[] c, int pitch, int c0, int n0, int c1, int n1, int c2, int n2) {
        FloatVector s00a = FloatVector.fromArray(S, c, c0);
        FloatVector s00b = FloatVector.fromArray(S, c, c0 + L);
        FloatVector s01a = FloatVector.fromArray(S, c, c0 + pitch);
        FloatVector s01b = FloatVector.fromArray(S, c, c0 + pitch + L);
        FloatVector s02a = FloatVector.fromArray(S, c, c0 + 2 * pitch);
        FloatVector s02b = FloatVector.fromArray(S, c, c0 + 2 * pitch + L);
        FloatVector s03a = FloatVector.fromArray(S, c, c0 + 3 * pitch);
        FloatVector s03b = FloatVector.fromArray(S, c, c0 + 3 * pitch + L);
        FloatVector s10a = FloatVector.fromArray(S, c, c1);
        FloatVector s10b = FloatVector.fromArray(S, c, c1 + L);
        FloatVector s11a = FloatVector.fromArray(S, c, c1 + pitch);
        FloatVector s11b = FloatVector.fromArray(S, c, c1 + pitch + L);
        FloatVector s12a = FloatVector.fromArray(S, c, c1 + 2 * pitch);
        FloatVector s12b = FloatVector.fromArray(S, c, c1 + 2 * pitch + L);
        FloatVector s13a = FloatVector.fromArray(S, c, c1 + 3 * pitch);
        FloatVector s13b = FloatVector.fromArray(S, c, c1 + 3 * pitch + L);
        FloatVector s20a = FloatVector.fromArray(S, c, c2);
        FloatVector s20b = FloatVector.fromArray(S, c, c2 + L);
        FloatVector s21a = FloatVector.fromArray(S, c, c2 + pitch);
        FloatVector s21b = FloatVector.fromArray(S, c, c2 + pitch + L);
        FloatVector s22a = FloatVector.fromArray(S, c, c2 + 2 * pitch);
        FloatVector s22b = FloatVector.fromArray(S, c, c2 + 2 * pitch + L);
        FloatVector s23a = FloatVector.fromArray(S, c, c2 + 3 * pitch);
        FloatVector s23b = FloatVector.fromArray(S, c, c2 + 3 * pitch + L);
        int at = 0;
        int to = yo;
        int column = 0;
        for (int pixel = 0; pixel < height * width; pixel++) { // one loop: see PoolGradients
            FloatVector da = FloatVector.fromArray(S, dy, to);
            FloatVector db = FloatVector.fromArray(S, dy, to + L);
            FloatVector f = FloatVector.broadcast(S, x[x0 + at]);
            s00a = f.fma(da, s00a);
            s00b = f.fma(db, s00b);
            f = FloatVector.broadcast(S, x[x0 + at + 1]);
            s01a = f.fma(da, s01a);
            s01b = f.fma(db, s01b);
            f = FloatVector.broadcast(S, x[x0 + at + 2]);
            s02a = f.fma(da, s02a);
            s02b = f.fma(db, s02b);
            f = FloatVector.broadcast(S, x[x0 + at + 3]);
            s03a = f.fma(da, s03a);
            s03b = f.fma(db, s03b);
            f = FloatVector.broadcast(S, x[x1 + at]);
            s10a = f.fma(da, s10a);
            s10b = f.fma(db, s10b);
            f = FloatVector.broadcast(S, x[x1 + at + 1]);
            s11a = f.fma(da, s11a);
            s11b = f.fma(db, s11b);
            f = FloatVector.broadcast(S, x[x1 + at + 2]);
            s12a = f.fma(da, s12a);
            s12b = f.fma(db, s12b);
            f = FloatVector.broadcast(S, x[x1 + at + 3]);
            s13a = f.fma(da, s13a);
            s13b = f.fma(db, s13b);
            f = FloatVector.broadcast(S, x[x2 + at]);
            s20a = f.fma(da, s20a);
            s20b = f.fma(db, s20b);
            f = FloatVector.broadcast(S, x[x2 + at + 1]);
            s21a = f.fma(da, s21a);
            s21b = f.fma(db, s21b);
            f = FloatVector.broadcast(S, x[x2 + at + 2]);
            s22a = f.fma(da, s22a);
            s22b = f.fma(db, s22b);
            f = FloatVector.broadcast(S, x[x2 + at + 3]);
            s23a = f.fma(da, s23a);
            s23b = f.fma(db, s23b);
            column++;
            at += column == width ? toNextRow : xStep;
            column = column == width ? 0 : column;
            to += yStep;
        }
        if (n0 > 0) {
            s00a.intoArray(c, c0);
            s00b.intoArray(c, c0 + L);
        }
        if (n0 > 1) {
            s01a.intoArray(c, c0 + pitch);
            s01b.intoArray(c, c0 + pitch + L);
        }
        if (n0 > 2) {
            s02a.intoArray(c, c0 + 2 * pitch);
            s02b.intoArray(c, c0 + 2 * pitch + L);
        }
        if (n0 > 3) {
            s03a.intoArray(c, c0 + 3 * pitch);
            s03b.intoArray(c, c0 + 3 * pitch + L);
        }
        if (n1 > 0) {
            s10a.intoArray(c, c1);
            s10b.intoArray(c, c1 + L);
        }
        if (n1 > 1) {
            s11a.intoArray(c, c1 + pitch);
            s11b.intoArray(c, c1 + pitch + L);
        }
        if (n1 > 2) {
            s12a.intoArray(c, c1 + 2 * pitch);
            s12b.intoArray(c, c1 + 2 * pitch + L);
        }
        if (n1 > 3) {
            s13a.intoArray(c, c1 + 3 * pitch);
            s13b.intoArray(c, c1 + 3 * pitch + L);
        }
        if (n2 > 0) {
            s20a.intoArray(c, c2);
            s20b.intoArray(c, c2 + L);
        }
        if (n2 > 1) {
            s21a.intoArray(c, c2 + pitch);
            s21b.intoArray(c, c2 + pitch + L);
        }
        if (n2 > 2) {
            s22a.intoArray(c, c2 + 2 * pitch);
            s22b.intoArray(c, c2 + 2 * pitch + L);
        }
        if (n2 > 3) {
            s23a.intoArray(c, c2 + 3 * pitch);
            s23b.intoArray(c, c2 + 3 * pitch + L);
        }
    }
}
