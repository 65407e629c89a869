package dev.lanewise.compiler.op;

import dev.lanewise.compiler.graph.Dim;
import dev.lanewise.compiler.graph.Evaluation;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.graph.Op;
import dev.lanewise.compiler.graph.Signature;
import dev.lanewise.compiler.graph.Value;
import dev.lanewise.compiler.graph.ValueType;
import dev.lanewise.compiler.plan.Lowering;
import dev.lanewise.compiler.plan.PlanTensor;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellTape;
import java.util.ArrayList;
import java.util.List;

/**
 * Backpropagation through time (Werbos 1990) along the tape of a {@link RecurrentForward}: from the gradients of y, h'
 * and c' to those of what it was computed from. Operands: x, W, R, y, lengths or none, h or none, c or none, gates,
 * cells of an LSTM, then gradients of y [T, B, H], h' and c', none for zeros.
 *
 * @param reverse whether sequences are read from their ends
 * @param of which gradients it gives, in order
 */
public record RecurrentBackward(CellKernels.Cell cell, boolean reverse, List<Of> of) implements Op {

    /** What there are gradients of, in the order of the step's outputs. */
    public enum Of {
        X(Recurrence.X), W(Recurrence.W), R(Recurrence.R), BIAS(Recurrence.BIAS), H(Recurrence.H), C(Recurrence.C),
        /** The hidden state of each step, [T, B, H], through all later steps. */
        STATES(-1);

        private final int operand;

        Of(int operand) {
            this.operand = operand;
        }

        /** Which operand of the recurrent operation, -1 for none. */
        int operand() {
            return operand;
        }
    }

    private static final int Y = 3;
    private static final int GATES = 7;
    private static final int CELLS = 8;
    private static final int DY = 9;
    private static final int DH = 10;
    private static final int DC = 11;

    public RecurrentBackward {
        of = List.copyOf(of);
    }

    private boolean isLstm() {
        return cell == CellKernels.Cell.LSTM;
    }

    @Override
    public List<ValueType> infer(Signature in) {
        in.requireRank(Recurrence.X, 3);
        in.requireRank(Recurrence.W, 2);
        in.requireRank(Recurrence.R, 2);
        in.requireFloating(Recurrence.X);
        Dim hidden = in.dim(Recurrence.R, 1);
        Dim batch = in.dim(Recurrence.X, 1);
        in.requireEqual(in.dim(Recurrence.R, 0), hidden.times(cell.gates()), "the first extent of R");
        in.requireEqual(in.dim(Recurrence.W, 0), in.dim(Recurrence.R, 0), "the first extent of W");
        in.requireEqual(in.dim(Recurrence.W, 1), in.dim(Recurrence.X, 2), "the last extent of W");
        ValueType sequence = new ValueType(in.dtype(0), List.of(in.dim(0, 0), batch, hidden));
        ValueType state = new ValueType(in.dtype(0), List.of(batch, hidden));
        List<ValueType> tape = RecurrentForward.tape(cell, in);
        require(in, Y, sequence);
        require(in, GATES, tape.get(0));
        if (isLstm()) {
            require(in, CELLS, tape.get(1));
        }
        for (int i : new int[] {Recurrence.H, Recurrence.C, DH, DC}) {
            if (in.has(i)) {
                require(in, i, state);
            }
        }
        if (in.has(DY)) {
            require(in, DY, sequence);
        }
        List<ValueType> types = new ArrayList<>();
        for (Of each : of) {
            types.add(switch (each) {
                case X -> in.type(Recurrence.X);
                case W -> in.type(Recurrence.W);
                case R -> in.type(Recurrence.R);
                case BIAS -> new ValueType(in.dtype(0), List.of(in.dim(Recurrence.R, 0).times(2)));
                case H, C -> state;
                case STATES -> sequence;
            });
        }
        return types;
    }

    private static void require(Signature in, int i, ValueType type) {
        in.requireRank(i, type.rank());
        in.requireSameType(0, i);
        for (int axis = 0; axis < type.rank(); axis++) {
            in.requireEqual(in.dim(i, axis), type.dim(axis), "axis " + axis + " of input " + i);
        }
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Walk walk = new Walk(in);
        for (int b = 0; b < walk.batch; b++) {
            walk.sequence(b);
        }
        List<Literal> results = new ArrayList<>();
        for (int i = 0; i < of.size(); i++) {
            double[] values = switch (of.get(i)) {
                case X -> walk.dx;
                case W -> walk.dw;
                case R -> walk.dr;
                case BIAS -> walk.dBias;
                case H -> walk.dh;
                case C -> walk.dc;
                case STATES -> walk.dStates;
            };
            results.add(Literal.of(in.in(0).type(), values, in.outputShape(i)));
        }
        return results;
    }

    /** The reference: one sequence after the other, one step after the other, in double precision. */
    private final class Walk {
        final Evaluation in;
        final int batch;
        final int inputs;
        final int n;
        final int gates;
        final TapeRows rows;
        final double[] x;
        final double[] w;
        final double[] r;
        final double[] y;
        final double[] tape;
        final double[] cells;
        final double[] dx;
        final double[] dw;
        final double[] dr;
        final double[] dBias;
        final double[] dh;
        final double[] dc;
        final double[] dStates;

