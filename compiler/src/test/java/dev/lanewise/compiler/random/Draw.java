package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.Random;

/** Draws elements and extents. */
final class Draw {

    /** Around the widths of vectors and of tiles, and the small ones where most rules have their edges. */
    private static final int[] EXTENTS = {1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 13, 15, 16, 17, 19, 31, 33, 67};

    private Draw() {}

    /** An extent of at most {@code most}; 0 once in a hundred times. */
    static int extent(Random random, int most) {
        if (random.nextInt(100) == 0) {
            return 0;
        }
        int extent = EXTENTS[random.nextInt(EXTENTS.length)];
        return Math.min(extent, Math.max(1, most));
    }

    /** Uniform between -limit and limit; some elements are 0 or whole, as real data's are. */
    static Literal literal(Random random, DType type, double limit, int... shape) {
        double[] values = new double[Literal.size(shape)];
        for (int i = 0; i < values.length; i++) {
            double value = (random.nextDouble() * 2 - 1) * limit;
            values[i] = switch (type) {
                case BOOL -> random.nextInt(2);
                case U8 -> random.nextInt(256);
                case I8 -> random.nextInt(256) - 128;
                case F32, F64 -> random.nextInt(40) == 0 ? Math.rint(value) : value;
                default -> Math.rint(value);
            };
        }
        return Literal.of(type, values, shape);
    }
}
