package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Uses every operator of the kernels once, before any kernel runs.
 *
 * <p>The Vector API looks up what an operator does in a table, by a method that is inlined with every operation of
 * every kernel. An operator that is used for the first time once C2 has compiled that method is a trap there, and
 * after four of them Java 17 counts four traps for each operation it inlines: beyond a hundred ({@code
 * PerMethodTrapLimit}) it stops narrowing types, and the last operations of a kernel box for good. Whether that
 * came about was decided by how early C2 found time, on a busy machine in every second process.
 */
final class Operators {

    /** Counts no longer what is inlined, and starts sooner without. */
    private static final int FIRST_JAVA_WITHOUT_NEED = 25;

    private Operators() {}

    static void lookUp(VectorSpecies<Float> floats) {
        if (Runtime.version().feature() >= FIRST_JAVA_WITHOUT_NEED) {
            return;
        }
        FloatVector x = FloatVector.broadcast(floats, 1f);
        x.neg().abs().sqrt().add(x).sub(x).mul(x).div(x).min(x).max(x).fma(x, x);
        x.reduceLanes(VectorOperators.MAX);
        x.reduceLanes(VectorOperators.MIN);
        IntVector i = x.reinterpretAsInts();
        i.neg().add(i).sub(i).and(i).or(i).max(i).bitwiseBlend(i, i).lanewise(VectorOperators.XOR, i);
        i.lanewise(VectorOperators.LSHL, 1)
                .lanewise(VectorOperators.LSHR, 1)
                .lanewise(VectorOperators.ASHR, 1)
                .lanewise(VectorOperators.ROL, 1)
                .reduceLanes(VectorOperators.MAX);
        ShortVector s = x.reinterpretAsShorts();
        s.add(s).sub(s).mul(s).lanewise(VectorOperators.LSHL, 1).lanewise(VectorOperators.ASHR, 1);
    }
}
