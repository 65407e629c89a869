package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Gather;
import dev.lanewise.compiler.op.ScatterElements;
import dev.lanewise.compiler.op.ScatterReduction;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * A node whose axes only data give: a tree of conditions, "is axis 0 among them", "is axis 1", …, and at
 * each leaf the node as it is for known axes. An extent that the leaves do not share becomes a learnt one.
 */
final class OnnxAxesByData {

    /** Leaves beyond which the model would be mostly this node. */
    private static final int MOST_LEAVES = 256;

    /** What a node computes of its first input, for axes that are known: from 0, ascending. */
    interface KnownAxes {
        Value convert(OnnxNode node, List<Integer> axes);
    }

    private final int rank;
    private final int least;
    private final int most;
    private final KnownAxes leaf;

    private OnnxAxesByData(int rank, int least, int most, KnownAxes leaf) {
        this.rank = rank;
        this.least = least;
        this.most = most;
        this.leaf = leaf;
    }

    /** For a node that takes exactly as many different axes as its input {@code axes} has elements. */
    static Value each(OnnxNode node, int axes, KnownAxes leaf) {
        int rank = node.in(0).rank();
        Dim count = node.in(axes).type().size();
        if (!count.isConstant()) {
            node.longs(axes); // fails: the rank of the result would follow from data
        }
        if (count.constant() > rank) {
            throw node.misfit("input " + axes + " names " + count + " axes of " + node.in(0).type());
        }
        int exactly = Math.toIntExact(count.constant());
        return new OnnxAxesByData(rank, exactly, exactly, leaf).convert(node, axes, true);
    }

    /** For a node that takes any number of axes up to its input's length, some perhaps named twice. */
    static Value any(OnnxNode node, int axes, KnownAxes leaf) {
        int rank = node.in(0).rank();
        Dim count = node.in(axes).type().size();
        int least = count.min() > 0 && rank > 0 ? 1 : 0;
        return new OnnxAxesByData(rank, least, (int) Math.min(rank, count.max()), leaf).convert(node, axes, false);
    }

    private Value convert(OnnxNode node, int axes, boolean different) {
        if (leaves(0, 0) > MOST_LEAVES) {
            throw node.unsupported("input " + axes + " is known only when the model runs, and " + leaves(0, 0)
                    + " sets of axes are possible; at most " + MOST_LEAVES + " are supported (pin it: "
                    + String.join(", ", node.in(axes).sources()) + ")");
        }
        return choose(node, isChosen(node, axes, different), 0, List.of());
    }

    /** {@code bool[rank]}: whether each axis is named; what is no axis, or is named twice, is met at run time. */
    private Value isChosen(OnnxNode node, int axes, boolean different) {
        Formula f = new Formula(node);
        Value given = f.cast(f.reshape(node.in(axes), List.of(node.in(axes).type().size())), DType.I64);
        Value none = f.zeros(DType.I64, List.of(Dim.of(rank)));
        Value ones = f.expand(f.number(1, DType.I64), given.shape());
        ScatterReduction times = different ? ScatterReduction.ADD : ScatterReduction.NONE;
        Value named = node.add(new ScatterElements(0, times), none, given, ones);
        return node.add(new Gather(0), node.constant(Literal.of(DType.BOOL, new long[] {0, 1}, 2)), named);
    }

    private Value choose(OnnxNode node, Value chosen, int axis, List<Integer> axes) {
        int left = rank - axis;
        if (axes.size() == most || left == 0) {
            return leaf.convert(node, axes);
        }
        List<Integer> more = new ArrayList<>(axes);
        more.add(axis);
        if (axes.size() + left == least) {
            return choose(node, chosen, axis + 1, more);
        }
        Value isNamed = new Formula(node).part(chosen, 0, axis, 1);
        return OnnxControl.choose(node, isNamed, List.of(node.in(0), chosen),
                inside -> choose(inside, inside.in(1), axis + 1, more),
                inside -> choose(inside, inside.in(1), axis + 1, axes));
    }

    private int leaves(int axis, int taken) {
        int left = rank - axis;
        if (taken == most || left == 0 || taken + left == least) {
            return 1;
        }
        return leaves(axis + 1, taken + 1) + leaves(axis + 1, taken);
    }
}
