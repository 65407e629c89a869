package dev.lanewise.runtime.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The functions of {@link ScalarMath} against double references: all exponents of both signs, and
 * densely where functions bend. The bounds are those of the Javadoc; measured maxima are printed.
 */
class ScalarMathTest {

    private interface FloatFunction {
        float of(float x);
    }

    private interface DoubleFunction {
        double of(double x);
    }

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private double worst;
    private float worstAt;

    private void check(
            String name, double bound, double from, double to, FloatFunction f, DoubleFunction g) {
        worst = 0;
        Random random = new Random(1);
        for (int e = 0; e < 512; e++) {
            for (int i = 0; i < 1500; i++) {
                int bits = e << 23 | random.nextInt() & 0x7fffff;
                measure(Float.intBitsToFloat(bits), from, to, f, g);
            }
        }
        double low = Math.max(from, -110);
        double high = Math.min(to, 110);
        for (int i = 0; i < 1_200_000; i++) {
            double x = low + (high - low) * random.nextDouble();
            measure((float) (i % 3 == 0 ? x / 16 : x), from, to, f, g);
        }
        System.out.printf("%-9s %.3f ULP at %s%n", name, worst, worstAt);
        assertTrue(worst <= bound, name + ": " + worst + " ULP at " + worstAt);
    }

    private void measure(float x, double from, double to, FloatFunction f, DoubleFunction g) {
        if (!(x >= from && x <= to)) {
            return;
        }
        double ulps = ulps(f.of(x), g.of(x));
        if (ulps > worst) {
            worst = ulps;
            worstAt = x;
        }
    }

    private static double ulps(float actual, double expected) {
        float rounded = (float) expected;
        if (Float.isNaN(actual) || Float.isNaN(rounded)
                || Float.isInfinite(actual) || Float.isInfinite(rounded)) {
            return Float.floatToIntBits(actual) == Float.floatToIntBits(rounded) ? 0 : INFINITY;
        }
        return Math.abs(actual - expected) / Math.ulp(rounded);
    }

    @Test
    void weightsOfAttention() {
        double error = 0;
        for (float x = 0; x > -100; x -= 0x1p-12f) {
            error = Math.max(error, Math.abs(ScalarMath.weight(x) - Math.exp(x)));
        }
        assertTrue(error <= 1.6e-7, "error " + error);
        table(ScalarMath::weight, 0, 1, -0f, 1, Float.NEGATIVE_INFINITY, 0, -86.5f, 0, Float.NaN, Float.NaN);
    }

    @Test
    void exponentialsAndLogarithm() {
        check("exp", 1.1, -INFINITY, INFINITY, ScalarMath::exp, Math::exp);
        check("expm1", 1.5, -INFINITY, 88, ScalarMath::expm1, Math::expm1);
        check("log", 1.0, -INFINITY, INFINITY, ScalarMath::log, Math::log);
        check("softplus", 2.0, -INFINITY, INFINITY, ScalarMath::softplus, ScalarMathTest::softplus);
    }

    @Test
    void sigmoids() {
        check("sigmoid", 2.5, -INFINITY, INFINITY, ScalarMath::sigmoid, ScalarMathTest::sigmoid);
        check("tanh", 2.5, -INFINITY, INFINITY, ScalarMath::tanh, Math::tanh);
        check("swish", 3.5, -80, INFINITY, x -> ScalarMath.swish(x, 1f), x -> x * sigmoid(x));
        check("mish", 5, -80, 1e38, ScalarMath::mish, x -> x * Math.tanh(softplus(x)));
    }

    @Test
    void sineAndCosine() {
        check("sin", 1.6, -INFINITY, INFINITY, ScalarMath::sin, StrictMath::sin);
        check("cos", 1.6, -INFINITY, INFINITY, ScalarMath::cos, StrictMath::cos);
        worst = 0;
        Random random = new Random(3);
        for (int i = 0; i < 1_000_000; i++) {
            float x = (random.nextFloat() - 0.5f) * 2 * ScalarMath.TRIG_LIMIT;
            measure(x, -INFINITY, INFINITY, ScalarMath::sin, StrictMath::sin);
            measure(x, -INFINITY, INFINITY, ScalarMath::cos, StrictMath::cos);
        }
        System.out.printf("sin, cos to ±30000: %.3f ULP at %s%n", worst, worstAt);
        assertTrue(worst <= 1.6, worst + " ULP at " + worstAt);
    }

    @Test
    void trigonometryByDouble() {
        check("tan", 0.51, -INFINITY, INFINITY, ScalarMath::tan, StrictMath::tan);
        check("wide sin", 0.51, -INFINITY, INFINITY, WideTrig::sin, StrictMath::sin);
        check("wide cos", 0.51, -INFINITY, INFINITY, WideTrig::cos, StrictMath::cos);
        table(ScalarMath::tan, 0, 0, -0f, -0f, Float.POSITIVE_INFINITY, Float.NaN);
    }

    @Test
    void powers() {
        float inf = Float.POSITIVE_INFINITY;
        for (float b : new float[] {0.5f, -0.5f, 2, 3, -1, 7, 1.7f, 31.3f, 16777217, inf, -inf, 0}) {
            check("^" + b, 0.51, -INFINITY, INFINITY, a -> ScalarMath.pow(a, b), a ->
                    Math.abs(a) == 1 && Math.abs(b) == inf ? 1 : StrictMath.pow(a, b));
            for (float a : new float[] {0, -0f, inf, -inf, 2, -2}) {
                assertEquals((float) StrictMath.pow(a, b), ScalarMath.pow(a, b), a + "^" + b);
            }
        }
        assertEquals(1f, ScalarMath.pow(1, Float.NaN));
        assertEquals(1f, ScalarMath.pow(-1, inf));
        assertEquals(1f, ScalarMath.pow(Float.NaN, 0));
        assertEquals(Float.NaN, ScalarMath.pow(2, Float.NaN));
    }

