package dev.lanewise.runtime.step;

/**
 * Sine and cosine in f64, the same on every machine, within one unit in the last place. In place of
 * StrictMath's, which allocate; they still serve arguments of a million and more.
 */
final class Sines {

    private static final double TWO_BY_PI = 0.6366197723675814;
    /** π/2: 33 bits, the next 33, and the rest. */
    private static final double HALF_PI_1 = 1.57079632673412561417e+00;
    private static final double HALF_PI_2 = 6.07710050630396597660e-11;
    private static final double HALF_PI_3 = 2.02226624879595063154e-21;

    private Sines() {}

    static double sin(double x) {
        return turned(x, 0);
    }

    static double cos(double x) {
        return turned(x, 1);
    }

    /**
     * Sine of {@code x + quarters · π/2}, with x = n · π/2 + r + low, |r| ≤ π/4: π/2 is taken in three
     * parts, of which the first two have exact products with n (Cody, Waite 1980).
     */
    private static double turned(double x, int quarters) {
        if (!(Math.abs(x) < 1e6)) {
            return quarters == 0 ? StrictMath.sin(x) : StrictMath.cos(x);
        }
        double n = Math.rint(x * TWO_BY_PI);
        double a = x - n * HALF_PI_1;
        double w = n * HALF_PI_2;
        double b = a - w;
        double rest = (a - b) - w - n * HALF_PI_3;
        double r = b + rest;
        double low = (b - r) + rest;
        return switch ((int) n + quarters & 3) {
            case 0 -> n == 0 ? nearSin(x, 0) : nearSin(r, low);
            case 1 -> nearCos(r, low);
            case 2 -> -nearSin(r, low);
            default -> -nearCos(r, low);
        };
    }

    /** Sine of {@code x + low}, |x| ≤ π/4; the polynomial of fdlibm's k_sin. */
    private static double nearSin(double x, double low) {
        double z = x * x;
        double v = z * x;
        double p = 8.33333333332248946124e-03
                + z * (-1.98412698298579493134e-04
                + z * (2.75573137070700676789e-06
                + z * (-2.50507602534068634195e-08
                + z * 1.58969099521155010221e-10)));
        return x - ((z * (0.5 * low - v * p) - low) - v * -1.66666666666666324348e-01);
    }

    /** Cosine of {@code x + low}, |x| ≤ π/4; the polynomial of fdlibm's k_cos. */
    private static double nearCos(double x, double low) {
        double z = x * x;
        double p = z * (4.16666666666666019037e-02
                + z * (-1.38888888888741095749e-03
                + z * (2.48015872894767294178e-05
                + z * (-2.75573143513906633035e-07
                + z * (2.08757232129817482790e-09
                + z * -1.13596475577881948265e-11)))));
        double half = 0.5 * z;
        double w = 1 - half;
        return w + (((1 - w) - half) + (z * p - x * low));
    }
}
