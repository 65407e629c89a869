package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.OneNode.uniform;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.CompileException;
import dev.lanewise.formats.DType;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** QONNX's operators against its specification, written here in double precision. */
@Tag("once")
class OnnxQonnxTest {

    private static final String[] DOMAINS = {"qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas"};

    /** The numbers of the specification's table of rounding modes, and what each mode makes of them. */
    private static final double[] NUMBERS = {5.5, 2.5, 1.6, 1.1, 1, -1, -1.1, -1.6, -2.5, -5.5};

    private static final Object[][] MODES = {
        {"ROUND", new double[] {6, 2, 2, 1, 1, -1, -1, -2, -2, -6}},
        {"CEIL", new double[] {6, 3, 2, 2, 1, -1, -1, -1, -2, -5}},
        {"FLOOR", new double[] {5, 2, 1, 1, 1, -1, -2, -2, -3, -6}},
        {"UP", new double[] {6, 3, 2, 2, 1, -1, -2, -2, -3, -6}},
        {"DOWN", new double[] {5, 2, 1, 1, 1, -1, -1, -1, -2, -5}},
        {"HALF_UP", new double[] {6, 3, 2, 1, 1, -1, -1, -2, -3, -6}},
        {"half_down", new double[] {5, 2, 2, 1, 1, -1, -1, -2, -2, -5}},
    };

    private static OneNode node(String type) {
        return new OneNode(DOMAINS[0] + ":" + type, 17);
    }

    private static Literal number(double value) {
        return Literal.scalar((float) value);
    }

    private static double[] run(OneNode node) {
        return node.run().get("y0").toDoubles();
    }

    /** Cuts off at what the bits hold. */
    private static double clamp(double q, int bits, boolean signed, boolean narrow) {
        double least = !signed ? 0 : -Math.pow(2, bits - 1) + (narrow ? 1 : 0);
        double most = signed ? Math.pow(2, bits - 1) - 1 : Math.pow(2, bits) - (narrow ? 2 : 1);
        return Math.max(least, Math.min(most, q));
    }

    private static double[] map(Literal x, DoubleUnaryOperator fn) {
        return Arrays.stream(x.toDoubles()).map(fn).toArray();
    }

    @Test
    void roundingModes() {
        Literal x = Literal.of(DType.F32, NUMBERS, NUMBERS.length);
        for (Object[] mode : MODES) {
            double[] found = run(node("IntQuant").in(x).known(number(1)).known(number(0)).known(number(8))
                    .set("rounding_mode", (String) mode[0]));
            assertArrayEquals((double[]) mode[1], found, (String) mode[0]);
        }
        OneNode unknown = node("Quant").in(x).known(number(1)).known(number(0)).known(number(8))
                .set("rounding_mode", "STOCHASTIC");
        assertTrue(assertThrows(CompileException.class, unknown::run).getMessage().contains("STOCHASTIC"));
    }

    @Test
    void integersOfAnyBits() {
        Literal x = uniform(DType.F32, -9, 9, 1, 40);
        for (int bits : new int[] {2, 3, 4, 8, 12}) {
            for (int flags = 0; flags < 4; flags++) {
                boolean signed = (flags & 1) > 0;
                boolean narrow = (flags & 2) > 0;
                double scale = 0.37;
                double zero = signed ? 0 : 3;
                double[] expected = map(x, v ->
                        (Math.rint(clamp(v / (float) scale + zero, bits, signed, narrow)) - zero) * (float) scale);
                for (String domain : DOMAINS) {
                    double[] found = run(new OneNode(domain + ":Quant", 17).in(x).known(number(scale))
                            .known(number(zero)).known(number(bits)).set("signed", signed ? 1 : 0)
                            .set("narrow", narrow ? 1 : 0).set("rounding_mode", "ROUND"));
                    assertArrayEquals(expected, found, 1e-5, bits + " bits, " + signed + ", " + narrow);
                }
            }
        }
    }

    /** A scale and a zero point for each channel, and bits as an integer. */
    @Test
    void channels() {
        Literal x = uniform(DType.F32, -9, 9, 1, 2, 3, 5);
        Literal scale = uniform(DType.F32, 0.1, 1, 2, 1, 3, 1);
        Literal zero = Literal.of(DType.F32, new double[] {1, 0, -2}, 1, 3, 1);
        double[] expected = x.toDoubles();
        for (int i = 0; i < expected.length; i++) {
            double s = scale.doubleAt(i / 5 % 3);
            double z = zero.doubleAt(i / 5 % 3);
            expected[i] = (Math.floor(clamp(expected[i] / s + z, 4, true, false)) - z) * s;
        }
        double[] found = run(node("Quant").in(x).known(scale).known(zero).known(Literal.of(DType.I32, new double[] {4}))
                .set("signed", 1).set("rounding_mode", "FLOOR"));
        assertArrayEquals(expected, found, 1e-5);
    }

