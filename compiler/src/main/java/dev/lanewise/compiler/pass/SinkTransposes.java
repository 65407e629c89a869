package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Folding;
import dev.lanewise.compiler.graph.Graph;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Concat;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.DepthwisePlanes;
import dev.lanewise.compiler.op.Expand;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Pad;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Reshape;
import dev.lanewise.compiler.op.RmsNorm;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.compiler.op.Softmax;
import dev.lanewise.compiler.op.Transpose;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.compiler.op.Where;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Moves transposes behind the operations that follow them, {@code f(T(x))} to {@code T(f(x))}, until they
 * meet another one and merge, or reach an output. Products with weights take a transpose in front of
 * them into the order of the weights.
 */
final class SinkTransposes extends Rewriting {

    private static final List<Integer> KEYS_FIRST = List.of(1, 0, 2, 3);

    private final boolean split;
    private final boolean planes;

    /**
     * @param split whether a transpose may be split in two, so that one of them passes a reshape
     * @param planes whether it passes depthwise convolutions, which then compute on planes
     */
    SinkTransposes(Graph graph, Folding folding, boolean split, boolean planes) {
        super(graph, folding);
        this.split = split;
        this.planes = planes;
    }

    @Override
    List<Value> node(Node node, List<Value> inputs) {
        Value moved = move(node, node.op(), inputs);
        return moved == null ? null : List.of(moved);
    }

    private Value move(Node node, Op op, List<Value> inputs) {
        if (op instanceof Unary || op instanceof Cast || op instanceof Binary || op instanceof Where) {
            return elementwise(node, inputs);
        }
        if (op instanceof MatMul matMul) {
            return product(node, matMul, inputs);
        }
        if (op instanceof Attention attention && !attention.logSums()) {
            return attention(node, attention, inputs);
        }
        List<Integer> p = permutation(inputs.isEmpty() ? null : inputs.get(0));
        if (p == null) {
            return null;
        }
        Value x = source(inputs.get(0));
        int last = p.size() - 1;
        if (op instanceof Transpose transpose) {
            return transposed(node, x, Permutation.then(p, transpose.permutation()));
        } else if (op instanceof Reshape reshape) {
            return new ReshapedGroups(inputs.get(0).shape(), reshape.shape(), p).move(this, node, x, split);
        } else if (op instanceof Conv conv && planes && p.equals(DepthwisePlanes.channelsLast())
                && DepthwisePlanes.suits(conv, inputs.get(1), node.output())) {
            Value[] operands = inputs.toArray(new Value[0]);
            operands[0] = x;
            return transposed(node, add(node.name(), new DepthwisePlanes(conv), operands), p);
        } else if (op instanceof Concat concat) {
            return concat(node, concat, inputs, p);
        } else if (op instanceof Slice slice) {
            Op moved = new Slice(Permutation.toSource(p, slice.starts()), Permutation.toSource(p, slice.strides()),
                    Permutation.toSource(p, slice.shape()));
            return transposed(node, add(node.name(), moved, x), p);
        } else if (op instanceof Pad pad) {
            Op moved = new Pad(pad.mode(), Permutation.toSource(p, pad.before()), Permutation.toSource(p, pad.after()));
            Value[] operands = inputs.toArray(new Value[0]);
            operands[0] = x;
            return transposed(node, add(node.name(), moved, operands), p);
        } else if (op instanceof Expand expand && expand.shape().size() == p.size()) {
            return transposed(node, add(node.name(), new Expand(Permutation.toSource(p, expand.shape())), x), p);
        } else if (op instanceof Reduce reduce) {
            return reduce(node, reduce, x, p);
        } else if (op instanceof Cumulate cumulate) {
            Op moved = new Cumulate(
                    p.get(cumulate.axis()), cumulate.exclusive(), cumulate.reverse(), cumulate.products());
            return transposed(node, add(node.name(), moved, x), p);
        } else if (op instanceof Gather gather && inputs.get(1).rank() == 1) {
            return transposed(node, add(node.name(), new Gather(p.get(gather.axis())), x, inputs.get(1)), p);
        } else if (op instanceof Softmax && p.get(last) == last) {
            return transposed(node, add(node.name(), op, x), p);
        } else if (op instanceof LayerNorm norm && !norm.stats() && norm.axis() == last && p.get(last) == last) {
            return transposed(node, add(node.name(), op, x, inputs.get(1), norm(inputs)), p);
        } else if (op instanceof RmsNorm norm && norm.axis() == last && p.get(last) == last) {
            return transposed(node, add(node.name(), op, x, inputs.get(1)), p);
        }
        return null;
    }

    private static Value norm(List<Value> inputs) {
        return inputs.size() > 2 ? inputs.get(2) : null;
    }

    /** The order of axes of a transposed value; {@code null} where it is none. */
    private static List<Integer> permutation(Value value) {
        Transpose transpose = producer(value, Transpose.class);
        return transpose == null ? null : transpose.permutation();
    }

    private static Value source(Value transposed) {
        return transposed.producer().input(0);
    }

    Value transposed(Node node, Value x, List<Integer> p) {
        return Permutation.isIdentity(p) ? x : add(node.name(), new Transpose(p), x);
    }

