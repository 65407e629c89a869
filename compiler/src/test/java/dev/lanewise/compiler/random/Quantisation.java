package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.List;

/** Integers that stand for fractions. */
final class Quantisation {

    private Quantisation() {}

    static void roundTrip(Growth g) {
        Operand x = g.floats(1, 4);
        DType type = g.one(DType.U8, DType.I8);
        long zero = type == DType.U8 ? g.between(90, 160) : g.between(-40, 40);
        Operand scale = g.scalar((float) (x.limit() / 100));
        Operand point = g.constant(Literal.of(type, new long[] {zero}), 1 << 20);
        Operand q = g.op("QuantizeLinear", x, scale, point).gives(type, x.shape(), 128);
        g.op("DequantizeLinear", q, scale, point).gives(DType.F32, x.shape(), 3 * x.limit());
    }

    static void dynamic(Growth g) {
        Operand x = g.floats(1, 3);
        List<Operand> parts = g.op("DynamicQuantizeLinear", x)
                .also(DType.U8, x.shape(), 1 << 20).also(DType.F32, List.of(), 1 + x.limit())
                .also(DType.U8, List.of(), 1 << 20).done();
        g.op("DequantizeLinear", parts.get(0), parts.get(1), parts.get(2)).gives(DType.F32, x.shape(),
                2 * x.limit() + 1);
    }

    static void integerProduct(Growth g) {
        DType type = g.one(DType.U8, DType.I8);
        Operand x = g.pick(value -> value.type() == DType.U8 && value.rank() >= 2 && value.rank() < 4
                && value.limit() <= 255 && value.extent(value.rank() - 1).isFixed());
        if (x == null) {
            x = g.input(DType.U8, g.filled(2));
        }
        if (!x.extent(x.rank() - 1).isFixed()) {
            return;
        }
        int n = g.between(1, 9);
        Operand w = g.constant(type, 127, x.extent(x.rank() - 1).min(), n);
        Operand xZero = g.constant(Literal.of(DType.U8, new long[] {g.between(0, 255)}), 1 << 20);
        Operand wZero = g.constant(Literal.of(type, new long[] {g.between(0, 100)}), 1 << 20);
        List<Extent> shape = x.with(x.rank() - 1, Extent.of(n));
        if (g.fits(shape)) {
            Operand y = g.op("MatMulInteger", x, w, xZero, wZero).gives(DType.I32, shape, 1e6);
            Operand floats = g.op("Cast", y).set("to", 1).gives(DType.F32, shape, 1e6);
            g.op("Mul", floats, g.scalar(1e-4f)).gives(DType.F32, shape, 100);
        }
    }
}