        Walk(Evaluation in) {
            this.in = in;
            batch = in.in(Recurrence.X).extent(1);
            inputs = in.in(Recurrence.X).extent(2);
            n = in.in(Recurrence.R).extent(1);
            gates = cell.gates();
            rows = new TapeRows(in, in.in(Recurrence.X).extent(0), batch, reverse);
            x = in.in(Recurrence.X).toDoubles();
            w = in.in(Recurrence.W).toDoubles();
            r = in.in(Recurrence.R).toDoubles();
            y = in.in(Y).toDoubles();
            tape = in.in(GATES).toDoubles();
            cells = isLstm() ? in.in(CELLS).toDoubles() : null;
            dx = new double[x.length];
            dw = new double[w.length];
            dr = new double[r.length];
            dBias = new double[2 * gates * n];
            dh = valuesOrZeros(DH, batch * n);
            dc = valuesOrZeros(DC, batch * n);
            dStates = new double[y.length];
        }

        private double[] valuesOrZeros(int i, int size) {
            return in.has(i) ? in.in(i).toDoubles() : new double[size];
        }

        /** From {@code i · n} on, or zeros where there is no step before. */
        private double[] rowOf(double[] all, int i) {
            return java.util.Arrays.copyOfRange(all, i * n, (i + 1) * n);
        }

        void sequence(int b) {
            double[] dy = valuesOrZeros(DY, y.length);
            for (int step = rows.length(b) - 1; step >= 0; step--) {
                int place = rows.time(b, step) * batch + b;
                for (int j = 0; j < n; j++) {
                    dh[b * n + j] += dy[place * n + j];
                    dStates[place * n + j] = dh[b * n + j];
                }
                double[] h = step > 0
                        ? rowOf(y, rows.time(b, step - 1) * batch + b)
                        : rowOf(valuesOrZeros(Recurrence.H, batch * n), b);
                step(b, step, place, h);
            }
        }

        private void step(int b, int step, int place, double[] h) {
            int row = rows.row(b, step);
            double[] dInput = new double[gates * n]; // of W · x + Wb
            double[] dRecurrent = new double[gates * n]; // of R · h + Rb
            double[] dBefore = new double[n]; // of h before, but for R · h
            double[] candidate = h; // what the last rows of R are multiplied by
            switch (cell) {
                case LSTM -> lstm(b, row, step, dInput);
                case GRU -> {
                    candidate = java.util.Arrays.copyOfRange(tape, (row * 4 + 3) * n, (row * 4 + 4) * n);
                    gru(b, row, h, dInput, dBefore);
                    reset(row, h, dInput, dBefore);
                }
                case GRU_LINEAR_BEFORE_RESET -> gru(b, row, h, dInput, dBefore);
                default -> rnn(b, row, dInput);
            }
            System.arraycopy(dInput, 0, dRecurrent, 0, gates * n);
            for (int j = 0; j < n && cell == CellKernels.Cell.GRU_LINEAR_BEFORE_RESET; j++) {
                dRecurrent[2 * n + j] *= tape[(row * 4 + 1) * n + j];
            }
            boolean resets = cell == CellKernels.Cell.GRU;
            for (int g = 0; g < gates * n; g++) {
                dBias[g] += dInput[g];
                dBias[gates * n + g] += dRecurrent[g];
                for (int i = 0; i < inputs; i++) {
                    dx[place * inputs + i] += dInput[g] * w[g * inputs + i];
                    dw[g * inputs + i] += dInput[g] * x[place * inputs + i];
                }
                boolean last = g >= 2 * n && gates == 3;
                for (int j = 0; j < n; j++) {
                    dr[g * n + j] += dRecurrent[g] * (last ? candidate[j] : h[j]);
                    dBefore[j] += last && resets ? 0 : dRecurrent[g] * r[g * n + j];
                }
            }
            System.arraycopy(dBefore, 0, dh, b * n, n);
        }

        private void lstm(int b, int row, int step, double[] dInput) {
            double[] before = step > 0
                    ? rowOf(cells, rows.row(b, step - 1))
                    : rowOf(valuesOrZeros(Recurrence.C, batch * n), b);
            for (int j = 0; j < n; j++) {
                double i = tape[row * 4 * n + j];
                double o = tape[(row * 4 + 1) * n + j];
                double f = tape[(row * 4 + 2) * n + j];
                double g = tape[(row * 4 + 3) * n + j];
                double t = Math.tanh(cells[row * n + j]);
                double dState = dh[b * n + j];
                double dCell = dc[b * n + j] + dState * o * (1 - t * t);
                dInput[j] = dCell * g * i * (1 - i);
                dInput[n + j] = dState * t * o * (1 - o);
                dInput[2 * n + j] = dCell * before[j] * f * (1 - f);
                dInput[3 * n + j] = dCell * i * (1 - g * g);
                dc[b * n + j] = dCell * f;
            }
        }