    private Value elementwise(Node node, List<Value> inputs) {
        int rank = node.output().rank();
        List<Integer> p = null;
        for (Value input : inputs) {
            if (p == null && input.rank() == rank) {
                p = permutation(input);
            }
        }
        if (p == null) {
            return null;
        }
        Value[] sources = new Value[inputs.size()];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = untransposed(node, inputs.get(i), p);
            if (sources[i] == null) {
                return null;
            }
        }
        return transposed(node, add(node.name(), node.op(), sources), p);
    }

    /** The value whose transpose broadcasts as {@code value} does, where that costs nothing; else {@code null}. */
    private Value untransposed(Node node, Value value, List<Integer> p) {
        if (p.equals(permutation(value))) {
            return source(value);
        }
        if (value.type().size().is(1)) {
            return value;
        }
        List<Dim> shape = new ArrayList<>(Collections.nCopies(p.size() - value.rank(), Dim.ONE));
        shape.addAll(value.shape());
        Transpose back = new Transpose(Permutation.inverse(p));
        if (value.isConstant()) {
            return add(node.name(), back, add(node.name(), new Reshape(shape), value));
        }
        return back.movesOnlyUnits(shape)
                ? add(node.name(), new Reshape(Permutation.toSource(p, shape)), value)
                : null;
    }

    private Value concat(Node node, Concat concat, List<Value> inputs, List<Integer> p) {
        Value[] sources = new Value[inputs.size()];
        for (int i = 0; i < sources.length; i++) {
            Value input = inputs.get(i);
            if (p.equals(permutation(input))) {
                sources[i] = source(input);
            } else if (input.isConstant()) {
                sources[i] = add(node.name(), new Transpose(Permutation.inverse(p)), input);
            } else {
                return null;
            }
        }
        return transposed(node, add(node.name(), new Concat(p.get(concat.axis())), sources), p);
    }

    private Value reduce(Node node, Reduce reduce, Value x, List<Integer> p) {
        List<Integer> axes = reduce.axes().stream().map(p::get).toList();
        Value reduced = add(node.name(), new Reduce(reduce.fn(), axes, reduce.keepDims()), x);
        if (reduce.keepDims()) {
            return transposed(node, reduced, p);
        }
        List<Integer> kept = p.stream().filter(axis -> !axes.contains(axis)).toList();
        List<Integer> ascending = kept.stream().sorted().toList();
        return transposed(node, reduced, kept.stream().map(ascending::indexOf).toList());
    }

    /** Keys and values that lie keys first, by the flag of the operation. */
    private Value attention(Node node, Attention attention, List<Value> inputs) {
        boolean both = KEYS_FIRST.equals(permutation(inputs.get(1))) && KEYS_FIRST.equals(permutation(inputs.get(2)));
        if (!both || attention.layout() != Attention.Layout.BATCH_FIRST) {
            return null;
        }
        Value[] operands = inputs.toArray(new Value[0]);
        operands[1] = source(inputs.get(1));
        operands[2] = source(inputs.get(2));
        return add(node.name(), attention.with(Attention.Layout.KEYS_FIRST), operands);
    }

    /** {@code x · Tᵗ} by the flag of the product; a flattened transpose by the order of the weights' rows. */
    private Value product(Node node, MatMul matMul, List<Value> inputs) {
        Value b = inputs.get(1);
        List<Integer> p = permutation(b);
        if (p != null && swapsLast(p)) {
            Value[] operands = inputs.toArray(new Value[0]);
            operands[1] = source(b);
            return add(node.name(), new MatMul(matMul.transA(), !matMul.transB(), matMul.epilogue()), operands);
        }
        Value rows = inputs.get(0);
        boolean flat = !matMul.transA() && b.isConstant() && b.rank() == 2 && rows.rank() == 2;
        if (!flat || producer(rows, Reshape.class) == null) {
            return null;
        }
        Value image = rows.producer().input(0);
        List<Integer> order = permutation(image);
        if (order == null || order.get(0) != 0 || !image.dim(0).equals(rows.dim(0))
                || !ValueType.product(image.shape().subList(1, image.rank())).isConstant()) {
            return null;
        }
        Value[] operands = inputs.toArray(new Value[0]);
        operands[0] = add(node.name(), new Reshape(rows.shape()), source(image));
        operands[1] = reordered(node, b, matMul.transB(), image.shape(), order);
        return add(node.name(), matMul, operands);
    }

    private static boolean swapsLast(List<Integer> p) {
        int rank = p.size();
        List<Integer> swap = new ArrayList<>();
        for (int axis = 0; axis < rank - 2; axis++) {
            swap.add(axis);
        }
        swap.add(rank - 1);
        swap.add(rank - 2);
        return p.equals(swap);
    }

    /** Weights whose k runs over {@code image} without its first axis, so that k runs over its source. */
    private Value reordered(Node node, Value weights, boolean transB, List<Dim> image, List<Integer> order) {
        List<Integer> inverse = Permutation.inverse(order);
        List<Integer> p = new ArrayList<>();
        List<Dim> shape = new ArrayList<>(image.subList(1, image.size()));
        for (int axis = 1; axis < inverse.size(); axis++) {
            p.add(inverse.get(axis) - (transB ? 0 : 1));
        }
        p.add(transB ? 0 : p.size(), transB ? 0 : p.size());
        shape.add(transB ? 0 : shape.size(), weights.dim(transB ? 0 : 1));
        Value moved = add(node.name(), new Transpose(p), add(node.name(), new Reshape(shape), weights));
        return add(node.name(), new Reshape(weights.shape()), moved);
    }
}
