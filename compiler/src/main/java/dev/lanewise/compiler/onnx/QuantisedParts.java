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
        Value wide = f.cast(x, DType.F32);
        Value shifted = f.node().has(zeroPoint) ? f.minus(wide, number(zeroPoint)) : wide;
        return f.times(shifted, number(scale));
    }

    /** {@code round(y / scale) + zeroPoint}, halves to even, saturated; without a zero point of {@code type}. */
    Value quantised(Value y, int scale, int zeroPoint, DType type) {
        Value rounded = f.apply(UnaryFn.ROUND, f.over(y, number(scale)));
        return f.node().has(zeroPoint)
                ? shifted(rounded, zeroPoint)
                : f.node().add(new Cast(type, true), rounded);
    }

    /** Whole numbers moved by a zero point, saturated to its type. */
    Value shifted(Value rounded, int zeroPoint) {
        DType type = f.node().in(zeroPoint).type().type();
        return f.node().add(new Cast(type, true), f.plus(rounded, number(zeroPoint)));
    }

    private Value number(int input) {
        Value x = f.node().in(input);
        if (!x.type().size().is(1)) {
            throw f.node().unsupported("input " + input + " is " + x.type() + "; one scale and zero point per tensor is"
                    + " supported");
        }
        return f.cast(f.reshape(x, List.of()), DType.F32);
    }
}
