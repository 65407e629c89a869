package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static dev.lanewise.vector.VectorTranspose.ODD_1;
import static dev.lanewise.vector.VectorTranspose.ODD_2;
import static dev.lanewise.vector.VectorTranspose.ODD_4;
import static dev.lanewise.vector.VectorTranspose.ODD_8;
import static dev.lanewise.vector.VectorTranspose.SWAP_1;
import static dev.lanewise.vector.VectorTranspose.SWAP_2;
import static dev.lanewise.vector.VectorTranspose.SWAP_4;
import static dev.lanewise.vector.VectorTranspose.SWAP_8;

import jdk.incubator.vector.FloatVector;

/**
 * Scores of one query: squares of 16 keys × 16 elements are transposed in registers, as {@link VectorTranspose}
 * does, and taken in at once. For several queries a block of keys is transposed to memory, once for all of them.
 */
final class KeySquares {

    private KeySquares() {}

    /** Whether heads of that size are made of such squares. */
    static boolean fit(int headDim) {
        return LANES == 16 && headDim % 16 == 0;
    }

    /**
     * s[to + t] = Σ_d q[d] · k[t, d] for 16 keys t.
     *
     * @param dim a multiple of 16
     * @param k [16, dim], rows {@code kStride} apart
     */
    static void scores(
            int dim, float[] q, int qOff, float[] k, int kOff, int kStride, float[] s, int to) {
        FloatVector.zero(SPECIES).intoArray(s, to);
        for (int d = 0; d < dim; d += 16) {
            takeIn(q, qOff + d, k, kOff + d, kStride, s, to);
        }
    }

