package dev.lanewise.vector;

import static dev.lanewise.vector.Lanes.LANES;
import static dev.lanewise.vector.Lanes.SPECIES;
import static dev.lanewise.vector.VectorTranspose.ODD_1;
import static dev.lanewise.vector.VectorTranspose.ODD_2;
import static dev.lanewise.vector.VectorTranspose.ODD_4;
import static dev.lanewise.vector.VectorTranspose.ODD_8;
import static dev.lanewise.vector.VectorTranspose.SWAP_1;
import static dev.lanewise.vector.VectorTranspose.SWAP_2;

import jdk.incubator.vector.FloatVector;

/**
 * Scores of one query: 16 keys × 4 elements at a time are transposed in registers and taken in at once. For several
 * queries a block of keys is transposed to memory, once for all of them, by {@link VectorTranspose}.
 *
 * <p>Four keys a vector come together as they are loaded: those of the second, third and fourth group begin 4, 8 and 12
 * elements before the wanted ones, which so lie in lanes 4, 8 and 12. The other lanes are blended away, whatever they
 * hold. As keys are at least one element apart, all of that lies between the first key and the end of the last.
 */
final class KeySquares {

    private KeySquares() {}

    /** Whether heads of that size are made of such squares. */
    static boolean fit(int headDim) {
        return LANES == 16 && headDim % 4 == 0;
    }

    /**
     * s[to + t] = Σ_d q[d] · k[t, d] for 16 keys t.
     *
     * @param dim a multiple of 4
     * @param k [16, dim], rows {@code kStride} apart
     */
    static void scores(
            int dim, float[] q, int qOff, float[] k, int kOff, int kStride, float[] s, int to) {
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int d = 0; d < dim; d += 4) {
            int row4 = kOff + d + 4 * kStride - 4;
            int row8 = kOff + d + 8 * kStride - 8;
            int row12 = kOff + d + 12 * kStride - 12;
            FloatVector a0 = FloatVector.fromArray(SPECIES, k, kOff + d);
            FloatVector a1 = FloatVector.fromArray(SPECIES, k, kOff + d + kStride);
            FloatVector a2 = FloatVector.fromArray(SPECIES, k, kOff + d + 2 * kStride);
            FloatVector a3 = FloatVector.fromArray(SPECIES, k, kOff + d + 3 * kStride);
            a0 = a0.blend(FloatVector.fromArray(SPECIES, k, row4), ODD_4);
            a1 = a1.blend(FloatVector.fromArray(SPECIES, k, row4 + kStride), ODD_4);
            a2 = a2.blend(FloatVector.fromArray(SPECIES, k, row4 + 2 * kStride), ODD_4);
            a3 = a3.blend(FloatVector.fromArray(SPECIES, k, row4 + 3 * kStride), ODD_4);
            FloatVector d0 = FloatVector.fromArray(SPECIES, k, row8);
            FloatVector d1 = FloatVector.fromArray(SPECIES, k, row8 + kStride);
            FloatVector d2 = FloatVector.fromArray(SPECIES, k, row8 + 2 * kStride);
            FloatVector d3 = FloatVector.fromArray(SPECIES, k, row8 + 3 * kStride);
            d0 = d0.blend(FloatVector.fromArray(SPECIES, k, row12), ODD_4);
            d1 = d1.blend(FloatVector.fromArray(SPECIES, k, row12 + kStride), ODD_4);
            d2 = d2.blend(FloatVector.fromArray(SPECIES, k, row12 + 2 * kStride), ODD_4);
            d3 = d3.blend(FloatVector.fromArray(SPECIES, k, row12 + 3 * kStride), ODD_4);
            a0 = a0.blend(d0, ODD_8);
            a1 = a1.blend(d1, ODD_8);
            a2 = a2.blend(d2, ODD_8);
            a3 = a3.blend(d3, ODD_8);
            FloatVector b0 = a0.blend(a2.rearrange(SWAP_2), ODD_2);
            FloatVector b2 = a0.rearrange(SWAP_2).blend(a2, ODD_2);
            FloatVector b1 = a1.blend(a3.rearrange(SWAP_2), ODD_2);
            FloatVector b3 = a1.rearrange(SWAP_2).blend(a3, ODD_2);
            FloatVector c0 = b0.blend(b1.rearrange(SWAP_1), ODD_1);
            FloatVector c1 = b0.rearrange(SWAP_1).blend(b1, ODD_1);
            FloatVector c2 = b2.blend(b3.rearrange(SWAP_1), ODD_1);
            FloatVector c3 = b2.rearrange(SWAP_1).blend(b3, ODD_1);
            sum = FloatVector.broadcast(SPECIES, q[qOff + d]).fma(c0, sum);
            sum = FloatVector.broadcast(SPECIES, q[qOff + d + 1]).fma(c1, sum);
            sum = FloatVector.broadcast(SPECIES, q[qOff + d + 2]).fma(c2, sum);
            sum = FloatVector.broadcast(SPECIES, q[qOff + d + 3]).fma(c3, sum);
        }
        sum.intoArray(s, to);
    }
}