    @Test
    void errorFunction() {
        check("erf", 1.1, -INFINITY, INFINITY, ScalarMath::erf, ScalarMathTest::erf);
    }

    @Test
    void rareFunctionsAreRoundedDoubles() {
        check("asinh", 0.501, 0.5, INFINITY, ScalarMath::asinh,
                x -> Math.log(x + Math.sqrt(x * x + 1)));
        check("acosh", 0.501, 1.1, INFINITY, ScalarMath::acosh,
                x -> Math.log(x + Math.sqrt(x * x - 1)));
        check("atanh", 0.501, 0.1, 1, ScalarMath::atanh, x -> 0.5 * Math.log((1 + x) / (1 - x)));
        check("sinh", 0.501, -INFINITY, INFINITY, ScalarMath::sinh, Math::sinh);
        for (float x : new float[] {0f, -0f, 1e-30f, -1e-30f, Float.MIN_VALUE}) {
            assertEquals(x, ScalarMath.asinh(x));
            assertEquals(x, ScalarMath.atanh(x));
        }
        assertEquals(Float.NEGATIVE_INFINITY, ScalarMath.asinh(Float.NEGATIVE_INFINITY));
    }

    @Test
    void gelusAreAbsolutelyClose() {
        double exact = 0;
        double tanh = 0;
        Random random = new Random(2);
        for (int i = 0; i < 1_000_000; i++) {
            float x = (random.nextFloat() - 0.5f) * 40;
            double scale = Math.max(1, Math.abs(x));
            double phi = 0.5 * (1 + erf(x / Math.sqrt(2)));
            double u = Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * (double) x);
            exact = Math.max(exact, Math.abs(ScalarMath.gelu(x) - x * phi) / scale);
            double expected = 0.5 * x * (1 + Math.tanh(u));
            tanh = Math.max(tanh, Math.abs(ScalarMath.geluTanh(x) - expected) / scale);
        }
        System.out.printf("gelu %.2e, by tanh %.2e%n", exact, tanh);
        assertTrue(exact <= 1.5e-7, "gelu: " + exact);
        assertTrue(tanh <= 3e-7, "gelu by tanh: " + tanh);
    }

    @Test
    void specialValues() {
        float inf = Float.POSITIVE_INFINITY;
        table(ScalarMath::exp, 0, 1, -0f, 1, -inf, 0, inf, inf, Float.MIN_VALUE, 1);
        table(ScalarMath::expm1, -inf, -1, inf, inf, Float.MIN_VALUE, Float.MIN_VALUE);
        table(ScalarMath::log, 0, -inf, -0f, -inf, 1, 0, inf, inf, -1, Float.NaN, -inf, Float.NaN);
        table(ScalarMath::sin, 0, 0, -0f, -0f, inf, Float.NaN, 1e-40f, 1e-40f);
        table(ScalarMath::cos, 0, 1, -0f, 1, inf, Float.NaN);
        table(ScalarMath::sigmoid, 0, 0.5f, -0f, 0.5f, -inf, 0, inf, 1);
        table(ScalarMath::tanh, 0, 0, -0f, -0f, -inf, -1, inf, 1, -1e-40f, -1e-40f);
        table(ScalarMath::erf, 0, 0, -0f, -0f, -inf, -1, inf, 1);
        table(ScalarMath::softplus, -inf, 0, inf, inf);
        table(ScalarMath::gelu, 0, 0, inf, inf, -inf, Float.NaN);
        table(ScalarMath::geluTanh, 0, 0, inf, inf, -inf, Float.NaN);
        table(ScalarMath::mish, 0, 0, inf, inf, -inf, Float.NaN);
        table(ScalarMath::sign, 0, 0, -0f, -0f, inf, 1, -1e-40f, -1);
        table(x -> ScalarMath.swish(x, 1), 0, 0, inf, inf, -inf, Float.NaN);
        table(x -> ScalarMath.elu(x, 1, 1, 1), 0, 0, -0f, -0f, inf, inf, -inf, -1);
        assertEquals(1f, ScalarMath.mod(-5f, 3f));
        assertEquals(-1f, ScalarMath.mod(5f, -3f));
    }

    /** Pairs of argument and result; NaN gives NaN besides. */
    private static void table(FloatFunction f, float... pairs) {
        for (int i = 0; i < pairs.length; i += 2) {
            assertEquals(pairs[i + 1], f.of(pairs[i]), "of " + pairs[i]);
        }
        assertEquals(Float.NaN, f.of(Float.NaN));
    }

    private static double sigmoid(double x) {
        return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    /** By its series below 2.5, by the continued fraction of erfc above. */
    private static double erf(double x) {
        double a = Math.abs(x);
        if (!(a <= 6)) {
            return Math.signum(x);
        }
        if (a < 2.5) {
            double term = a;
            double sum = a;
            for (int n = 1; Math.abs(term) > 1e-20 * sum; n++) {
                term *= -a * a / n;
                sum += term / (2 * n + 1);
            }
            return Math.copySign(2 / Math.sqrt(Math.PI) * sum, x);
        }
        double fraction = 0;
        for (int k = 80; k > 0; k--) {
            fraction = k / 2.0 / (a + fraction);
        }
        double erfc = Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
        return Math.copySign(1 - erfc, x);
    }
}
