package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.op.Extents;
import dev.lanewise.compiler.op.Range;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.List;

/** Functions of sequences {@code x [batch, time, ...]} of which only the first {@code lengths [batch]} steps count. */
public final class Sequences {

    private Sequences() {}

    /** Whether a step counts: bool {@code [batch, time]}. */
    public static Tensor mask(Tensor lengths, Dim time) {
        Expect.integers(lengths, "lengths");
        Expect.rank(lengths, 1, "[batch]");
        return counting(lengths, time).insertAxis(0).with(BinaryFn.LESS, lengths.insertAxis(1));
    }

    /** The mean over time: {@code [batch, ...]}. A sequence of no steps gives NaN. */
    public static Tensor mean(Tensor x, Tensor lengths) {
        Tensor sum = counted(x, lengths, 0).sum(1);
        Tensor count = lengths.cast(x.type());
        for (int axis = 1; axis < sum.rank(); axis++) {
            count = count.insertAxis(-1);
        }
        return sum.over(count);
    }

    /** The maximum over time: {@code [batch, ...]}. A sequence of no steps gives −∞. */
    public static Tensor max(Tensor x, Tensor lengths) {
        return counted(x, lengths, Double.NEGATIVE_INFINITY).max(1);
    }

    /** {@code x} with another value in all steps that do not count. */
    public static Tensor counted(Tensor x, Tensor lengths, double otherwise) {
        if (x.rank() < 2) {
            throw x.net().misfit(x.toString(), "rank 2 or more, [batch, time, ...]");
        }
        Tensor mask = mask(lengths, x.dim(1));
        for (int axis = 2; axis < x.rank(); axis++) {
            mask = mask.insertAxis(-1);
        }
        return x.where(mask, otherwise);
    }

    /** 0, 1, 2, … of the type of {@code like}. */
    static Tensor counting(Tensor like, Dim n) {
        NetworkBuilder net = like.net();
        Tensor limit = net.add(new Extents(List.of(n), true));
        return net.add(new Range(n), net.constant(Literal.scalar(0L)), limit, net.constant(Literal.scalar(1L)))
                .cast(like.type());
    }

    /** Whether an element is not {@code number}. */
    static Tensor different(Tensor x, long number) {
        Tensor other = x.net().constant(Literal.of(x.type(), new long[] {number}));
        return x.with(BinaryFn.EQUAL, other).apply(Unary.of(UnaryFn.NOT));
    }
}
