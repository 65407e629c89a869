package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/**
 * What converters of operators on quantised tensors are built from: the tensor as real numbers, and real
 * numbers quantised. Scales and zero points are inputs of the node, one number each.
 */
record QuantisedParts(Formula f) {

    /** {@code (x − zeroPoint) · scale} as f32. */
    Value real(int x, int scale, int zeroPoint) {
        return real(f.node().in(x), scale, zeroPoint);
    }

    Value real(Value x, int scale, int zeroPoint) {
        return f.times(withoutZero(x, zeroPoint), number(scale));
    }

    /** {@code x − zeroPoint} as f32. */
    Value withoutZero(Value x, int zeroPoint) {
        Value wide = f.cast(x, DType.F32);
        return f.node().has(zeroPoint) ? f.minus(wide, number(zeroPoint)) : wide;
    }

    /** {@code round(y / scale) + zeroPoint}, halves to even, saturated; without a zero point of {@code type}. */
    Value quantised(Value y, int scale, int zeroPoint, DType type) {
        return rounded(f.over(y, number(scale)), zeroPoint, type);
    }

    /** {@code round(y) + zeroPoint}, halves to even, saturated; without a zero point of {@code type}. */
    Value rounded(Value y, int zeroPoint, DType type) {
        Value rounded = f.apply(UnaryFn.ROUND, y);
        return f.node().has(zeroPoint)
                ? shifted(rounded, zeroPoint)
                : f.node().add(new Cast(type, true), rounded);
    }

    /**
     * As {@link #quantised}, but of halves the result is even, not the number without the zero point: so ONNX Runtime
     * rounds sums, products and averages.
     */
    Value quantisedToEven(Value y, int scale, int zeroPoint, DType type) {
        if (!f.node().has(zeroPoint)) {
            return quantised(y, scale, zeroPoint, type);
        }
        Value moved = f.plus(f.over(y, number(scale)), number(zeroPoint));
        return f.node().add(new Cast(f.node().in(zeroPoint).type().type(), true), f.apply(UnaryFn.ROUND, moved));
    }

    /** Whole numbers moved by a zero point, saturated to its type. */
    Value shifted(Value rounded, int zeroPoint) {
        DType type = f.node().in(zeroPoint).type().type();
        return f.node().add(new Cast(type, true), f.plus(rounded, number(zeroPoint)));
    }

    /** A scale or zero point as an f32 scalar. */
    Value number(int input) {
        Value x = f.node().in(input);
        if (!x.type().size().is(1)) {
            throw f.node().unsupported("input " + input + " is " + x.type() + "; one scale and zero point per tensor is"
                    + " supported");
        }
        return f.cast(f.reshape(x, List.of()), DType.F32);
    }
}