    @Test
    void twoValues() {
        Literal x = Literal.of(DType.F32, new double[] {-3, -0.1, 0, 0.1, 7}, 5);
        double[] expected = {-0.5, -0.5, 0.5, 0.5, 0.5};
        assertArrayEquals(expected, run(node("BipolarQuant").in(x).known(number(0.5))));
        assertArrayEquals(expected, run(node("Quant").in(x).known(number(0.5)).known(number(0)).known(number(1))));
    }

    @Test
    void truncation() {
        Literal x = Literal.of(DType.F32, map(uniform(DType.F32, -128, 128, 1, 60), v -> Math.floor(v) * 0.25), 60);
        double[] first = map(x, v -> Math.floor((Math.rint(v / 0.25) + 4) / 8) * 0.25 - 4 * 0.25);
        assertArrayEquals(first, run(node("Trunc").in(x).known(number(0.25)).known(number(4)).known(number(8))
                .known(number(5))), "version 1, by the bits");
        double[] second = map(x, v -> (Math.rint(clamp((Math.rint(v / 0.25) + 4) / 8, 4, true, true)) - 0.5) * 2);
        assertArrayEquals(second, run(node("Trunc").in(x).known(number(0.25)).known(number(4)).known(number(8))
                .known(number(2)).known(number(0.5)).known(number(4)).set("narrow", 1).set("rounding_mode", "ROUND")),
                "version 2, by the scales");
    }

    @Test
    void bitsThatAreNone() {
        Literal x = uniform(DType.F32, -9, 9, 1, 4);
        for (double bits : new double[] {0, 2.5, 99, Double.NaN}) {
            OneNode node = node("Quant").in(x).known(number(1)).known(number(0)).known(number(bits));
            assertTrue(assertThrows(CompileException.class, node::run).getMessage().contains("bits"));
        }
        OneNode atRunTime = node("Quant").in(x).known(number(1)).known(number(0)).in(number(4));
        assertTrue(assertThrows(CompileException.class, atRunTime::run).getMessage().contains("--pin x3"));
        OneNode several = node("Quant").in(x).known(number(1)).known(number(0)).known(uniform(DType.F32, 2, 4, 1, 4));
        assertTrue(assertThrows(CompileException.class, several::run).getMessage().contains("expected one number"));
    }

    /** The copies that have channels last, filters among them, against ONNX's own in the other layout. */
    @Test
    void channelsLast() throws Exception {
        String domain = "qonnx.custom_op.channels_last:";
        Literal x = uniform(DType.F32, -1, 1, 1, 1, 6, 5, 4);
        Literal w = uniform(DType.F32, -1, 1, 2, 8, 3, 3, 2);
        long[] pads = {1, 1, 1, 1};
        Literal expected = new OneNode("Conv", 17).in(channelsFirst(x)).known(channelsFirst(w)).in(8).set("pads", pads)
                .set("group", 2).truth().get("y0");
        Literal found = new OneNode(domain + "Conv", 17).in(x).known(w).in(8).set("pads", pads).set("group", 2).run()
                .get("y0");
        assertArrayEquals(expected.toDoubles(), channelsFirst(found).toDoubles(), 1e-5);
        long[] two = {2, 2};
        for (String pool : new String[] {"MaxPool", "AveragePool"}) {
            expected = new OneNode(pool, 12).in(channelsFirst(x)).set("kernel_shape", two).set("strides", two).truth()
                    .get("y0");
            found = new OneNode(domain + pool, 17).in(x).set("kernel_shape", two).set("strides", two).run().get("y0");
            assertArrayEquals(expected.toDoubles(), channelsFirst(found).toDoubles(), 1e-6, pool);
        }
        Literal some = uniform(DType.F32, 0.5, 1, 3, 4);
        expected = new OneNode("BatchNormalization", 14).in(channelsFirst(x)).known(some).known(some).known(some)
                .known(some).truth().get("y0");
        found = new OneNode(domain + "BatchNormalization", 17).in(x).known(some).known(some).known(some).known(some)
                .run().get("y0");
        assertArrayEquals(expected.toDoubles(), channelsFirst(found).toDoubles(), 1e-5);
        assertEquals(4, found.rank());
    }

    /** [N, H, W, C] to [N, C, H, W]. */
    private static Literal channelsFirst(Literal x) {
        int n = x.extent(0);
        int pixels = x.extent(1) * x.extent(2);
        int channels = x.extent(3);
        double[] y = new double[x.size()];
        for (int i = 0; i < y.length; i++) {
            int image = i / (pixels * channels);
            y[(image * channels + i % channels) * pixels + i / channels % pixels] = x.doubleAt(i);
        }
        return Literal.of(x.type(), y, n, channels, x.extent(1), x.extent(2));
    }
}
