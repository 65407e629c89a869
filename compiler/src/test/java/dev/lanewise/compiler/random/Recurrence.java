package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.formats.DType;
import java.util.List;

/** Recurrent layers. */
final class Recurrence {

    private Recurrence() {}

    static void cell(Growth g) {
        Operand x = g.pick(value -> value.isFloat() && value.rank() == 3 && value.extent(2).isFixed());
        if (x == null) {
            return;
        }
        int hidden = g.one(1, 3, 4, 8, 17);
        String direction = g.one("forward", "forward", "reverse", "bidirectional");
        int directions = direction.equals("bidirectional") ? 2 : 1;
        String type = g.one("LSTM", "GRU", "RNN");
        int gates = switch (type) {
            case "LSTM" -> 4;
            case "GRU" -> 3;
            default -> 1;
        };
        int width = x.extent(2).min();
        List<Extent> all = List.of(x.extent(0), Extent.of(directions), x.extent(1), Extent.of(hidden));
        List<Extent> last = List.of(Extent.of(directions), x.extent(1), Extent.of(hidden));
        if (!g.fits(all) || gates * hidden * width > 5000) {
            return;
        }
        Operand w = g.constant(DType.F32, 0.7, directions, gates * hidden, width);
        Operand r = g.constant(DType.F32, 0.7, directions, gates * hidden, hidden);
        Operand b = g.oneIn(3) ? null : g.constant(DType.F32, 1, directions, 2 * gates * hidden);
        Operand lengths = null;
        if (x.extent(1).isFixed() && g.oneIn(3)) {
            long[] values = new long[x.extent(1).min()];
            for (int i = 0; i < values.length; i++) {
                values[i] = g.between(1, x.extent(0).min());
            }
            lengths = g.constant(Literal.of(DType.I32, values, values.length), 1 << 20);
        }
        Operand start = g.oneIn(2) ? null : g.input(DType.F32, last);
        Draft draft = g.op(type, x, w, r, b, lengths, start);
        if (type.equals("GRU")) {
            draft.set("linear_before_reset", g.random.nextInt(2));
        }
        draft.set("hidden_size", hidden).set("direction", direction)
                .also(DType.F32, all, 10)
                .also(DType.F32, last, 10);
        if (type.equals("LSTM") && g.oneIn(2)) {
            draft.also(DType.F32, last, 10 + x.extent(0).max());
        }
        draft.done();
    }
}
