package dev.lanewise.vector;

import dev.lanewise.runtime.scalar.ScalarMath;
import jdk.incubator.vector.FloatVector;

/**
 * Constants of {@link ScalarMath} as vectors, for the kernels that have many. There they are not
 * broadcast at the start, as elsewhere: each broadcast counts against the 8000 bytecodes that C2
 * inlines into one method, and on Java 17 what lies beyond is called and boxes.
 */
final class Coefficients {

    static final FloatVector LOG2_E = all(ScalarMath.LOG2_E);
    static final FloatVector ROUNDER = all(ScalarMath.ROUNDER);
    static final FloatVector MINUS_LN2 = all(-ScalarMath.LN2);
    static final FloatVector MINUS_LN2_LO = all(-ScalarMath.LN2_LO);
    static final FloatVector ZERO = all(0f);
    static final FloatVector ONE = all(1f);

    static final FloatVector E0 = all(ScalarMath.E0);
    static final FloatVector E1 = all(ScalarMath.E1);
    static final FloatVector E2 = all(ScalarMath.E2);
    static final FloatVector E3 = all(ScalarMath.E3);
    static final FloatVector E4 = all(ScalarMath.E4);

    static final FloatVector F0 = all(ScalarMath.F0);
    static final FloatVector F1 = all(ScalarMath.F1);
    static final FloatVector F2 = all(ScalarMath.F2);
    static final FloatVector F3 = all(ScalarMath.F3);
    static final FloatVector F4 = all(ScalarMath.F4);
    static final FloatVector F5 = all(ScalarMath.F5);

    static final FloatVector G0 = all(ScalarMath.G0);
    static final FloatVector G1 = all(ScalarMath.G1);
    static final FloatVector G2 = all(ScalarMath.G2);
    static final FloatVector G3 = all(ScalarMath.G3);
    static final FloatVector G4 = all(ScalarMath.G4);
    static final FloatVector G5 = all(ScalarMath.G5);

    static final FloatVector L0 = all(ScalarMath.L0);
    static final FloatVector L1 = all(ScalarMath.L1);
    static final FloatVector L2 = all(ScalarMath.L2);
    static final FloatVector L3 = all(ScalarMath.L3);
    static final FloatVector L4 = all(ScalarMath.L4);
    static final FloatVector L5 = all(ScalarMath.L5);
    static final FloatVector L6 = all(ScalarMath.L6);
    static final FloatVector L7 = all(ScalarMath.L7);
    static final FloatVector L8 = all(ScalarMath.L8);

    private Coefficients() {}

    private static FloatVector all(float value) {
        return FloatVector.broadcast(Lanes.SPECIES, value);
    }
}
