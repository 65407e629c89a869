package dev.lanewise.compiler.network;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Literal;

/** What training makes small: a function of what a network gives and what it should give. */
public interface Loss {

    /**
     * The loss of each element; 0 where it does not count.
     *
     * @param found what the network gives
     * @param target what it should give
     */
    Tensor each(Tensor found, Tensor target);

    /** How much each element counts, of the extents of {@link #each}: a mean divides by the sum. Here: 1. */
    default Tensor counts(Tensor found, Tensor target) {
        return null;
    }

    /** The mean over all that counts: a scalar. */
    default Tensor mean(Tensor found, Tensor target) {
        Tensor each = each(found, target);
        Tensor counts = counts(found, target);
        return counts == null ? each.mean() : each.sum().over(counts.sum());
    }

    /**
     * The mean over real steps: a scalar.
     *
     * @param found {@code [batch, time, ...]}
     * @param lengths {@code [batch]} of steps that count
     */
    default Tensor mean(Tensor found, Tensor target, Tensor lengths) {
        Tensor real = Sequences.counted(target, lengths, 0); // what stands beyond need be no class
        Tensor each = each(found, real);
        Tensor counts = counts(found, real);
        Tensor all = counts != null
                ? counts
                : each.net().constant(Literal.scalar(1f)).expand(each.shape().toArray(Dim[]::new));
        return Sequences.counted(each, lengths, 0).sum().over(Sequences.counted(all, lengths, 0).sum());
    }
}
