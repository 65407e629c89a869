package dev.lanewise.compiler.random;

import dev.lanewise.compiler.graph.Arithmetic;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Node;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.op.Attention;
import dev.lanewise.compiler.op.Binary;
import dev.lanewise.compiler.op.Cast;
import dev.lanewise.compiler.op.Conv;
import dev.lanewise.compiler.op.Cumulate;
import dev.lanewise.compiler.op.Gru;
import dev.lanewise.compiler.op.LayerNorm;
import dev.lanewise.compiler.op.Lstm;
import dev.lanewise.compiler.op.MatMul;
import dev.lanewise.compiler.op.Pool;
import dev.lanewise.compiler.op.Reduce;
import dev.lanewise.compiler.op.Rnn;
import dev.lanewise.compiler.op.Unary;
import dev.lanewise.runtime.kernel.BinaryFn;
import dev.lanewise.runtime.kernel.ReduceFn;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoublePredicate;
import java.util.stream.IntStream;

/**
 * Stochastic arithmetic (Vignes 1993): every result that is computed, not only moved, is off by a random fraction, in
 * bodies of loops and branches as well. Whole numbers of whole numbers stay what they are: counts, and what was rounded
 * on purpose. Off is also every operand that a mean is taken off inside one operation, and that mean.
 *
 * <p>A sum is rounded term by term: where the terms cancel it is off by a fraction of them, not of itself, up to
 * {@code n · 2⁻²⁴ · Σ|aᵢ · bᵢ|} for n products in f32 (Higham 2002, section 3.1). The noise of operands says that,
 * where there is any; where there is none, on constants and on what is whole, it is put on before the sum is taken.
 *
 * <p>Numbers closer than their noise may be equal, and a result smaller than its noise may be 0: functions that
 * underflow do so at different places, and sums that cancel may leave nothing.
 */
record NoisyArithmetic(Noise noise, SplittableRandom random) implements Arithmetic {

    private static final Set<UnaryFn> ROUNDING = Set.of(UnaryFn.ROUND, UnaryFn.FLOOR, UnaryFn.CEIL, UnaryFn.SIGN);

    /** What is given is off too, but it is what it is for all: nothing of it is equal or 0 by chance. */
    Literal given(Literal exact) {
        return noise.on(exact, random, Noise.WHOLE.negate(), false);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        boolean offAlready = in.node().op().onlyMoves() || !in.node().op().bodies().isEmpty();
        if (offAlready) {
            return in.node().op().evaluate(in);
        }
        boolean isWhole = isWhole(in);
        DoublePredicate where = isWhole ? Noise.WHOLE.negate() : Noise.EVERYWHERE;
        return computed(sums(in.node().op()) && !isWhole ? termsOff(in) : in).stream()
                .map(output -> noise.on(output, random, where, true))
                .toList();
    }

    private List<Literal> computed(Evaluation in) {
        if (in.node().op() instanceof LayerNorm norm) {
            return offCentre(norm, in.with(0, noise.on(in.in(0), random, Noise.EVERYWHERE, false)));
        }
        List<Literal> outputs = in.node().op().evaluate(in);
        boolean compares = in.node().op() instanceof Binary binary && binary.fn() == BinaryFn.EQUAL;
        return compares && in.in(0).type().isFloating() ? List.of(unsettled(in, outputs.get(0))) : outputs;
    }

    private static boolean sums(Op op) {
        return op instanceof MatMul || op instanceof Conv || op instanceof Attention
                || op instanceof Rnn || op instanceof Gru || op instanceof Lstm
                || op instanceof Reduce reduce && reduce.fn() == ReduceFn.SUM
                || op instanceof Cumulate cumulate && !cumulate.products()
                || op instanceof Pool pool && pool.kind() == Pool.Kind.AVERAGE;
    }

    /** With noise on a factor of each term, where there is none yet. */
    private Evaluation termsOff(Evaluation in) {
        int[] off = IntStream.range(0, in.count()).filter(i -> in.has(i) && isOff(in.node().input(i))).toArray();
        Noise ofTerms = noise.relativeAlone();
        if (off.length == 0) {
            return in.with(0, ofTerms.on(in.in(0), random, Noise.EVERYWHERE, false));
        }
        Evaluation all = in;
        for (int i : off) {
            all = all.with(i, ofTerms.on(in.in(i), random, Noise.WHOLE, false));
        }
        return all;
    }

    /** Whether a value was given or computed, and so is off but for what is whole of it, rather than known to all. */
    private static boolean isOff(Value value) {
        if (value.isConstant() || !value.type().type().isFloating()) {
            return false;
        }
        Node producer = value.producer();
        return producer == null || !producer.op().onlyMoves()
                || producer.inputs().stream().anyMatch(input -> input != null && isOff(input));
    }

    /** Normalised, the mean of each row being off, which no change of the row itself comes to. */
    private List<Literal> offCentre(LayerNorm norm, Evaluation in) {
        List<Literal> outputs = new ArrayList<>(new LayerNorm(norm.axis(), norm.epsilon(), true).evaluate(in));
        double[] y = outputs.get(0).toDoubles();
        int n = y.length / Math.max(1, outputs.get(1).size());
        for (int row = 0; n > 0 && row < y.length / n; row++) {
            double error = noise.error(outputs.get(1).doubleAt(row), random);
            for (int i = 0; i < n; i++) {
                y[row * n + i] += error * outputs.get(2).doubleAt(row) * in.in(1).doubleAt(i);
            }
        }
        outputs.set(0, Literal.of(outputs.get(0).type(), y, outputs.get(0).shape()));
        return norm.stats() ? outputs : outputs.subList(0, 1);
    }

    /** Whether two are equal, by chance where they are closer than their noise: of two nearby floats nobody knows. */
    private Literal unsettled(Evaluation in, Literal equal) {
        Literal apart = new Binary(BinaryFn.SUB).evaluate(in).get(0);
        Literal larger = new Binary(BinaryFn.MAX).evaluate(in).get(0);
        double[] results = equal.toDoubles();
        for (int i = 0; i < results.length; i++) {
            if (results[i] == 0 && Math.abs(apart.doubleAt(i)) <= 2 * noise.size(larger.doubleAt(i))) {
                results[i] = random.nextInt(2);
            }
        }
        return Literal.of(equal.type(), results, equal.shape());
    }

    /** Whether a node rounds, or computes with whole numbers alone. */
    private static boolean isWhole(Evaluation in) {
        return in.node().op() instanceof Unary unary && ROUNDING.contains(unary.fn())
                || in.node().op() instanceof Cast
                || IntStream.range(0, in.count())
                        .filter(i -> in.has(i) && in.in(i).type().isFloating())
                        .allMatch(i -> isWhole(in.in(i)));
    }

    private static boolean isWhole(Literal literal) {
        for (int i = 0; i < literal.size(); i++) {
            if (!Noise.WHOLE.test(literal.doubleAt(i))) {
                return false;
            }
        }
        return true;
    }
}
