package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Trilu;
import dev.lanewise.formats.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** ONNX's operators that move elements or name their extents. */
final class OnnxMovement {

    private OnnxMovement() {}

    static void register(Map<String, OnnxOp> ops) {
        ops.put(":Identity", OnnxMovement::identity);
        ops.put(":Flatten", OnnxMovement::flatten);
        ops.put(":Expand", OnnxMovement::expand);
        ops.put(":Reshape", OnnxMovement::reshape);
        ops.put(":Tile", OnnxMovement::tile);
        ops.put(":Trilu", OnnxMovement::trilu);
        ops.put(":DepthToSpace", OnnxMovement::depthToSpace);
        ops.put(":SpaceToDepth", OnnxMovement::spaceToDepth);
        ops.put(":Transpose", OnnxMovement::transpose);
        ops.put(":Concat", OnnxMovement::concat);
        ops.put(":Squeeze", OnnxMovement::squeeze);
        ops.put(":Unsqueeze", OnnxMovement::unsqueeze);
    }

    private static void identity(OnnxNode node) {
        if (node.isSequence(0)) {
            node.out(node.sequence(0));
        } else {
            node.out(node.in(0));
        }
    }

    /** -1 takes what is left; 0 keeps the input's extent, unless allowzero says that it means zero. */
    private static void reshape(OnnxNode node) {
        Value x = node.in(0);
        boolean allowZero = node.flag("allowzero", false);
        List<Dim> target = node.opset() >= 5
                ? node.dims(1)
                : OnnxSlicing.dims(node.requiredIntegers("shape"));
        List<Dim> shape = new ArrayList<>();
        List<Dim> left = new ArrayList<>(x.shape()); // extents kept go out whole: no polynomial is divided by another
        Dim divisor = Dim.ONE;
        int open = -1;
        for (int axis = 0; axis < target.size(); axis++) {
            Dim dim = target.get(axis);
            if (dim.is(0) && !allowZero) {
                if (axis >= x.rank()) {
                    throw node.misfit("extent " + axis + " copies an extent that " + x.type() + " has not");
                }
                dim = x.dim(axis);
            }
            if (dim.is(-1)) {
                if (open >= 0) {
                    throw node.misfit("two extents of -1 in " + target);
                }
                open = axis;
            } else if (!left.remove(dim)) {
                divisor = divisor.times(dim);
            }
            if (dim.max() < -1 || dim.max() < 0 && !dim.is(-1)) {
                throw node.misfit("an extent of " + dim);
            }
            shape.add(dim);
        }
        if (open >= 0) {
            boolean empty = shape.stream().anyMatch(dim -> dim.is(0));
            Dim size = left.stream().reduce(Dim.ONE, Dim::times);
            shape.set(open, empty ? Dim.ZERO : size.floorDiv(divisor));
        }
        node.out(node.add(new Reshape(shape), x));
    }

    private static void transpose(OnnxNode node) {
        long[] perm = node.integers("perm");
        int rank = node.in(0).rank();
        int[] permutation = new int[rank];
        if (perm != null && perm.length != rank) {
            throw node.misfit("perm has " + perm.length + " axes, the input " + node.in(0).type());
        }
        boolean moves = false;
        for (int axis = 0; axis < rank; axis++) {
            permutation[axis] = perm == null ? rank - 1 - axis : axis(node, perm[axis], rank);
            moves |= permutation[axis] != axis;
        }
        if (!moves) {
            node.out(node.in(0));
            return;
        }
        node.out(node.add(Transpose.of(permutation), node.in(0)));
    }

    /** Two axes: all before {@code axis}, which may equal the rank, and all from it on. */
    private static void flatten(OnnxNode node) {
        Value x = node.in(0);
        long given = node.integer("axis", 1);
        long axis = given < 0 ? given + x.rank() : given;
        if (axis < 0 || axis > x.rank()) {
            throw node.misfit("axis " + given + " of " + x.type());
        }
        node.out(reshaped(node, x, List.of(
                ValueType.product(x.shape().subList(0, (int) axis)),
                ValueType.product(x.shape().subList((int) axis, x.rank())))));
    }

