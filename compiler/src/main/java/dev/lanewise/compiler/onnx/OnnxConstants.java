package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.formats.DType;
import java.util.List;
import java.util.Map;

/** ONNX's operators whose result follows from attributes and extents alone. */
final class OnnxConstants {

    private OnnxConstants() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Constant", OnnxConstants::constant);
        ops.put(":ConstantOfShape", OnnxConstants::constantOfShape);
        ops.put(":Shape", OnnxConstants::shape);
        ops.put(":Size", OnnxConstants::size);
        ops.put(":Range", OnnxConstants::range);
    }

    private static void constant(OnnxNode node) {
        Literal literal;
        if (node.hasAttribute("value")) {
            literal = node.tensor("value");
        } else if (node.hasAttribute("sparse_value")) {
            literal = node.sparseTensor("sparse_value");
        } else if (node.hasAttribute("value_float")) {
            literal = Literal.scalar(node.number("value_float", 0));
        } else if (node.hasAttribute("value_int")) {
            literal = Literal.scalar(node.integer("value_int", 0));
        } else if (node.hasAttribute("value_floats")) {
            float[] values = node.numbers("value_floats");
            literal = Literal.of(values, values.length);
        } else if (node.hasAttribute("value_ints")) {
            long[] values = node.integers("value_ints");
            literal = Literal.of(values, values.length);
        } else if (node.hasAttribute("value_string") || node.hasAttribute("value_strings")) {
            throw node.unsupported("strings are out of scope");
        } else {
            throw node.misfit("none of the attributes that give a constant its value is there");
        }
        node.out(node.constant(literal));
    }

    /** Stays one value, however large its shape. */
    private static void constantOfShape(OnnxNode node) {
        Literal value = node.hasAttribute("value") ? node.tensor("value") : Literal.splat(DType.F32, 0, 1);
        if (value.size() != 1) {
            throw node.misfit("attribute 'value' has " + value.size() + " elements; expected 1");
        }
        List<Dim> shape = node.dims(0);
        OnnxMovement.requireExtents(node, shape);
        if (shape.stream().allMatch(Dim::isConstant)) {
            int[] extents = shape.stream().mapToInt(dim -> Math.toIntExact(dim.constant())).toArray();
            node.out(node.constant(value.spread(extents)));
        } else {
            node.out(node.add(new Expand(shape), node.constant(value.reshape())));
        }
    }

    /** From operator set 15 on a part of the shape, whose ends may count from the back. */
    private static void shape(OnnxNode node) {
        int rank = node.in(0).rank();
        int start = clamp(node.integer("start", 0), rank);
        int end = clamp(node.integer("end", rank), rank);
        List<Dim> dims = node.in(0).shape().subList(start, Math.max(start, end));
        node.out(node.add(new Extents(dims, false)));
    }

    private static int clamp(long axis, int rank) {
        return (int) Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
    }

    private static void size(OnnxNode node) {
        Value x = node.in(0);
        node.out(node.add(new Extents(List.of(x.type().size()), true)));
    }

    /** Its length is a number, or follows from extents, or is learnt from data and then needs a bound. */
    private static void range(OnnxNode node) {
        Value start = scalar(node, 0);
        Value limit = scalar(node, 1);
        Value delta = scalar(node, 2);
        Dim count;
        if (start.isConstant() && limit.isConstant() && delta.isConstant()) {
            if (delta.constant().doubleAt(0) == 0) {
                throw node.misfit("a delta of 0");
            }
            count = Dim.of(Range.count(start.constant(), limit.constant(), delta.constant()));
        } else if (start.contents() != null && limit.contents() != null && delta.contents() != null
                && delta.contents().get(0).isConstant() && !delta.contents().get(0).is(0)) {
            long step = delta.contents().get(0).constant();
            Dim distance = limit.contents().get(0).minus(start.contents().get(0));
            count = distance.times(Long.signum(step)).max(Dim.ZERO).ceilDiv(Math.abs(step));
        } else {
            count = node.learnt(0, 0, Long.MAX_VALUE);
        }
        node.out(node.add(new Range(count), start, limit, delta));
    }

    private static Value scalar(OnnxNode node, int i) {
        if (!node.in(i).type().size().is(1)) {
            throw node.misfit("input " + i + " is " + node.in(i).type() + "; expected one element");
        }
        return OnnxMovement.reshaped(node, node.in(i), List.of());
    }
}
