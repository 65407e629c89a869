package dev.lanewise.runtime.step;

import dev.lanewise.runtime.plan.Buffer;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;

/**
 * y has one axis more than the indices, of extent depth; along it lies {@code values[1]} where the index
 * says and {@code values[0]} elsewhere. A negative index counts from the end; one outside leaves all off,
 * as ONNX has it.
 */
final class OneHotStep extends Step {

    private final StepArgs args;
    private final Operand indices;
    private final Operand values;
    private final Operand y;
    private final int axis;

    OneHotStep(StepArgs args) {
        this.args = args;
        indices = args.in(0);
        values = args.in(1);
        y = args.out(0);
        axis = args.axis(0, y);
        args.requireSameType(values, y);
        args.requireRank(y, indices.rank() + 1);
    }

    @Override
    public void reshape() {
        args.requireEqual(values.size, 2, values, "the number of elements");
        for (int a = 0; a < indices.rank(); a++) {
            args.requireExtent(y, a < axis ? a : a + 1, indices.shape[a]);
        }
    }

    @Override
    public void run() {
        if (y.size == 0) {
            return;
        }
        y.buffer.fill(y.offset, y.size, values.buffer, values.offset);
        int depth = y.shape[axis];
        int inner = y.product(axis + 1, y.rank());
        for (int i = 0; i < indices.size; i++) {
            long index = index(i);
            long hot = index < 0 ? index + depth : index;
            if (hot >= 0 && hot < depth) {
                int at = (i / inner * depth + (int) hot) * inner + i % inner;
                values.buffer.copy(values.offset + 1, y.buffer, y.offset + at, 1);
            }
        }
    }

    private long index(int i) {
        Buffer b = indices.buffer;
        int at = indices.offset + i;
        return switch (indices.type) {
            case F32 -> (long) b.floats[at];
            case F64 -> (long) b.doubles[at];
            case F16 -> (long) dev.lanewise.formats.Floats16.fromF16(b.shorts[at]);
            case BF16 -> (long) dev.lanewise.formats.Floats16.fromBf16(b.shorts[at]);
            case I8, I4 -> b.bytes[at];
            case U8, U4, BOOL -> b.bytes[at] & 0xff;
            case I16 -> b.shorts[at];
            case U16 -> b.shorts[at] & 0xffff;
            case I32 -> b.ints[at];
            case U32 -> b.ints[at] & 0xffffffffL;
            case I64 -> b.longs[at];
            case U64 -> b.longs[at] < 0 ? Long.MAX_VALUE : b.longs[at];
        };
    }
}