    private static void expand(OnnxNode node) {
        List<Dim> shape = node.dims(1);
        requireExtents(node, shape);
        Value x = node.in(0);
        boolean same = shape.size() <= x.rank();
        for (int i = 0; same && i < shape.size(); i++) {
            Dim wanted = shape.get(shape.size() - 1 - i);
            same = wanted.is(1) || wanted.equals(x.dim(x.rank() - 1 - i));
        }
        node.out(same ? x : node.add(new Expand(shape), x));
    }

    /** An axis repeated r times: an axis in front of it, expanded to r, and both made one. */
    private static void tile(OnnxNode node) {
        Value x = node.in(0);
        List<Dim> repeats = tileRepeats(node, x);
        for (int axis = 0; axis < x.rank(); axis++) {
            Dim repeat = repeats.get(axis);
            if (repeat.max() < 0) {
                throw node.misfit("a repeat of " + repeat);
            }
            if (repeat.is(1)) {
                continue;
            }
            List<Dim> shape = new ArrayList<>(x.shape());
            shape.add(axis, Dim.ONE);
            Value split = reshaped(node, x, shape);
            shape.set(axis, repeat);
            Value expanded = node.add(new Expand(shape), split);
            shape.remove(axis);
            shape.set(axis, x.dim(axis).times(repeat));
            x = reshaped(node, expanded, shape);
        }
        node.out(x);
    }

    /** Operator set 1 repeats one axis; later ones all. */
    private static List<Dim> tileRepeats(OnnxNode node, Value x) {
        if (node.opset() < 6) {
            List<Dim> repeats = new ArrayList<>(java.util.Collections.nCopies(x.rank(), Dim.ONE));
            repeats.set(axis(node, node.longs(2)[0], x.rank()), node.dims(1).get(0));
            return repeats;
        }
        if (node.dims(1).size() != x.rank()) {
            throw node.misfit(node.dims(1).size() + " repeats for " + x.type());
        }
        return node.dims(1);
    }

    private static void trilu(OnnxNode node) {
        Value x = node.in(0);
        Trilu trilu = new Trilu(node.flag("upper", true));
        node.out(node.has(1) ? node.add(trilu, x, reshaped(node, node.in(1), List.of())) : node.add(trilu, x));
    }

    /** [N, C, H, W] to [N, C / b², H · b, W · b]. DCR has the block's axes before the channels, CRD behind. */
    private static void depthToSpace(OnnxNode node) {
        Value x = image(node);
        long b = blockSize(node);
        boolean blockFirst = node.oneOf("mode", "DCR", "DCR", "CRD").equals("DCR");
        Dim block = Dim.of(b);
        if (x.dim(1).isConstant() && !x.dim(1).mod(Dim.of(b * b)).is(0)) {
            throw node.misfit("the channels of " + x.type() + " are no multiple of " + b * b);
        }
        Dim c = x.dim(1).floorDiv(b * b);
        Value parts = node.add(
                new Reshape(blockFirst
                        ? List.of(x.dim(0), block, block, c, x.dim(2), x.dim(3))
                        : List.of(x.dim(0), c, block, block, x.dim(2), x.dim(3))),
                x);
        Value moved = node.add(blockFirst ? Transpose.of(0, 3, 4, 1, 5, 2) : Transpose.of(0, 1, 4, 2, 5, 3), parts);
        node.out(reshaped(node, moved, List.of(x.dim(0), c, x.dim(2).times(b), x.dim(3).times(b))));
    }

