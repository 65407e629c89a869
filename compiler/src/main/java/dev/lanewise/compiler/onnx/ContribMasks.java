package dev.lanewise.compiler.onnx;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.formats.DType;
import dev.lanewise.runtime.kernel.BinaryFn;
import java.util.List;

/** Masks of com.microsoft's attention operators, as what is added to the scores. */
final class ContribMasks {

    private ContribMasks() {}

    /**
     * The sum of a mask and a bias.
     *
     * @param mask integers, 0 where nothing is to be seen: lengths [B], or [B, S], [B, T, S], [B, 1, T, S];
     *     {@code null} for none
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
            if (!mask.dim(0).equals(batch)) {
                throw f.node().unsupported("a mask of start and end positions, " + mask.type());
            }
            return parts.sum(sum, parts.lengthBias(mask, keys, masked));
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
}