        /** Of z and n, and of r where the reset gate multiplies q. */
        private void gru(int b, int row, double[] h, double[] dInput, double[] dBefore) {
            for (int j = 0; j < n; j++) {
                double z = tape[row * 4 * n + j];
                double reset = tape[(row * 4 + 1) * n + j];
                double candidate = tape[(row * 4 + 2) * n + j];
                double q = tape[(row * 4 + 3) * n + j];
                double dState = dh[b * n + j];
                dInput[j] = dState * (h[j] - candidate) * z * (1 - z);
                dInput[2 * n + j] = dState * (1 - z) * (1 - candidate * candidate);
                dInput[n + j] = dInput[2 * n + j] * q * reset * (1 - reset);
                dBefore[j] = dState * z;
            }
        }

        /** Of r where the reset gate multiplies h, and what comes to h through that. */
        private void reset(int row, double[] h, double[] dInput, double[] dBefore) {
            for (int j = 0; j < n; j++) {
                double product = 0;
                for (int g = 0; g < n; g++) {
                    product += dInput[2 * n + g] * r[(2 * n + g) * n + j];
                }
                double reset = tape[(row * 4 + 1) * n + j];
                dInput[n + j] = product * h[j] * reset * (1 - reset);
                dBefore[j] += product * reset;
            }
        }

        private void rnn(int b, int row, double[] dInput) {
            for (int j = 0; j < n; j++) {
                double state = tape[row * n + j];
                double slope = cell == CellKernels.Cell.RNN_TANH ? 1 - state * state : state > 0 ? 1 : 0;
                dInput[j] = dh[b * n + j] * slope;
            }
        }
    }

    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(Recurrence.X, DType.F32);
        Value x = lowering.inputValue(Recurrence.X);
        CellTape tape = new CellTape(
                cell, Math.toIntExact(x.dim(2).constant()),
                Math.toIntExact(lowering.inputValue(Recurrence.R).dim(1).constant()));
        List<PlanTensor> gradients = new ArrayList<>();
        for (Of each : Of.values()) {
            int at = of.indexOf(each);
            gradients.add(at < 0 ? null : lowering.out(at));
        }
        // a chunk is so many rows, or those of one step
        Dim rows = x.dim(1).plus(CellTape.CHUNK);
        gradients.add(lowering.scratch(DType.F32, Dim.of(tape.backwardFloats())
                .plus(x.dim(1).times(tape.backwardFloatsPerStream()))
                .plus(rows.times(tape.backwardFloatsPerRow()))));
        lowering.step(StepKind.RECURRENT_BACKWARD, lowering.ins(), gradients)
                .ints(cell.ordinal())
                .flag(reverse);
    }

    /** Sizes with tails, both directions, lengths, gradients that are wanted or not, more rows than a chunk has. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (CellKernels.Cell cell : CellKernels.Cell.values()) {
            int[][] sizes = {{1, 1, 1, 1}, {3, 1, 5, 7}, {4, 3, 16, 16}, {2, 2, 33, 40}, {60, 9, 3, 5}, {2, 300, 2, 3}};
            for (int i = 0; i < sizes.length; i++) {
                cases.add(sized(cell, i % 2 == 1, sizes[i], false, true, List.of(Of.values())));
                cases.add(sized(cell, i % 2 == 0, sizes[i], true, i % 3 == 0, List.of(Of.values())));
            }
            int[] size = {7, 5, 6, 9};
            cases.add(sized(cell, false, size, true, true, List.of(Of.X)));
            cases.add(sized(cell, true, size, true, false, List.of(Of.W, Of.BIAS)));
            cases.add(sized(cell, true, size, false, false, List.of(Of.R, Of.STATES)));
        }
        return cases;
    }

    /** @param size T, B, I, H */
    private static OpCase sized(
            CellKernels.Cell cell, boolean reverse, int[] size, boolean lengths, boolean all, List<Of> of) {
        boolean lstm = cell == CellKernels.Cell.LSTM;
        int hidden = size[3];
        int gates = new CellTape(cell, 1, 1).gates();
        OpCase.Input none = OpCase.absent();
        OpCase.Input state = OpCase.in(size[1], hidden);
        OpCase.Input sequence = OpCase.in(size[0], size[1], hidden);
        ValueType tape = ValueType.of(DType.F32, size[0], size[1], (long) gates * hidden);
        List<Of> possible = of.stream().filter(each -> lstm || each != Of.C).toList();
        return OpCase.of(
                new RecurrentBackward(cell, reverse, possible),
                OpCase.in(size[0], size[1], size[2]), OpCase.in((long) cell.gates() * hidden, size[2]),
                OpCase.in((long) cell.gates() * hidden, hidden), sequence,
                lengths ? OpCase.in(ValueType.of(DType.I32, size[1]), 0, size[0] + 1) : none,
                all ? state : none, all && lstm ? state : none,
                cell.gates() == 1 ? OpCase.in(tape, -1, 1) : OpCase.in(tape, 0.1, 0.9),
                lstm ? sequence : none,
                sequence, all ? state : none, all && lstm ? state : none);
    }
}
