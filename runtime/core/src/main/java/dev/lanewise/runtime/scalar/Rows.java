package dev.lanewise.runtime.scalar;

import java.util.Arrays;

/**
 * The packed form of a right-hand side [k, n] for plain loops: [ceil(n / 1024)][k][≤ 1024], each
 * row of a block an array of its own. Changed by {@link #setRow} alone; allocates only when made.
 *
 * <p>Why arrays: C2 vectorises a loop over several arrays only where all are indexed alike. With
 * {@code b[offset + j]} and {@code c[other + j]} it must assume that they overlap, and the loop
 * stays scalar, 4 to 5 times slower. So sums live at the start of the scratch array while they
 * grow, from index 0 as each row does, and a block is as wide as fits there.
 */
final class Rows implements ScalarMatrix {

    private static final int BLOCK = 1024;

    final int k;
    final int n;

    /** [ceil(n / BLOCK)][k][columns of the block] */
    private final float[][][] blocks;

    /** Zeros. */
    Rows(int k, int n) {
        this.k = k;
        this.n = n;
        blocks = new float[(n + BLOCK - 1) / BLOCK][k][];
        for (int block = 0; block < blocks.length; block++) {
            for (int p = 0; p < k; p++) {
                blocks[block][p] = new float[columns(block)];
            }
        }
    }

    /** Packs b, whose element (p, j) lies at {@code bOff + p · kStride + j · nStride}. */
    Rows(float[] b, int bOff, int k, int n, int kStride, int nStride) {
        this(k, n);
        fill(b, bOff, kStride, nStride);
    }

    /** Packs another b of the same extents. */
    void fill(float[] b, int bOff, int kStride, int nStride) {
        for (int p = 0; p < k; p++) {
            setRow(p, b, bOff + p * kStride, nStride);
        }
    }

    /** Gives row p the elements that lie {@code nStride} apart from {@code bOff} on. */
    void setRow(int p, float[] b, int bOff, int nStride) {
        for (int block = 0; block < blocks.length; block++) {
            float[] row = blocks[block][p];
            int from = bOff + block * BLOCK * nStride;
            if (nStride == 1) {
                System.arraycopy(b, from, row, 0, row.length); // a cold start packs in the interpreter
            } else {
                for (int j = 0; j < row.length; j++) {
                    row[j] = b[from + j * nStride];
                }
            }
        }
    }

    private int columns(int block) {
        return Math.min(BLOCK, n - block * BLOCK);
    }

    /** With the headers of the arrays. */
    @Override
    public long bytes() {
        return blocks.length * (long) k * (16 + 4) + 4L * k * n;
    }

    @Override
    public String form() {
        return "rows";
    }

    @Override
    public void addProduct(float[] a, int aOff, float[] c, int cOff, float[] scratch) {
        addProduct(0, k, a, aOff, c, cOff, scratch);
    }

    /**
     * {@code c[n] += a[count] · b[first … first + count, n]}, k ascending.
     *
     * @param c not the scratch array
     */
    void addProduct(
            int first, int count, float[] a, int aOff, float[] c, int cOff, float[] scratch) {
        for (int block = 0; block < blocks.length; block++) {
            int columns = columns(block);
            int at = cOff + block * BLOCK;
            System.arraycopy(c, at, scratch, 0, columns);
            addBlock(blocks[block], first, count, columns, a, aOff, scratch);
            System.arraycopy(scratch, 0, c, at, columns);
        }
    }

    /**
     * {@code c[n] = fma(factor · scales[n], sum[n], c[n])}, where sum starts at {@code start} and takes in {@code
     * a[count] · b[first … first + count, n]}, k ascending.
     *
     * @param c not the scratch array
     */
    void addScaled(
            int first, int count, float[] a, int aOff, float factor, float[] scales, float start, float[] c,
            int cOff, float[] scratch) {
        for (int block = 0; block < blocks.length; block++) {
            int columns = columns(block);
            int at = block * BLOCK;
            Arrays.fill(scratch, 0, columns, start);
            addBlock(blocks[block], first, count, columns, a, aOff, scratch);
            for (int j = 0; j < columns; j++) {
                c[cOff + at + j] = Fma.fma(factor * scales[at + j], scratch[j], c[cOff + at + j]);
            }
        }
    }

    /** {@code c[n] += a[n] ∘ b[row, n]} */
    void addElementwise(int row, float[] a, int aOff, float[] c, int cOff, float[] scratch) {
        for (int block = 0; block < blocks.length; block++) {
            int columns = columns(block);
            int at = block * BLOCK;
            System.arraycopy(c, cOff + at, scratch, 0, columns);
            System.arraycopy(a, aOff + at, scratch, BLOCK, columns);
            addProducts(columns, blocks[block][row], scratch);
            System.arraycopy(scratch, 0, c, cOff + at, columns);
        }
    }

    /** Four rows per pass: a sum is loaded and stored once for four steps of its chain. */
    private static void addBlock(
            float[][] b, int first, int count, int n, float[] a, int aOff, float[] sums) {
        int p = 0;
        for (; p < count - 3; p += 4) {
            addFour(
                    n, a[aOff + p], a[aOff + p + 1], a[aOff + p + 2], a[aOff + p + 3],
                    b[first + p], b[first + p + 1], b[first + p + 2], b[first + p + 3], sums);
        }
        for (; p < count; p++) {
            addOne(n, a[aOff + p], b[first + p], sums);
        }
    }

    // Methods of their own: C2 vectorises the loop of a small method most reliably.

    private static void addFour(
            int n, float a0, float a1, float a2, float a3,
            float[] b0, float[] b1, float[] b2, float[] b3, float[] sums) {
        for (int j = 0; j < n; j++) {
            float sum = Fma.fma(a0, b0[j], sums[j]);
            sum = Fma.fma(a1, b1[j], sum);
            sum = Fma.fma(a2, b2[j], sum);
            sums[j] = Fma.fma(a3, b3[j], sum);
        }
    }

    private static void addOne(int n, float a, float[] b, float[] sums) {
        for (int j = 0; j < n; j++) {
            sums[j] = Fma.fma(a, b[j], sums[j]);
        }
    }

    /** {@code sums[0, n) += sums[BLOCK, BLOCK + n) ∘ b[n]} */
    private static void addProducts(int n, float[] b, float[] sums) {
        for (int j = 0; j < n; j++) {
            sums[j] = Fma.fma(sums[j + BLOCK], b[j], sums[j]);
        }
    }
}
