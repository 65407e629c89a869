package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Uses every operator of the kernels, on all types, before any kernel runs.
 *
 * <p>The Vector API has methods that are inlined with every operation of every kernel: what looks up an operator in
 * a table, or makes ints of floats. Where C2 compiles one that has met the operators or types of the first kernels
 * only, all later ones are traps in it, and after four of them Java 17 counts four traps wherever it inlines the
 * method. Beyond a hundred in a kernel ({@code PerMethodTrapLimit}) it stops narrowing types, and the kernel's last
 * operations box for good. How much C2 had seen was decided by when it found time. So all is used here often enough
 * to be in the profile.
 */
final class Operators {

    /** Does not count what is inlined, and starts sooner without. */
    private static final int FIRST_JAVA_WITHOUT_NEED = 25;

    /** Profiles begin after 200 calls; 40 ms, once. */
    private static final int ROUNDS = 500;

    private Operators() {}

    static void useAll(VectorSpecies<Float> floats) {
        if (Runtime.version().feature() >= FIRST_JAVA_WITHOUT_NEED) {
            return;
        }
        for (int i = 0; i < ROUNDS; i++) {
            use(FloatVector.broadcast(floats, 1f));
        }
    }

    private static void use(FloatVector x) {
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
        i.reinterpretAsLongs().lanewise(VectorOperators.LSHL, 1);
    }
}
