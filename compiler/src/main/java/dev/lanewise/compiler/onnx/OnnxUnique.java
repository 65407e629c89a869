package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.GraphBuilder;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.NonZero;
import dev.lanewise.compiler.op.Repeat;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.compiler.op.TopK;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;
import java.util.Map;

/**
 * ONNX's Unique: slices are sorted, and those that differ from the one before are kept. The sort is stable,
 * so of equal slices the one that comes first stands for all.
 */
final class OnnxUnique {

    private OnnxUnique() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Unique", OnnxUnique::unique);
    }

    /** Slices along an axis, or elements where none is given: each once, by value or as they first come. */
    private static void unique(OnnxNode node) {
        Formula f = new Formula(node);
        Value x = node.in(0);
        int axis = 0;
        if (node.hasAttribute("axis")) {
            axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        } else {
            x = f.reshape(x, List.of(x.type().size()));
        }
        Dim n = x.dim(axis);
        Value columns = columns(f, x, axis);
        Value order = order(f, columns);
        Value isNew = f.apply(BinaryFn.OR, f.apply(BinaryFn.EQUAL, f.counting(n, 0, 1), 0),
                differsFromBefore(f, node.add(new Gather(1), columns, order)));
        Dim count = node.learnt(0, axis, n.max());
        Value starts = f.reshape(node.add(new NonZero(count), isNew), List.of(count));
        Value firsts = node.add(new Gather(0), order, starts);
        Value ranks = f.apply(BinaryFn.SUB,
                node.add(new Cumulate(0, false, false, false), f.cast(isNew, DType.I64)), 1);
        Value inverse = scattered(f, order, ranks, n, ScatterReduction.NONE);
        if (!node.flag("sorted", true)) {
            List<Value> byPlace = node.addAll(new TopK(0, count, false, true), firsts);
            firsts = byPlace.get(0);
            Value numbers = scattered(f, byPlace.get(1), f.counting(count, 0, 1), count, ScatterReduction.NONE);
            inverse = node.add(new Gather(0), numbers, inverse);
        }
        node.out(node.add(new Gather(axis), x, firsts));
        node.out(firsts);
        node.out(inverse);
        node.out(scattered(f, inverse, f.expand(f.number(1, DType.I64), List.of(n)), count, ScatterReduction.ADD));
    }

    /** The elements of each slice of x [..., n, ...] along an axis, as [elements of a slice, n]. */
    private static Value columns(Formula f, Value x, int axis) {
        Value last = f.axisLast(x, axis);
        Dim n = last.dim(last.rank() - 1);
        return f.reshape(last, List.of(ValueType.product(last.shape().subList(0, last.rank() - 1)), n));
    }

    /**
     * The order of the columns of x [m, n] by their first elements, then their second, and so on: i64 [n]. A
     * stable sort by the last elements, then by those before them, up to the first.
     */
    private static Value order(Formula f, Value x) {
        Dim n = x.dim(1);
        if (x.dim(0).is(1)) {
            return f.node().addAll(new TopK(0, n, false, true), f.reshape(x, List.of(n))).get(1);
        }
        GraphBuilder body = new GraphBuilder(f.node().builder().folding());
        body.input("row", ValueType.of(DType.I64));
        Value goOn = body.input("go on", ValueType.of(DType.BOOL));
        Value order = body.input("order", new ValueType(DType.I64, List.of(n)));
        Value row = body.input("elements", new ValueType(x.type().type(), List.of(n)));
        Value ordered = body.add("ordered", new Gather(0), row, order);
        Value sorted = body.addAll("sorted", new TopK(0, n, false, true), List.of(ordered)).get(1);
        body.output("go on", goOn);
        body.output("next", body.add("next", new Gather(0), order, sorted));
        Repeat sort = new Repeat(body.build().withoutUnused(), 1, x.dim(0), List.of(new Repeat.Walk(0, true)),
                List.of(), List.of(new ValueType(DType.I64, List.of(n))));
        return f.node().add(sort, null, null, f.expand(f.counting(n, 0, 1), List.of(n)), x);
    }

    /** Whether a column of x [m, n] is another than the one before it: bool [n]. NaNs are all the same. */
    private static Value differsFromBefore(Formula f, Value x) {
        Value before = f.apply(BinaryFn.MAX, f.apply(BinaryFn.SUB, f.counting(x.dim(1), 0, 1), 1), 0);
        Value other = f.node().add(new Gather(1), x, before);
        Value same = f.apply(BinaryFn.EQUAL, x, other);
        if (x.type().type().isFloating()) {
            Value numbers = f.apply(BinaryFn.OR, f.apply(BinaryFn.EQUAL, x, x), f.apply(BinaryFn.EQUAL, other, other));
            same = f.apply(BinaryFn.OR, same, f.apply(UnaryFn.NOT, numbers));
        }
        Value differences = f.cast(f.apply(UnaryFn.NOT, same), DType.I64);
        return f.apply(BinaryFn.GREATER, f.reduce(ReduceFn.SUM, differences, List.of(0), false), 0);
    }

    /** {@code y[places[i]] = values[i]}, or their sum: i64 [n]. */
    private static Value scattered(Formula f, Value places, Value values, Dim n, ScatterReduction reduction) {
        Value zeros = f.zeros(DType.I64, List.of(n));
        return f.node().add(new ScatterElements(0, reduction), zeros, places, values);
    }
}
