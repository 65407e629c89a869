package dev.lanewise.vector;

import dev.lanewise.runtime.kernel.LayoutKernels;
import dev.lanewise.runtime.scalar.ScalarLayout;
import org.junit.jupiter.api.Test;

/** Layouts: the vector kernels give the scalar kernels' elements, and write nothing else. */
class VectorLayoutTest {

    private final LayoutKernels scalar = new ScalarLayout();
    private final LayoutKernels vector = new VectorLayout();

    @Test
    void everyPlane() {
        for (int rows : Twins.SIZES) {
            for (int columns : Twins.SIZES) {
                compare(rows, columns, columns, rows);
                compare(rows, columns, columns + 3, rows + 2);
            }
        }
    }

    private void compare(int rows, int columns, int ldx, int ldy) {
        String what = rows + "x" + columns + " by " + ldx + ", " + ldy;
        float[] x = Twins.values(1, 5 + rows * ldx);
        float[] before = Twins.values(2, 7 + columns * ldy + 20);
        float[] expected = before.clone();
        float[] found = before.clone();
        scalar.transpose(rows, columns, x, 5, ldx, expected, 7, ldy);
        vector.transpose(rows, columns, x, 5, ldx, found, 7, ldy);
        Twins.assertSameBits(what, expected, found);
        Twins.assertOnly(what, before, found, 7, columns, rows, ldy);
    }
}