    /** [N, C, H, W] to [N, b² · C, H / b, W / b]. */
    private static void spaceToDepth(OnnxNode node) {
        Value x = image(node);
        long b = blockSize(node);
        Dim block = Dim.of(b);
        Dim h = x.dim(2).floorDiv(b);
        Dim w = x.dim(3).floorDiv(b);
        Value parts = node.add(new Reshape(List.of(x.dim(0), x.dim(1), h, block, w, block)), x);
        Value moved = node.add(Transpose.of(0, 3, 5, 1, 2, 4), parts);
        node.out(reshaped(node, moved, List.of(x.dim(0), x.dim(1).times(b * b), h, w)));
    }

    private static Value image(OnnxNode node) {
        if (node.in(0).rank() != 4) {
            throw node.misfit("input 0 is " + node.in(0).type() + "; expected rank 4");
        }
        return node.in(0);
    }

    private static long blockSize(OnnxNode node) {
        long size = node.integer("blocksize", 0);
        if (size < 1 || size > 1 << 15) {
            throw node.misfit("a block size of " + size);
        }
        return size;
    }

    /** Fails for what can be no shape. */
    static void requireExtents(OnnxNode node, List<Dim> shape) {
        if (shape.size() > Limits.RANK || shape.stream().anyMatch(dim -> dim.max() < 0)) {
            throw node.misfit("a shape of " + shape);
        }
    }

    private static void concat(OnnxNode node) {
        // the axis has a default in operator set 1 alone
        if (node.opset() >= 4 && !node.hasAttribute("axis")) {
            throw node.misfit("attribute 'axis' is missing");
        }
        int axis = axis(node, node.integer("axis", 1), node.in(0).rank());
        Value[] inputs = new Value[node.inputCount()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = node.in(i);
        }
        node.out(inputs.length == 1 ? inputs[0] : node.add(new Concat(axis), inputs));
    }

    private static void squeeze(OnnxNode node) {
        Value x = node.in(0);
        long[] axes = axes(node, 13);
        List<Dim> shape = new ArrayList<>();
        for (int axis = 0; axis < x.rank(); axis++) {
            int at = axis;
            boolean drop = axes == null
                    ? x.dim(axis).is(1)
                    : Arrays.stream(axes).anyMatch(a -> axis(node, a, x.rank()) == at);
            if (!drop) {
                shape.add(x.dim(axis));
            } else if (!x.dim(axis).is(1) && x.dim(axis).isConstant()) {
                throw node.misfit("axis " + axis + " of " + x.type() + " is not 1");
            }
        }
        node.out(node.add(new Reshape(shape), x));
    }

    private static void unsqueeze(OnnxNode node) {
        Value x = node.in(0);
        long[] axes = axes(node, 13);
        if (axes == null) {
            throw node.misfit("the axes are missing");
        }
        int rank = x.rank() + axes.length;
        List<Dim> shape = new ArrayList<>();
        int next = 0;
        for (int axis = 0; axis < rank; axis++) {
            int at = axis;
            boolean added = Arrays.stream(axes).anyMatch(a -> axis(node, a, rank) == at);
            if (!added && next >= x.rank() || rank > Limits.RANK) {
                throw node.misfit("axes " + Arrays.toString(axes) + " name one twice");
            }
            shape.add(added ? Dim.ONE : x.dim(next++));
        }
        node.out(node.add(new Reshape(shape), x));
    }

    /** Axes as an attribute in old operator sets, as the second input from {@code asInput} on. */
    static long[] axes(OnnxNode node, int asInput) {
        return node.opset() < asInput ? node.integers("axes") : node.has(1) ? node.longs(1) : null;
    }

    /** An axis that may be counted from the end. */
    static int axis(OnnxNode node, long axis, int rank) {
        long positive = axis < 0 ? axis + rank : axis;
        if (positive < 0 || positive >= Math.max(1, rank)) {
            throw node.misfit("axis " + axis + " of a tensor of rank " + rank);
        }
        return (int) positive;
    }

    /** The same value with another type's shape; for converters that need a certain rank. */
    static Value reshaped(OnnxNode node, Value x, List<Dim> shape) {
        return new ValueType(x.type().type(), shape).equals(x.type()) ? x : node.add(new Reshape(shape), x);
    }
}
