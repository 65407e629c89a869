package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.GatherElements;
import dev.lanewise.compiler.op.GatherNd;
import dev.lanewise.compiler.op.NonZero;
import dev.lanewise.compiler.op.OneHot;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterNd;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.compiler.op.TopK;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Where;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** ONNX's operators that choose or change elements by index. */
final class OnnxIndexing {

    private OnnxIndexing() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Gather", OnnxIndexing::gather);
        ops.put(":GatherElements", OnnxIndexing::gatherElements);
        ops.put(":GatherND", OnnxIndexing::gatherNd);
        ops.put(":Scatter", OnnxIndexing::scatterElements);
        ops.put(":ScatterElements", OnnxIndexing::scatterElements);
        ops.put(":ScatterND", OnnxIndexing::scatterNd);
        ops.put(":TensorScatter", OnnxIndexing::tensorScatter);
        ops.put(":NonZero", OnnxIndexing::nonZero);
        ops.put(":Compress", OnnxIndexing::compress);
        ops.put(":TopK", OnnxIndexing::topK);
        ops.put(":OneHot", OnnxIndexing::oneHot);
        ops.put(":ReverseSequence", OnnxIndexing::reverseSequence);
    }

    private static void gather(OnnxNode node) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        node.out(node.add(new Gather(axis), x, node.in(1)));
    }

    private static void gatherElements(OnnxNode node) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        node.out(node.add(new GatherElements(axis), x, node.in(1)));
    }

    private static void gatherNd(OnnxNode node) {
        int batch = Math.toIntExact(node.integer("batch_dims", 0));
        node.out(node.add(new GatherNd(batch), node.in(0), node.in(1)));
    }

    private static void scatterElements(OnnxNode node) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        node.out(node.add(new ScatterElements(axis, reduction(node)), x, node.in(1), node.in(2)));
    }

    private static void scatterNd(OnnxNode node) {
        node.out(node.add(new ScatterNd(reduction(node)), node.in(0), node.in(1), node.in(2)));
    }

    /**
     * A cache [B, ..., n, ...] with updates [B, ..., t, ...] from a place on that each batch says, at the
     * cache's beginning again past its end where {@code circular}.
     */
    private static void tensorScatter(OnnxNode node) {
        Formula f = new Formula(node);
        Value cache = node.in(0);
        Value update = node.in(1);
        int axis = OnnxMovement.axis(node, node.integer("axis", -2), cache.rank());
        boolean circular = node.oneOf("mode", "linear", "linear", "circular").equals("circular");
        if (axis == 0 || update.rank() != cache.rank()) {
            throw node.misfit("a cache " + cache.type() + " and updates " + update.type() + " along axis " + axis
                    + "; axis 0 is the batch");
        }
        Dim between = ValueType.product(cache.shape().subList(1, axis));
        Dim n = cache.dim(axis);
        Value at = f.counting(update.dim(axis), 1, 2);
        if (node.has(2)) {
            at = f.plus(at, f.reshape(f.cast(node.in(2), DType.I64), List.of(cache.dim(0), Dim.ONE)));
        }
        if (circular) {
            at = f.apply(BinaryFn.MOD, at, f.extent(n, DType.I64));
        }
        // every axis between the batch and the one written to has the batch's places
        List<Dim> each = List.of(cache.dim(0), between, update.dim(axis), Dim.ONE);
        Value places = f.expand(f.reshape(at, List.of(at.dim(0), Dim.ONE, at.dim(1), Dim.ONE)), each);
        Dim rows = cache.dim(0).times(between);
        List<Dim> flat = List.of(rows, update.dim(axis), Dim.ONE);
        Value row = f.expand(f.counting(rows, 0, 3), flat);
        Value tuples = node.add(new Concat(2), row, f.reshape(places, flat));
        Value written = node.add(new ScatterNd(ScatterReduction.NONE),
                rows(f, cache, rows, axis), tuples, rows(f, update, rows, axis));
        node.out(f.reshape(written, cache.shape()));
    }

    /** All axes before {@code axis} as one. */
    private static Value rows(Formula f, Value x, Dim rows, int axis) {
        List<Dim> shape = new ArrayList<>(x.shape().subList(axis, x.rank()));
        shape.add(0, rows);
        return f.reshape(x, shape);
    }

    private static ScatterReduction reduction(OnnxNode node) {
        return ScatterReduction.valueOf(
                node.oneOf("reduction", "none", "none", "add", "mul", "min", "max").toUpperCase(Locale.ROOT));
    }

    private static void nonZero(OnnxNode node) {
        Value x = node.in(0);
        node.out(node.add(new NonZero(node.learnt(0, 1, x.type().size().max())), x));
    }

    /** The indices of the conditions that hold, and a Gather by them. */
    private static void compress(OnnxNode node) {
        Value x = node.in(0);
        int axis = 0;
        if (node.hasAttribute("axis")) {
            axis = OnnxMovement.axis(node, node.integer("axis", 0), x.rank());
        } else {
            x = OnnxMovement.reshaped(node, x, List.of(x.type().size()));
        }
        Value condition = node.in(1);
        if (condition.rank() != 1) {
            throw node.misfit("the condition is " + condition.type() + "; expected rank 1");
        }
        long most = Math.min(condition.dim(0).max(), x.dim(axis).max());
        Value indices = node.add(new NonZero(node.learnt(0, axis, most)), condition);
        Value flat = OnnxMovement.reshaped(node, indices, List.of(indices.dim(1)));
        node.out(node.add(new Gather(axis), x, flat));
    }

    /** k as attribute in operator sets 1 and 10 below, as input from 10 on. */
    private static void topK(OnnxNode node) {
        Value x = node.in(0);
        int axis = OnnxMovement.axis(node, node.integer("axis", -1), x.rank());
        boolean largest = node.flag("largest", true);
        boolean sorted = node.flag("sorted", true);
        if (node.opset() >= 10 && node.in(1).contents() == null) {
            bestOfAll(node, x, axis, largest);
            return;
        }
        List<Dim> k = node.opset() < 10 ? List.of(Dim.of(node.integer("k", -1))) : node.dims(1);
        if (k.size() != 1 || k.get(0).max() < 0) {
            throw node.misfit("k is " + k);
        }
        node.addAll(new TopK(axis, k.get(0), largest, sorted), x).forEach(node::out);
    }

    /** Where k is known only when the model runs: all in order, of which the first k. */
    private static void bestOfAll(OnnxNode node, Value x, int axis, boolean largest) {
        Formula f = new Formula(node);
        if (!node.in(1).type().size().is(1)) {
            throw node.misfit("k is " + node.in(1).type());
        }
        List<Value> all = node.addAll(new TopK(axis, x.dim(axis), largest, true), x);
        Value count = node.add(new Range(node.learnt(0, axis, x.dim(axis).max())), f.number(0, DType.I64),
                f.cast(f.reshape(node.in(1), List.of()), DType.I64), f.number(1, DType.I64));
        all.forEach(value -> node.out(node.add(new Gather(axis), value, count)));
    }

    /** Indices and depth may be of any type, floating-point too. */
    private static void oneHot(OnnxNode node) {
        Value indices = node.in(0);
        DType type = indices.type().type();
        if (type != DType.I64 && type != DType.I32) {
            indices = node.add(Cast.to(DType.I64), indices);
        }
        int axis = OnnxMovement.axis(node, node.integer("axis", -1), indices.rank() + 1);
        Value depth = node.in(1);
        if (!depth.type().size().is(1)) {
            throw node.misfit("the depth is " + depth.type() + "; expected one number");
        }
        if (!depth.isConstant() && depth.contents() == null) {
            node.out(oneHot(new Formula(node), indices, depth, node.in(2), axis));
            return;
        }
        Dim classes = depth.isConstant() ? Dim.of(depth.constant().longAt(0)) : depth.contents().get(0);
        node.out(node.add(new OneHot(axis, classes), indices, node.in(2)));
    }

    /** With a depth that is data: the extent that a Range of the classes learns. */
    private static Value oneHot(Formula f, Value indices, Value depth, Value values, int axis) {
        OnnxNode node = f.node();
        Value n = f.cast(f.reshape(depth, List.of()), DType.I64);
        Value classes = node.add(
                new Range(node.learnt(0, axis, Long.MAX_VALUE)), f.number(0, DType.I64), n, f.number(1, DType.I64));
        List<Dim> shape = new ArrayList<>(indices.shape());
        shape.add(axis, Dim.ONE);
        Value index = f.reshape(f.cast(indices, DType.I64), shape);
        Value fromStart = f.where(f.apply(BinaryFn.LESS, index, 0), f.plus(index, n), index);
        Value here = f.apply(BinaryFn.EQUAL, fromStart, f.along(classes, axis, shape.size()));
        Value on = f.reshape(f.part(values, 0, 1, 1), List.of());
        Value off = f.reshape(f.part(values, 0, 0, 1), List.of());
        return f.where(here, on, off);
    }

    /**
     * Element t of a sequence of length n comes from n − 1 − t where t is below n, else from t: computed
     * as indices, by which a GatherNd picks.
     */
    private static void reverseSequence(OnnxNode node) {
        Value x = node.in(0);
        long time = node.integer("time_axis", 0);
        long batch = node.integer("batch_axis", 1);
        if (x.rank() < 2 || time + batch != 1 || time * batch != 0) {
            throw node.misfit("time axis " + time + " and batch axis " + batch + " of " + x.type());
        }
        Value batchFirst = time == 1 ? x : node.add(swap(x.rank()), x);
        Dim b = batchFirst.dim(0);
        Dim t = batchFirst.dim(1);
        Value lengths = OnnxMovement.reshaped(node, node.in(1), List.of(b, Dim.ONE));
        Value one = node.constant(Literal.scalar(1L));
        Value steps = node.add(
                new Range(t), node.constant(Literal.scalar(0L)), node.add(new Extents(List.of(t), true)), one);
        Value mirrored = node.add(
                new Binary(BinaryFn.SUB), node.add(new Binary(BinaryFn.SUB), lengths, one), steps);
        Value within = node.add(new Binary(BinaryFn.LESS), steps, lengths);
        Value source = node.add(new Where(), within, mirrored, steps);
        Value tuples = OnnxMovement.reshaped(node, source, List.of(b, t, Dim.ONE));
        Value reversed = node.add(new GatherNd(1), batchFirst, tuples);
        node.out(time == 1 ? reversed : node.add(swap(x.rank()), reversed));
    }

    private static Transpose swap(int rank) {
        List<Integer> order = new ArrayList<>(List.of(1, 0));
        for (int axis = 2; axis < rank; axis++) {
            order.add(axis);
        }
        return new Transpose(order);
    }
}
