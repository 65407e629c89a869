package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanTensor;
import dev.lanewise.formats.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * What the recurrent operations share: operands {@code x [T, B, I], W [gates·H, I], R [gates·H, H],
 * bias [2·gates·H]?, lengths i32 [B]?, h [B, H]?, c [B, H]?}, results {@code y [T, B, H], h' [B, H], c' [B,
 * H]}, and the walk over time of the reference. One direction; beyond a sequence's length y is zero, and
 * backwards means from its last element.
 */
public final class Recurrence {

    static final int X = 0;
    static final int W = 1;
    static final int R = 2;
    static final int BIAS = 3;
    static final int LENGTHS = 4;
    static final int H = 5;
    static final int C = 6;

    private Recurrence() {}

    /** Whether there is a step for it: on f32, and on weights, which are packed when the model is loaded. */
    public static boolean hasStep(List<Value> operands) {
        return operands.get(X).type().type() == DType.F32
                && operands.subList(W, Math.min(BIAS + 1, operands.size())).stream()
                        .allMatch(value -> value == null || value.isConstant());
    }

    /** The types of y, then of as many states. */
    static List<ValueType> infer(Signature in, int gates, int states) {
        in.requireRank(X, 3);
        in.requireRank(W, 2);
        in.requireRank(R, 2);
        in.requireFloating(X);
        in.requireSameType(X, W);
        in.requireSameType(X, R);
        Dim hidden = in.dim(R, 1);
        in.requireEqual(in.dim(W, 0), hidden.times(gates), "the first extent of W " + in.type(W));
        in.requireEqual(in.dim(R, 0), hidden.times(gates), "the first extent of R " + in.type(R));
        in.requireEqual(in.dim(W, 1), in.dim(X, 2), "the last extent of W " + in.type(W));
        if (in.has(BIAS)) {
            in.requireRank(BIAS, 1);
            in.requireEqual(in.dim(BIAS, 0), hidden.times(2 * gates), "the size of the bias");
        }
        if (in.has(LENGTHS)) {
            in.requireRank(LENGTHS, 1);
            in.requireType(LENGTHS, DType.I32);
            in.requireEqual(in.dim(LENGTHS, 0), in.dim(X, 1), "the number of lengths");
        }
        ValueType state = new ValueType(in.dtype(X), List.of(in.dim(X, 1), hidden));
        for (int i = H; i < H + states; i++) {
            if (in.has(i)) {
                in.requireSameType(X, i);
                in.requireRank(i, 2);
                in.requireEqual(in.dim(i, 0), in.dim(X, 1), "the batch of the initial state");
                in.requireEqual(in.dim(i, 1), hidden, "the size of the initial state");
            }
        }
        List<ValueType> types = new ArrayList<>();
        types.add(new ValueType(in.dtype(X), List.of(in.dim(X, 0), in.dim(X, 1), hidden)));
        for (int i = 0; i < states; i++) {
            types.add(state);
        }
        return types;
    }

    /** One step of one stream, in double precision. */
    interface Cell {

        /**
         * @param wx [gates·H] W · x + input bias
         * @param rh [gates·H] R · h + recurrent bias
         * @param state [states][H] h and c; to be replaced
         * @return the gates, as training's tape has them
         */
        double[] advance(double[] wx, double[] rh, double[][] state);
    }

    /** Who is told of each step. */
    interface Tape {

        /**
         * @param b which sequence
         * @param step of how many that it has walked
         * @param gates what {@link Cell#advance} gave
         * @param state [states][H] afterwards
         */
        void keep(int b, int step, double[] gates, double[][] state);
    }

    /** Runs a cell over all sequences. */
    static List<Literal> evaluate(Evaluation in, int gates, int states, boolean reverse, Cell cell) {
        return evaluate(in, gates, states, reverse, cell, (b, step, row, state) -> {});
    }

    /** The same, and says what happens on the way. */
    static List<Literal> evaluate(Evaluation in, int gates, int states, boolean reverse, Cell cell, Tape tape) {
        Literal x = in.in(X);
        int steps = x.extent(0);
        int batch = x.extent(1);
        int size = x.extent(2);
        int hidden = in.in(R).extent(1);
        double[] w = in.in(W).toDoubles();
        double[] r = in.in(R).toDoubles();
        double[] bias = in.has(BIAS) ? in.in(BIAS).toDoubles() : new double[2 * gates * hidden];
        double[] y = new double[steps * batch * hidden];
        double[][] last = new double[states][batch * hidden];
        for (int b = 0; b < batch; b++) {
            double[][] state = new double[states][hidden];
            for (int s = 0; s < states; s++) {
                for (int i = 0; in.has(H + s) && i < hidden; i++) {
                    state[s][i] = in.in(H + s).doubleAt(b * hidden + i);
                }
            }
            int length = in.has(LENGTHS) ? (int) in.in(LENGTHS).longAt(b) : steps;
            for (int i = 0; i < length; i++) {
                int t = reverse ? length - 1 - i : i;
                double[] row = new double[size];
                for (int k = 0; k < size; k++) {
                    row[k] = x.doubleAt((t * batch + b) * size + k);
                }
                double[] kept = cell.advance(
                        product(w, row, bias, 0, gates * hidden),
                        product(r, state[0], bias, gates * hidden, gates * hidden), state);
                tape.keep(b, i, kept, state);
                System.arraycopy(state[0], 0, y, (t * batch + b) * hidden, hidden);
            }
            for (int s = 0; s < states; s++) {
                System.arraycopy(state[s], 0, last[s], b * hidden, hidden);
            }
        }
        List<Literal> results = new ArrayList<>();
        results.add(Literal.of(x.type(), y, steps, batch, hidden));
        for (double[] state : last) {
            results.add(Literal.of(x.type(), state, batch, hidden));
        }
        return results;
    }

