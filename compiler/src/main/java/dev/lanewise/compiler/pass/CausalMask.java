package dev.lanewise.compiler.pass;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Slice;
import java.util.function.DoublePredicate;

/** Finds out that a mask over {@code [T, S]} hides the future: query i sees keys 0 to {@code i + offset}. */
final class CausalMask {

    /** Scores masked by this or less have a weight of 0 beside any usual score. */
    static final double LOW = -1e4;

    private CausalMask() {}

    /**
     * The offset, where a mask is causal and lets every query see a key; {@code null} where it is not known
     * to be.
     *
     * @param visible which elements of the mask let a key be seen; no others but {@code hidden} ones are allowed
     */
    static Dim offset(Value mask, DoublePredicate visible, DoublePredicate hidden) {
        Dim offset = null;
        if (mask.isConstant()) {
            Long constant = offset(mask.constant(), visible, hidden);
            offset = constant == null ? null : Dim.of(constant);
        }
        Slice slice = Rewriting.producer(mask, Slice.class);
        if (slice != null && mask.producer().input(0).isConstant()) {
            offset = ofPart(slice, mask.producer().input(0).constant(), visible, hidden);
        }
        return offset == null || offset.min() < 0 ? null : offset;
    }

    /** Of the rows and columns that a slice takes from a large constant mask. */
    private static Dim ofPart(Slice slice, Literal whole, DoublePredicate visible, DoublePredicate hidden) {
        int rows = whole.rank() - 2;
        boolean connected = slice.strides().stream().allMatch(stride -> stride == 1);
        Long constant = connected ? offset(whole, visible, hidden) : null;
        return constant == null
                ? null
                : slice.starts().get(rows).plus(Dim.of(constant)).minus(slice.starts().get(rows + 1));
    }

    /** Of a constant, all of whose axes but the last two have one element. */
    private static Long offset(Literal mask, DoublePredicate visible, DoublePredicate hidden) {
        int rank = mask.rank();
        if (rank < 2 || mask.size() == 0 || mask.size() != mask.extent(rank - 2) * mask.extent(rank - 1)) {
            return null;
        }
        int keys = mask.extent(rank - 1);
        long offset = -1;
        while (offset + 1 < keys && visible.test(mask.doubleAt((int) offset + 1))) {
            offset++;
        }
        for (int i = 0; i < mask.size(); i++) {
            boolean sees = i % keys <= i / keys + offset;
            if (!(sees ? visible : hidden).test(mask.doubleAt(i))) {
                return null;
            }
        }
        return offset;
    }
}
