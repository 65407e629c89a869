package dev.lanewise.runtime.step;

import dev.lanewise.formats.DType;
import dev.lanewise.formats.PlanException;
import dev.lanewise.runtime.plan.Operand;
import dev.lanewise.runtime.plan.Step;
import dev.lanewise.runtime.plan.StepArgs;
import dev.lanewise.runtime.scalar.ScalarMath;

/**
 * Connectionist temporal classification (Graves et al. 2006): the surprise of all alignments of a target with a
 * sequence of log-probabilities [T, B, C], and how often they are in each class at each time. The forward and the
 * backward walk over the target with blanks between its labels are in f64, each time's sum scaled to 1 (Rabiner 1989).
 */
final class CtcStep extends Step {

    private final StepArgs args;
    private final Operand logs;
    private final Operand targets;
    private final Operand lengths;
    private final Operand targetLengths;
    private final Operand loss;
    private final Operand occupancy;
    /** {@code [T + 1, 2 · S + 1]} */
    private final Operand scratch;
    private final int blank;
    private int time;
    private int batch;
    private int classes;
    private int most;
    /** Of the sequence at hand: where its labels are, how many there are, how many states. */
    private int labels;
    private int states;

    CtcStep(StepArgs args) {
        this.args = args;
        logs = args.floatsIn(0);
        targets = args.require(args.in(1), DType.I32);
        lengths = args.require(args.in(2), DType.I32);
        targetLengths = args.require(args.in(3), DType.I32);
        loss = args.floatsOut(0);
        occupancy = args.floatsOut(1);
        scratch = args.require(args.out(2), DType.F64);
        blank = args.integer(0, 0, Integer.MAX_VALUE);
        args.requireRank(logs, 3);
        args.requireRank(targets, 2);
    }

    @Override
    public void reshape() {
        time = logs.shape[0];
        batch = logs.shape[1];
        classes = logs.shape[2];
        most = targets.shape[1];
        args.requireExtent(targets, 0, batch);
        args.requireEqual(lengths.size, batch, lengths, "the number of elements");
        args.requireEqual(targetLengths.size, batch, targetLengths, "the number of elements");
        args.requireEqual(loss.size, batch, loss, "the number of elements");
        args.requireEqual(occupancy.size, logs.size, occupancy, "the number of elements");
        long needed = (time + 1L) * (2L * most + 1);
        if (scratch.capacity < needed) {
            throw args.misfit("scratch of " + scratch.capacity + " elements; expected " + needed);
        }
        if (batch > 0 && blank >= classes) {
            throw args.misfit("the blank is class " + blank + " of " + classes);
        }
    }

    @Override
    public void run() {
        occupancy.buffer.clear(occupancy.offset, occupancy.size);
        for (int b = 0; b < batch; b++) {
            int length = checked(lengths, b, time, "length");
            labels = targets.offset + b * most;
            states = 2 * checked(targetLengths, b, most, "length of the target") + 1;
            for (int s = 1; s < states; s += 2) {
                int label = label(s);
                if (label < 0 || label >= classes || label == blank) {
                    throw new PlanException(args.describe() + ": target " + b + " has the label " + label
                            + "; expected 0 to " + (classes - 1) + " but for the blank, " + blank);
                }
            }
            sequence(b, length);
        }
    }

    private int checked(Operand counts, int b, int max, String what) {
        int value = counts.buffer.ints[counts.offset + b];
        if (value < 0 || value > max) {
            throw new PlanException(args.describe() + ": the " + what + " of sequence " + b + " is " + value
                    + "; expected 0 to " + max);
        }
        return value;
    }

    /** The class of a state: blanks and labels take turns. */
    private int label(int state) {
        return (state & 1) == 0 ? blank : targets.buffer.ints[labels + state / 2];
    }

    /** Whether a state can be reached from the one before the last: from another label, past a blank. */
    private boolean skips(int state) {
        return (state & 1) == 1 && state >= 2 && label(state) != label(state - 2);
    }

    private double probability(int t, int b, int state) {
        return ScalarMath.exp(logs.buffer.floats[logs.offset + (t * batch + b) * classes + label(state)]);
    }

    private void sequence(int b, int length) {
        double[] a = scratch.buffer.doubles;
        double surprise = 0;
        for (int t = 0; t < length; t++) {
            double sum = forward(a, t, b);
            surprise -= ScalarMath.log((float) sum);
            if (!(sum > 0)) { // no alignment: the sequence is too short for its target
                loss.buffer.floats[loss.offset + b] = sum == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
                return;
            }
        }
        int last = row(length - 1);
        double ends = length == 0
                ? (states == 1 ? 1 : 0)
                : a[last + states - 1] + (states > 1 ? a[last + states - 2] : 0);
        loss.buffer.floats[loss.offset + b] =
                ends > 0 ? (float) (surprise - ScalarMath.log((float) ends)) : Float.POSITIVE_INFINITY;
        if (ends > 0) {
            backward(a, b, length);
        }
    }

    private int row(int t) {
        return scratch.offset + t * states;
    }

    /** How probable each state is at time t after what came before, scaled to sum up to 1; gives the sum before. */
    private double forward(double[] a, int t, int b) {
        int now = row(t);
        int before = row(t - 1);
        double sum = 0;
        for (int s = 0; s < states; s++) {
            double from;
            if (t == 0) {
                from = s < 2 ? 1 : 0;
            } else {
                from = a[before + s] + (s > 0 ? a[before + s - 1] : 0) + (skips(s) ? a[before + s - 2] : 0);
            }
            a[now + s] = from * probability(t, b, s);
            sum += a[now + s];
        }
        for (int s = 0; s < states && sum > 0; s++) {
            a[now + s] /= sum;
        }
        return sum;
    }

    /** Walks back, and adds up in which classes alignments are. */
    private void backward(double[] a, int b, int length) {
        int after = row(time); // how probable what follows is, from each state
        for (int s = 0; s < states; s++) {
            a[after + s] = s >= states - 2 ? 1 : 0;
        }
        for (int t = length - 1; t >= 0; t--) {
            int now = row(t);
            double sum = 0;
            for (int s = 0; s < states; s++) {
                sum += a[now + s] * a[after + s];
            }
            int out = occupancy.offset + (t * batch + b) * classes;
            for (int s = 0; s < states; s++) {
                occupancy.buffer.floats[out + label(s)] += (float) (a[now + s] * a[after + s] / sum);
            }
            stepBack(a, after, t, b);
        }
    }

    /** From what follows time t to what follows the time before; scaled, lest it vanish. */
    private void stepBack(double[] a, int after, int t, int b) {
        double largest = 0;
        for (int s = 0; s < states; s++) {
            a[after + s] *= probability(t, b, s);
        }
        for (int s = 0; s < states; s++) { // ascending: those further on are still of time t
            double sum = a[after + s] + (s + 1 < states ? a[after + s + 1] : 0)
                    + (s + 2 < states && skips(s + 2) ? a[after + s + 2] : 0);
            a[after + s] = sum;
            largest = Math.max(largest, sum);
        }
        for (int s = 0; s < states && largest > 0; s++) {
            a[after + s] /= largest;
        }
    }
}
