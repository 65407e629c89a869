package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;

/**
 * What the attributes of ONNX's Resize and Upsample say of every axis.
 *
 * @param mode nearest, linear or cubic
 * @param coordinates by which formula an element of the result lies among those of the input
 * @param nearest which element a place between two is at
 * @param antialias whether the kernel is as wide as the elements of a smaller result
 * @param excludeOutside whether elements outside have no weight; else the outermost stands for them
 * @param cubicA Keys' coefficient
 * @param extrapolation what places outside are; {@code null} where they are at the edge
 */
record ResizeRule(
        String mode, String coordinates, String nearest, boolean antialias, boolean excludeOutside, double cubicA,
        Float extrapolation) {

    /** A scale such as 0.6 is none of f32's numbers: what misses a whole number by that is not cut off to the next. */
    private static final double NEARLY_NOTHING = 0x1p-12;

    static ResizeRule read(OnnxNode node) {
        boolean old = node.type().equals("Upsample") || node.opset() < 11;
        String mode = node.oneOf("mode", "nearest", "nearest", "linear", "bilinear", "cubic")
                .replace("bilinear", "linear");
        String coordinates = node.oneOf("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel",
                "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric",
                "tf_crop_and_resize", "tf_half_pixel_for_nn");
        String nearest = node.oneOf("nearest_mode", old ? "floor" : "round_prefer_floor",
                "round_prefer_floor", "round_prefer_ceil", "floor", "ceil");
        boolean antialias = node.flag("antialias", false) && !mode.equals("nearest");
        boolean excludeOutside = node.flag("exclude_outside", false);
        float cubicA = node.number("cubic_coeff_a", -0.75f);
        float value = node.number("extrapolation_value", 0);
        boolean crops = coordinates.equals("tf_crop_and_resize");
        return new ResizeRule(mode, coordinates, nearest, antialias, excludeOutside, cubicA, crops ? value : null);
    }

    boolean isNearest() {
        return mode.equals("nearest");
    }

    /** Whether every element repeated {@code scale} times is the result. */
    boolean repeats(double scale) {
        return isNearest() && scale >= 1 && scale == Math.rint(scale)
                && (coordinates.equals("asymmetric") && nearest.equals("floor")
                        || coordinates.startsWith("half_pixel") && nearest.startsWith("round"));
    }

    /** What elements are computed in: themselves, or where several make one f32, f64, and f64 for integers. */
    Value computed(Formula f, Value x) {
        return isNearest() ? x : f.real(x);
    }

    /**
     * The result in the type that it is of. Integers are cut off, as ONNX's reference does, and where antialiased
     * rounded, as ONNX Runtime does and Pillow before it; ONNX does not say.
     */
    Value rounded(Formula f, Value y, DType type) {
        if (isNearest() || type.isFloating() || type == DType.BOOL) {
            return f.cast(y, type);
        }
        Value whole = antialias
                ? f.apply(UnaryFn.ROUND, y)
                : f.plus(y, f.apply(BinaryFn.MUL, f.apply(UnaryFn.SIGN, y), NEARLY_NOTHING));
        return f.node().add(new Cast(type, true), whole);
    }
}
