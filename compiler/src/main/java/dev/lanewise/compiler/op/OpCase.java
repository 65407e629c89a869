package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.ValueType;
import java.util.ArrayList;
import java.util.List;

/**
 * One shape and set of attributes that matters for an operation. The list of an operation's cases,
 * {@code cases()} in its class, drives the comparison of the compiled plan with the reference, of the
 * scalar with the vector kernels, the allocation test and the benchmark row: adding an operation adds
 * no test file.
 *
 * @param op the operation with its attributes
 * @param inputs what it is applied to
 */
public record OpCase(Op op, List<Input> inputs) {

    /**
     * An operand: either known ({@code literal}), as a weight is, or generated from a seed between
     * {@code low} and {@code high} (integers: {@code high} excluded) and given when the model runs.
     * {@code type} is {@code null} for an operand that is absent.
     */
    public record Input(ValueType type, Literal literal, double low, double high) {}

    public static OpCase of(Op op, Input... inputs) {
        return new OpCase(op, new ArrayList<>(List.of(inputs)));
    }

    /** An operand given when the model runs, of f32 in [-1, 1). */
    public static Input in(long... shape) {
        return in(ValueType.of(dev.lanewise.formats.DType.F32, shape), -1, 1);
    }

    public static Input in(ValueType type, double low, double high) {
        return new Input(type, null, low, high);
    }

    /** A weight of f32 in [-1, 1), from a seed that is its shape. */
    public static Input weights(int... shape) {
        float[] values = new float[Literal.size(shape)];
        java.util.Random random = new java.util.Random(java.util.Arrays.hashCode(shape));
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return constant(Literal.of(values, shape));
    }

    public static Input constant(Literal literal) {
        return new Input(literal.valueType(), literal, 0, 0);
    }

    /** An optional operand that is not there. */
    public static Input absent() {
        return new Input(null, null, 0, 0);
    }
}
