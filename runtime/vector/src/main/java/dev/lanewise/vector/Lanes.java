package dev.lanewise.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector width of this process and what follows from it. A species must be a static final
 * constant, or C2 compiles none of it.
 *
 * <p>The system property {@code lanewise.lanes} (4, 8 or 16) forces a width, for tests: results do
 * not depend on it.
 */
public final class Lanes {

    /** The machine's widest vectors, at most 512 bits. */
    public static final VectorSpecies<Float> SPECIES = species();

    /** Ints of the same shape. */
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SPECIES.vectorShape());

    /** Floats of a vector: 4, 8 or 16. */
    public static final int LANES = SPECIES.length();

    /** Whether the machine has 32 vector registers (AVX-512, ARM) and not 16. */
    static final boolean MANY_REGISTERS =
            FloatVector.SPECIES_PREFERRED.length() >= 16
                    || System.getProperty("os.arch", "").equals("aarch64");

    static {
        Operators.useAll(SPECIES);
    }

    private Lanes() {}

    private static VectorSpecies<Float> species() {
        String forced = System.getProperty("lanewise.lanes");
        int lanes =
                forced == null
                        ? Math.min(16, FloatVector.SPECIES_PREFERRED.length())
                        : Integer.parseInt(forced.trim());
        switch (lanes) {
            case 4:
                return FloatVector.SPECIES_128;
            case 8:
                return FloatVector.SPECIES_256;
            case 16:
                return FloatVector.SPECIES_512;
            default:
                throw new IllegalArgumentException(
                        "lanewise.lanes=" + lanes + ": must be 4, 8 or 16");
        }
    }

    /** {@code n} rounded up to a multiple of {@code step}, a power of two. */
    static int roundUp(int n, int step) {
        return Math.addExact(n, step - 1) & -step;
    }
}
