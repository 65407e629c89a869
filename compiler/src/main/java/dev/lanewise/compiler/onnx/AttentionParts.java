package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What converters of the various attention operators build their operands from. */
record AttentionParts(Formula f) {

    static final double MASKED = Double.NEGATIVE_INFINITY;

    /** {@code [B, T, heads · d]} as {@code [B, T, heads, d]}. */
    Value splitHeads(Value x, long heads) {
        if (x.rank() != 3 || heads < 1 || !x.dim(2).isConstant() || x.dim(2).constant() % heads != 0) {
            throw f.node().misfit(heads + " heads of " + x.type());
        }
        return f.reshape(x, List.of(x.dim(0), x.dim(1), Dim.of(heads), x.dim(2).floorDiv(heads)));
    }

    /** {@code [B, T, heads, d]} as {@code [B, T, heads · d]}. */
    Value joinHeads(Value x) {
        return f.reshape(x, List.of(x.dim(0), x.dim(1), x.dim(2).times(x.dim(3))));
    }

    /** {@code [B, heads, T, d]} to {@code [B, T, heads, d]}, and back. */
    Value swapHeads(Value x) {
        return f.node().add(Transpose.of(0, 2, 1, 3), x);
    }

    /** A mask that says what to see as what to add: 0 where true, else {@code masked}. */
    Value biasOf(Value visible, double masked) {
        return f.where(visible, f.number(0, DType.F32), f.number(masked, DType.F32));
    }

    /** A bias aligned at the right of {@code [B, heads, T, S]}, filled up with −∞ to all keys. */
    Value fit(Value bias, Dim keys) {
        if (bias.rank() > 4) {
            throw f.node().misfit("a mask of " + bias.type());
        }
        List<Dim> shape = new ArrayList<>(Collections.nCopies(4 - bias.rank(), Dim.ONE));
        shape.addAll(bias.shape());
        Value whole = f.reshape(bias, shape);
        Dim missing = keys.minus(whole.dim(3));
        if (missing.is(0) || !missing.isConstant()) {
            return whole;
        }
        if (missing.constant() < 0) {
            throw f.node().misfit("a mask " + bias.type() + " over " + keys + " keys");
        }
        List<Dim> none = Collections.nCopies(4, Dim.ZERO);
        List<Dim> after = new ArrayList<>(none);
        after.set(3, missing);
        return f.node().add(new Pad(Pad.Mode.CONSTANT, none, after), whole,
                f.number(MASKED, whole.type().type()));
    }

    /** 0, 1, … along one axis of four, as i64. */
    Value positions(Dim count, int axis) {
        return f.counting(count, axis, 4);
    }

    /** What keeps query i from keys beyond {@code i + offset}; offset an i64 scalar or {@code [B, 1, 1, 1]}. */
    Value causalBias(Dim queries, Dim keys, Value offset, double masked) {
        Value last = f.plus(positions(queries, 2), offset);
        return biasOf(f.node().add(new Binary(BinaryFn.LESS_OR_EQUAL), positions(keys, 3), last), masked);
    }

    /** What keeps query i from keys before {@code i + offset}; offset as for {@link #causalBias}. */
    Value earliestBias(Dim queries, Dim keys, Value offset, double masked) {
        Value first = f.plus(positions(queries, 2), offset);
        return biasOf(f.node().add(new Binary(BinaryFn.GREATER_OR_EQUAL), positions(keys, 3), first), masked);
    }

    /** What masks keys from {@code lengths [B]} on. */
    Value lengthBias(Value lengths, Dim keys, double masked) {
        Value limits = perBatch(f.cast(lengths, DType.I64));
        return biasOf(f.apply(BinaryFn.LESS, positions(keys, 3), limits), masked);
    }

    /** {@code [B]} as {@code [B, 1, 1, 1]}. */
    Value perBatch(Value x) {
        return f.reshape(x, List.of(x.dim(0), Dim.ONE, Dim.ONE, Dim.ONE));
    }

    /** The sum, in f64 where one of them is, else in b's type; {@code null} stands for 0. */
    Value sum(Value a, Value b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        DType type = a.type().type() == DType.F64 ? DType.F64 : b.type().type();
        return f.plus(f.cast(a, type), f.cast(b, type));
    }
}
