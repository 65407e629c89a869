package dev.lanewise.compiler.check;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.Elements;
import dev.lanewise.runtime.Tensor;
import java.util.Arrays;

/**
 * Compares an output with what it should be.
 *
 * <p>f32 and f64 as the runner of the ONNX project does: |found - expected| ≤ 1e-7 + 1e-3 |expected|,
 * and half a unit in the last place of f32 at the size of the tensor's largest element: where terms of
 * that size cancel out, the recorded value is that uncertain itself (test_dft_inverse records 1.9e-7
 * for what is exactly 0).
 * Integers and booleans exactly. f16 and bf16 within two units in the last place, and one at the size
 * of the tensor's largest element: that is what the rounding of an intermediate result costs, and
 * where it happens differs between correct implementations.
 *
 * @param error the largest error, as a fraction of what is allowed: up to 1 is right
 * @param problem what is wrong; empty where all is right
 */
record Comparison(double error, String problem) {

    private static final double RELATIVE = 1e-3;
    private static final double ABSOLUTE = 1e-7;

    static Comparison of(Tensor found, Literal expected) {
        if (found.type() != expected.type()) {
            return new Comparison(Double.NaN, "output '" + found.name() + "' is " + found.type() + ", expected "
                    + expected.type());
        }
        if (!Arrays.equals(found.shape(), expected.shape())) {
            return new Comparison(Double.NaN, "output '" + found.name() + "' has shape "
                    + Arrays.toString(found.shape()) + ", expected " + Arrays.toString(expected.shape()));
        }
        return expected.type().isFloating() ? floats(found, expected) : integers(found, expected);
    }

    private static Comparison floats(Tensor found, Literal expected) {
        double relative = relative(expected.type());
        double absolute = ABSOLUTE + absolute(expected);
        double largest = 0;
        int where = -1;
        for (int i = 0; i < expected.size(); i++) {
            double e = expected.doubleAt(i);
            double f = Elements.get(found, i);
            double error = e == f || Double.isNaN(e) && Double.isNaN(f)
                    ? 0
                    : Math.abs(f - e) / (absolute + relative * Math.abs(e));
            if (Double.isNaN(error) || Double.isInfinite(e)) {
                error = e == f ? 0 : Double.POSITIVE_INFINITY;
            }
            if (error > largest) {
                largest = error;
                where = i;
            }
        }
        return largest <= 1
                ? new Comparison(largest, "")
                : new Comparison(largest, "output '" + found.name() + "' at " + position(where,
                        expected.shape()) + " is "
                        + Elements.get(found, where) + ", expected " + expected.doubleAt(where)
                        + " (" + (float) largest + " times the allowed error)");
    }

    private static double relative(DType type) {
        return switch (type) {
            case F16 -> 0x1p-9;
            case BF16 -> 0x1p-6;
            default -> RELATIVE;
        };
    }

    private static double absolute(Literal expected) {
        double unit = switch (expected.type()) {
            case F16 -> 0x1p-10;
            case BF16 -> 0x1p-7;
            case F32 -> 0x1p-24;
            default -> 0;
        };
        double largest = 0;
        for (int i = 0; unit > 0 && i < expected.size(); i++) {
            double magnitude = Math.abs(expected.doubleAt(i));
            largest = Double.isFinite(magnitude) ? Math.max(largest, magnitude) : largest;
        }
        return unit * largest;
    }

    private static Comparison integers(Tensor found, Literal expected) {
        byte[] bytes = Elements.encode(found);
        byte[] wanted = expected.isSplat() ? null : expected.encode();
        int at = wanted == null ? -1 : Arrays.mismatch(bytes, wanted);
        if (at < 0) {
            return new Comparison(0, "");
        }
        int i = at / expected.type().bytes();
        return new Comparison(Double.POSITIVE_INFINITY, "output '" + found.name() + "' at "
                + position(i, expected.shape()) + " is " + (long) Elements.get(found, i) + ", expected "
                + expected.longAt(i));
    }

    private static String position(int i, int[] shape) {
        int[] position = new int[shape.length];
        int rest = i;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            position[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return Arrays.toString(position);
    }
}
