package dev.lanewise.compiler.train;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What a user decides about training when compiling. Immutable; start from {@link #of}.
 *
 * @param loss the output, of one element, that training lowers
 * @param clipNorm largest norm of all gradients together, beyond which they are scaled down (Pascanu, Mikolov, Bengio
 *     2013); 0 for any
 * @param clipValue largest magnitude of an element of a gradient; 0 for any
 * @param accumulate whether "train" adds gradients up, for "update" to use them
 * @param average what of the average of weights is kept in each step (Polyak, Juditsky 1992); 0 for none
 * @param stepNorms whether training gives, for each recurrent operation, the norms of its hidden states' gradients
 * @param frozen names of parameters that stay as they are
 * @param groups parameters with a decay and a learning rate of their own; of those that match, the last counts
 * @param added the loss to add to a model that has none; {@code null} for one that has
 * @param recompute whether activations are computed anew on the way back rather than kept
 */
public record TrainOptions(
        String loss, Optimizer optimizer, float clipNorm, float clipValue, boolean accumulate, float average,
        boolean stepNorms, List<Pattern> frozen, List<Group> groups, AddedLoss added,
        boolean recompute) {

    /** Parameters whose names match are treated differently. */
    public record Group(Pattern names, float decay, float rateFactor) {}

    public TrainOptions {
        frozen = List.copyOf(frozen);
        groups = List.copyOf(groups);
    }

    /** Nothing frozen, clipped or accumulated. */
    public static TrainOptions of(String loss, Optimizer optimizer) {
        return new TrainOptions(loss, optimizer, 0, 0, false, 0, false, List.of(), List.of(), null, false);
    }

    /** The same for a model without a loss, which is added as the output {@code loss}. */
    public static TrainOptions of(AddedLoss added, Optimizer optimizer) {
        return new TrainOptions(AddedLoss.LOSS, optimizer, 0, 0, false, 0, false, List.of(), List.of(), added,
                false);
    }

    public TrainOptions clipNorm(double norm) {
        return new TrainOptions(
                loss, optimizer, (float) norm, clipValue, accumulate, average, stepNorms, frozen, groups, added,
                recompute);
    }

    public TrainOptions clipValue(double value) {
        return new TrainOptions(
                loss, optimizer, clipNorm, (float) value, accumulate, average, stepNorms, frozen, groups, added,
                recompute);
    }

    public TrainOptions accumulate(boolean whether) {
        return new TrainOptions(
                loss, optimizer, clipNorm, clipValue, whether, average, stepNorms, frozen, groups, added,
                recompute);
    }

    public TrainOptions average(double kept) {
        return new TrainOptions(
                loss, optimizer, clipNorm, clipValue, accumulate, (float) kept, stepNorms, frozen, groups, added,
                recompute);
    }

    /**
     * Adds an output {@code NAME/gradient_norms} [T] to the program that trains for each recurrent operation: for each
     * step of time the norm, over the batch, of the loss's gradient with respect to the hidden state, so that one sees
     * gradients vanish or explode on their way back (Pascanu, Mikolov, Bengio 2013). Further directions and layers of
     * one name are {@code NAME.1}, {@code NAME.2}, and so on.
     */
    public TrainOptions stepNorms(boolean whether) {
        return new TrainOptions(
                loss, optimizer, clipNorm, clipValue, accumulate, average, whether, frozen, groups, added,
                recompute);
    }

    /** Leaves parameters as they are whose whole names a regular expression matches. */
    public TrainOptions freeze(String names) {
        List<Pattern> more = new ArrayList<>(frozen);
        more.add(Pattern.compile(names));
        return new TrainOptions(
                loss, optimizer, clipNorm, clipValue, accumulate, average, stepNorms, more, groups, added,
                recompute);
    }

    /** Gives parameters a weight decay, and a factor of the learning rate, of their own. */
    public TrainOptions group(String names, double decay, double rateFactor) {
        List<Group> more = new ArrayList<>(groups);
        more.add(new Group(Pattern.compile(names), (float) decay, (float) rateFactor));
        return new TrainOptions(
                loss, optimizer, clipNorm, clipValue, accumulate, average, stepNorms, frozen, more, added, recompute);
    }

    /**
     * Keeps only some activations on the way forward and computes the others anew on the way back, a segment of the
     * network at a time (Griewank 1992; Chen, Xu, Zhang, Guestrin 2016): less memory, up to one more forward pass of
     * work, the same gradients to the bit. {@code Compiled.notes()} says what it saves and costs.
     */
    public TrainOptions recompute(boolean whether) {
        return new TrainOptions(
                loss, optimizer, clipNorm, clipValue, accumulate, average, stepNorms, frozen, groups, added, whether);
    }

    boolean isFrozen(String name) {
        return frozen.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    }

    Group group(String name) {
        Group found = new Group(null, optimizer.decay(), 1);
        for (Group group : groups) {
            found = group.names.matcher(name).matches() ? group : found;
        }
        return found;
    }
}
