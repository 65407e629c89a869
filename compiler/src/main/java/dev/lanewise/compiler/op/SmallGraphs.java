package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;

/** Bodies for the cases of the operations that have bodies. */
final class SmallGraphs {

    private SmallGraphs() {}

    /** x [5] to fn(x). */
    static Graph unary(UnaryFn fn) {
        GraphBuilder builder = new GraphBuilder();
        Value x = builder.input("x", ValueType.of(DType.F32, 5));
        builder.output("y", builder.add(fn.name(), Unary.of(fn), x));
        return builder.build();
    }

    /** Carries s [3] and scans x [3], with w [3] from outside: s' = s · w + x, which it also collects. */
    static Graph decayingSum(boolean untilLarge) {
        GraphBuilder builder = new GraphBuilder();
        Value iteration = builder.input("t", ValueType.of(DType.I64));
        builder.input("go on", ValueType.of(DType.BOOL));
        Value s = builder.input("s", ValueType.of(DType.F32, 3));
        Value x = builder.input("x", ValueType.of(DType.F32, 3));
        Value w = builder.input("w", ValueType.of(DType.F32, 3));
        Value decayed = builder.add("decayed", new Binary(BinaryFn.MUL), s, w);
        Value next = builder.add("next", new Binary(BinaryFn.ADD), decayed, x);
        Value goOn = untilLarge
                ? builder.add("go on'", new Binary(BinaryFn.LESS), iteration, builder.constant("3", Literal.scalar(3L)))
                : builder.constant("yes", Literal.splat(DType.BOOL, 1));
        builder.output("go on'", goOn);
        builder.output("s'", next);
        builder.output("y", next);
        return builder.build();
    }

    /** A number of iterations that is learnt. */
    static Dim learnt(long most) {
        return Dim.learnt("iterations", most);
    }
}