    private static void takeIn(
            float[] q, int qOff, float[] k, int kOff, int kStride, float[] s, int to) {
        FloatVector a0 = FloatVector.fromArray(SPECIES, k, kOff);
        FloatVector a1 = FloatVector.fromArray(SPECIES, k, kOff + kStride);
        FloatVector a2 = FloatVector.fromArray(SPECIES, k, kOff + 2 * kStride);
        FloatVector a3 = FloatVector.fromArray(SPECIES, k, kOff + 3 * kStride);
        FloatVector a4 = FloatVector.fromArray(SPECIES, k, kOff + 4 * kStride);
        FloatVector a5 = FloatVector.fromArray(SPECIES, k, kOff + 5 * kStride);
        FloatVector a6 = FloatVector.fromArray(SPECIES, k, kOff + 6 * kStride);
        FloatVector a7 = FloatVector.fromArray(SPECIES, k, kOff + 7 * kStride);
        FloatVector a8 = FloatVector.fromArray(SPECIES, k, kOff + 8 * kStride);
        FloatVector a9 = FloatVector.fromArray(SPECIES, k, kOff + 9 * kStride);
        FloatVector aa = FloatVector.fromArray(SPECIES, k, kOff + 10 * kStride);
        FloatVector ab = FloatVector.fromArray(SPECIES, k, kOff + 11 * kStride);
        FloatVector ac = FloatVector.fromArray(SPECIES, k, kOff + 12 * kStride);
        FloatVector ad = FloatVector.fromArray(SPECIES, k, kOff + 13 * kStride);
        FloatVector ae = FloatVector.fromArray(SPECIES, k, kOff + 14 * kStride);
        FloatVector af = FloatVector.fromArray(SPECIES, k, kOff + 15 * kStride);
        FloatVector b0 = a0.blend(a8.rearrange(SWAP_8), ODD_8);
        FloatVector b8 = a0.rearrange(SWAP_8).blend(a8, ODD_8);
        FloatVector b1 = a1.blend(a9.rearrange(SWAP_8), ODD_8);
        FloatVector b9 = a1.rearrange(SWAP_8).blend(a9, ODD_8);
        FloatVector b2 = a2.blend(aa.rearrange(SWAP_8), ODD_8);
        FloatVector ba = a2.rearrange(SWAP_8).blend(aa, ODD_8);
        FloatVector b3 = a3.blend(ab.rearrange(SWAP_8), ODD_8);
        FloatVector bb = a3.rearrange(SWAP_8).blend(ab, ODD_8);
        FloatVector b4 = a4.blend(ac.rearrange(SWAP_8), ODD_8);
        FloatVector bc = a4.rearrange(SWAP_8).blend(ac, ODD_8);
        FloatVector b5 = a5.blend(ad.rearrange(SWAP_8), ODD_8);
        FloatVector bd = a5.rearrange(SWAP_8).blend(ad, ODD_8);
        FloatVector b6 = a6.blend(ae.rearrange(SWAP_8), ODD_8);
        FloatVector be = a6.rearrange(SWAP_8).blend(ae, ODD_8);
        FloatVector b7 = a7.blend(af.rearrange(SWAP_8), ODD_8);
        FloatVector bf = a7.rearrange(SWAP_8).blend(af, ODD_8);
        FloatVector c0 = b0.blend(b4.rearrange(SWAP_4), ODD_4);
        FloatVector c4 = b0.rearrange(SWAP_4).blend(b4, ODD_4);
        FloatVector c1 = b1.blend(b5.rearrange(SWAP_4), ODD_4);
        FloatVector c5 = b1.rearrange(SWAP_4).blend(b5, ODD_4);
        FloatVector c2 = b2.blend(b6.rearrange(SWAP_4), ODD_4);
        FloatVector c6 = b2.rearrange(SWAP_4).blend(b6, ODD_4);
        FloatVector c3 = b3.blend(b7.rearrange(SWAP_4), ODD_4);
        FloatVector c7 = b3.rearrange(SWAP_4).blend(b7, ODD_4);
        FloatVector c8 = b8.blend(bc.rearrange(SWAP_4), ODD_4);
        FloatVector cc = b8.rearrange(SWAP_4).blend(bc, ODD_4);
        FloatVector c9 = b9.blend(bd.rearrange(SWAP_4), ODD_4);
        FloatVector cd = b9.rearrange(SWAP_4).blend(bd, ODD_4);
        FloatVector ca = ba.blend(be.rearrange(SWAP_4), ODD_4);
        FloatVector ce = ba.rearrange(SWAP_4).blend(be, ODD_4);
        FloatVector cb = bb.blend(bf.rearrange(SWAP_4), ODD_4);
        FloatVector cf = bb.rearrange(SWAP_4).blend(bf, ODD_4);
        FloatVector d0 = c0.blend(c2.rearrange(SWAP_2), ODD_2);
        FloatVector d2 = c0.rearrange(SWAP_2).blend(c2, ODD_2);
        FloatVector d1 = c1.blend(c3.rearrange(SWAP_2), ODD_2);
        FloatVector d3 = c1.rearrange(SWAP_2).blend(c3, ODD_2);
        FloatVector d4 = c4.blend(c6.rearrange(SWAP_2), ODD_2);
        FloatVector d6 = c4.rearrange(SWAP_2).blend(c6, ODD_2);
        FloatVector d5 = c5.blend(c7.rearrange(SWAP_2), ODD_2);
        FloatVector d7 = c5.rearrange(SWAP_2).blend(c7, ODD_2);
        FloatVector d8 = c8.blend(ca.rearrange(SWAP_2), ODD_2);
        FloatVector da = c8.rearrange(SWAP_2).blend(ca, ODD_2);
        FloatVector d9 = c9.blend(cb.rearrange(SWAP_2), ODD_2);
        FloatVector db = c9.rearrange(SWAP_2).blend(cb, ODD_2);
        FloatVector dc = cc.blend(ce.rearrange(SWAP_2), ODD_2);
        FloatVector de = cc.rearrange(SWAP_2).blend(ce, ODD_2);
        FloatVector dd = cd.blend(cf.rearrange(SWAP_2), ODD_2);
        FloatVector df = cd.rearrange(SWAP_2).blend(cf, ODD_2);
        FloatVector e0 = d0.blend(d1.rearrange(SWAP_1), ODD_1);
        FloatVector e1 = d0.rearrange(SWAP_1).blend(d1, ODD_1);
        FloatVector e2 = d2.blend(d3.rearrange(SWAP_1), ODD_1);
        FloatVector e3 = d2.rearrange(SWAP_1).blend(d3, ODD_1);
        FloatVector e4 = d4.blend(d5.rearrange(SWAP_1), ODD_1);
        FloatVector e5 = d4.rearrange(SWAP_1).blend(d5, ODD_1);
        FloatVector e6 = d6.blend(d7.rearrange(SWAP_1), ODD_1);
        FloatVector e7 = d6.rearrange(SWAP_1).blend(d7, ODD_1);
        FloatVector e8 = d8.blend(d9.rearrange(SWAP_1), ODD_1);
        FloatVector e9 = d8.rearrange(SWAP_1).blend(d9, ODD_1);
        FloatVector ea = da.blend(db.rearrange(SWAP_1), ODD_1);
        FloatVector eb = da.rearrange(SWAP_1).blend(db, ODD_1);
        FloatVector ec = dc.blend(dd.rearrange(SWAP_1), ODD_1);
        FloatVector ed = dc.rearrange(SWAP_1).blend(dd, ODD_1);
        FloatVector ee = de.blend(df.rearrange(SWAP_1), ODD_1);
        FloatVector ef = de.rearrange(SWAP_1).blend(df, ODD_1);
        FloatVector sum = FloatVector.fromArray(SPECIES, s, to);
        sum = FloatVector.broadcast(SPECIES, q[qOff]).fma(e0, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 1]).fma(e1, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 2]).fma(e2, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 3]).fma(e3, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 4]).fma(e4, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 5]).fma(e5, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 6]).fma(e6, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 7]).fma(e7, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 8]).fma(e8, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 9]).fma(e9, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 10]).fma(ea, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 11]).fma(eb, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 12]).fma(ec, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 13]).fma(ed, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 14]).fma(ee, sum);
        sum = FloatVector.broadcast(SPECIES, q[qOff + 15]).fma(ef, sum);
        sum.intoArray(s, to);
    }
}
