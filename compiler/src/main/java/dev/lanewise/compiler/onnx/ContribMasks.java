package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Slice;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;

/** Masks of com.microsoft's attention operators, as what is added to the scores. */
final class ContribMasks {

    private ContribMasks() {}

    /**
     * The sum of a mask and a bias.
     *
     * @param mask integers, 0 where nothing is to be seen: [B, S], [B, T, S], [B, 1, T, S]; or one axis, see
     *     {@link #inside}; {@code null} for none
     * @param bias broadcasts to [B, heads, T, S]; {@code null} for none
     * @param batch B
     * @param keys S
     * @param masked what stands for −∞
     */
    static Value bias(AttentionParts parts, Value mask, Value bias, Dim batch, Dim keys, float masked) {
        Formula f = parts.f();
        Value sum = bias == null ? null : parts.fit(f.cast(bias, DType.F32), keys);
        if (mask == null) {
            return sum;
        }
        if (mask.rank() == 1) {
            return parts.sum(sum, parts.biasOf(inside(parts, mask, batch, keys), masked));
        }
        Value added = parts.biasOf(f.apply(BinaryFn.GREATER, mask, 0), masked);
        List<Dim> shape = switch (mask.rank()) {
            case 2 -> List.of(mask.dim(0), Dim.ONE, Dim.ONE, mask.dim(1));
            case 3 -> List.of(mask.dim(0), Dim.ONE, mask.dim(1), mask.dim(2));
            case 4 -> mask.shape();
            default -> throw f.node().misfit("a mask of " + mask.type());
        };
        return parts.sum(sum, parts.fit(f.reshape(added, shape), keys));
    }

    /**
     * Which keys lie between start and end: [B, 1, 1, S].
     *
     * @param mask ends [B]; or ends, then starts [2 · B]; or ends, then sums that a packed form needs [3 · B + 2]
     */
    private static Value inside(AttentionParts parts, Value mask, Dim batch, Dim keys) {
        Formula f = parts.f();
        Dim size = mask.dim(0);
        boolean starts = size.equals(batch.times(2));
        if (!starts && !size.equals(batch) && !size.equals(batch.times(3).plus(2))) {
            throw f.node().misfit("a mask " + mask.type() + " for a batch of " + batch
                    + "; with one axis it has lengths [B], ends and starts [2 · B], or lengths and their sums"
                    + " [3 · B + 2]");
        }
        Value before = f.apply(BinaryFn.LESS, parts.positions(keys, 3), perBatch(parts, mask, Dim.ZERO, batch));
        return starts
                ? f.apply(BinaryFn.AND, before, f.apply(
                        BinaryFn.GREATER_OR_EQUAL, parts.positions(keys, 3), perBatch(parts, mask, batch, batch)))
                : before;
    }

    /** The numbers of a mask from one on, as i64 [B, 1, 1, 1]. */
    private static Value perBatch(AttentionParts parts, Value mask, Dim from, Dim batch) {
        Formula f = parts.f();
        Value part = mask.dim(0).equals(batch)
                ? mask
                : f.node().add(Slice.along(0, from, batch, mask.shape()), mask);
        return parts.perBatch(f.cast(part, DType.I64));
    }
}
