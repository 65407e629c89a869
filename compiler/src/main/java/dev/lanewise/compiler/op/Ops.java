package dev.lanewise.compiler.op;

import java.util.List;
import java.util.function.Supplier;

/** The list of all operations, each by its cases. */
public final class Ops {

    /**
     * An operation's row.
     *
     * @param op the class that implements it
     * @param cases what it is tested and measured on
     */
    public record Entry(Class<? extends dev.lanewise.compiler.graph.Op> op, Supplier<List<OpCase>> cases) {}

    public static final List<Entry> ALL = List.of(
            // Elementwise
            new Entry(Unary.class, Unary::cases),
            new Entry(Binary.class, Binary::cases));

    private Ops() {}
}
