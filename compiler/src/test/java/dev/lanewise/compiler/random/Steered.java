package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/** What only data steer: axes, and positions in sequences. */
final class Steered {

    private Steered() {}

    /** A whole number from 0 to below {@code end} that data give. */
    static Operand position(Growth g, int end) {
        Operand data = g.pick(value -> value.type() == DType.I64 && value.rank() == 0 && g.known(value) == null);
        Operand number = data != null ? data : g.input(DType.I64, List.of());
        return g.op("Mod", number, g.constant(Literal.scalar((long) end), end))
                .gives(DType.I64, List.of(), end);
    }

    /** An axis, of the shape [1] that reductions take. */
    private static Operand axis(Growth g, int rank) {
        return g.op("Reshape", position(g, rank), g.numbers(1)).gives(DType.I64, Extent.shape(1), rank);
    }

    /** Over one axis of a value whose extents are all equal: whichever it is, the shape is the same. */
    static void reduce(Growth g) {
        Operand x = g.pick(value -> value.isFloat() && value.rank() >= 1 && value.rank() <= 4
                && value.shape().stream().distinct().count() == 1);
        if (x == null) {
            x = g.input(DType.F32, List.of(Extent.of(3), Extent.of(3)));
        }
        String type = g.opset < 18 ? "ReduceSum" : g.one("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin");
        g.op(type, x, axis(g, x.rank())).set("keepdims", 0)
                .gives(DType.F32, x.shape().subList(1, x.rank()), x.limit() * x.extent(0).max());
    }

    static void cumulate(Growth g) {
        Operand x = g.floats(1, 4);
        int longest = x.shape().stream().mapToInt(Extent::max).max().orElseThrow();
        g.op("CumSum", x, position(g, x.rank()))
                .set("exclusive", g.random.nextInt(2)).set("reverse", g.random.nextInt(2))
                .gives(DType.F32, x.shape(), x.limit() * longest);
    }

    /** One of some values, or of the pieces of one. */
    static void at(Growth g) {
        Operand x = g.floats(1, 4);
        List<Operand> others = new ArrayList<>(List.of(x));
        for (int i = g.between(0, 2); i > 0; i--) {
            others.add(g.pick(value -> value.isFloat() && value.shape().equals(x.shape())));
        }
        Operand sequence = g.op("SequenceConstruct", others.toArray(Operand[]::new)).givesSequence();
        int count = others.size();
        if (g.oneIn(2)) {
            Operand more = others.get(0);
            sequence = g.op("SequenceInsert", sequence, more, position(g, count + 1)).givesSequence();
            count++;
        }
        if (count > 1 && g.oneIn(3)) {
            sequence = g.op("SequenceErase", sequence, position(g, count)).givesSequence();
            count--;
        }
        double limit = others.stream().mapToDouble(Operand::limit).max().orElseThrow();
        g.op("SequenceAt", sequence, position(g, count)).gives(DType.F32, x.shape(), limit);
    }

    /** The pieces of a value, one put in again, together. */
    static void joined(Growth g) {
        Operand x = g.floats(1, 4);
        int axis = g.random.nextInt(x.rank());
        int n = x.extent(axis).min();
        if (!x.extent(axis).isFixed() || n > 12) {
            return;
        }
        int size = n % 2 == 0 && g.oneIn(2) ? 2 : 1;
        Operand sequence = g.op("SplitToSequence", x, g.constant(Literal.scalar((long) size), n))
                .set("axis", axis).givesSequence();
        Extent all = x.extent(axis);
        if (g.oneIn(2)) {
            Operand piece = g.op("SequenceAt", sequence, position(g, n / size))
                    .gives(DType.F32, x.with(axis, Extent.of(size)), x.limit());
            sequence = g.op("SequenceInsert", sequence, piece, position(g, n / size)).givesSequence();
            all = all.map(extent -> extent + size);
        }
        g.op("ConcatFromSequence", sequence).set("axis", axis).gives(DType.F32, x.with(axis, all), x.limit());
    }
}