    /** {@code matrix · vector + bias}, the bias from {@code at}. */
    static double[] product(double[] matrix, double[] vector, double[] bias, int at, int rows) {
        double[] y = new double[rows];
        for (int row = 0; row < rows; row++) {
            double sum = bias[at + row];
            for (int k = 0; k < vector.length; k++) {
                sum += matrix[row * vector.length + k] * vector[k];
            }
            y[row] = sum;
        }
        return y;
    }

    /** The operands of the step; its weights are packed when the model is loaded. */
    static List<PlanTensor> operands(Lowering lowering, int states) {
        List<PlanTensor> operands = new ArrayList<>();
        for (int i = 0; i < H + states; i++) {
            operands.add(lowering.in(i));
        }
        return operands;
    }

    /** The results that the step writes, with its scratch. */
    static List<PlanTensor> results(Lowering lowering, int gates) {
        Dim steps = lowering.inputValue(X).dim(0);
        Dim batch = lowering.inputValue(X).dim(1);
        long hidden = lowering.inputValue(R).dim(1).constant();
        // pre-activations of all steps in rows of a multiple of 32, then three states between steps
        long row = gates * ((hidden + 31) & -32);
        Dim floats = steps.times(batch).times(row).plus(batch.times(3 * hidden));
        List<PlanTensor> results = new ArrayList<>(lowering.outs());
        results.add(lowering.scratch(DType.F32, floats));
        return results;
    }

    /**
     * Cases that matter for every cell: sizes with tails, both directions, lengths, initial states; weights that are
     * computed when the model runs, and f64.
     */
    static List<OpCase> cases(java.util.function.Function<Boolean, dev.lanewise.compiler.graph.Op> op, int gates,
            int states) {
        List<OpCase> cases = new ArrayList<>();
        int[][] sizes = {{1, 1, 1, 1}, {3, 1, 5, 7}, {4, 3, 16, 16}, {2, 2, 33, 40}};
        for (int[] size : sizes) {
            int hidden = size[3];
            for (boolean reverse : new boolean[] {false, true}) {
                List<OpCase.Input> inputs = new ArrayList<>();
                inputs.add(OpCase.in(size[0], size[1], size[2]));
                inputs.add(OpCase.weights(gates * hidden, size[2]));
                inputs.add(OpCase.weights(gates * hidden, hidden));
                inputs.add(OpCase.weights(2 * gates * hidden));
                inputs.add(reverse
                        ? OpCase.in(ValueType.of(DType.I32, size[1]), 0, size[0] + 1)
                        : OpCase.absent());
                for (int s = 0; s < states; s++) {
                    inputs.add(OpCase.in(size[1], hidden));
                }
                cases.add(new OpCase(op.apply(reverse), inputs));
            }
        }
        cases.add(OpCase.of(op.apply(true), OpCase.in(5, 2, 3), OpCase.weights(gates * 4, 3),
                OpCase.weights(gates * 4, 4)));
        cases.add(OpCase.of(op.apply(true), OpCase.in(5, 2, 3), OpCase.in(gates * 4, 3), OpCase.in(gates * 4, 4)));
        for (DType type : new DType[] {DType.F32, DType.F64}) {
            List<OpCase.Input> inputs = new ArrayList<>();
            inputs.add(OpCase.in(ValueType.of(type, 4, 3, 5), -1, 1));
            inputs.add(OpCase.in(ValueType.of(type, gates * 6, 5), -1, 1));
            inputs.add(OpCase.in(ValueType.of(type, gates * 6, 6), -1, 1));
            inputs.add(OpCase.in(ValueType.of(type, 2 * gates * 6), -1, 1));
            inputs.add(OpCase.in(ValueType.of(DType.I32, 3), 0, 5));
            for (int s = 0; s < states; s++) {
                inputs.add(OpCase.in(ValueType.of(type, 3, 6), -1, 1));
            }
            cases.add(new OpCase(op.apply(type == DType.F64), inputs));
        }
        return cases;
    }
}
