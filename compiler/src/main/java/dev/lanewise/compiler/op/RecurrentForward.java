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
import dev.lanewise.compiler.train.Gradient;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import dev.lanewise.runtime.kernel.CellKernels;
import dev.lanewise.runtime.kernel.CellTape;
import dev.lanewise.runtime.kernel.UnaryFn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What training runs in place of {@link Lstm}, {@link Gru} and {@link Rnn}: the same from weights that are known only
 * when it runs, and behind the same outputs the tape that {@link RecurrentBackward} reads: gates [T, B, gates · H],
 * of an LSTM also cells [T, B, H]. Which of the T · B rows a step of a sequence has: see {@link TapeRows}.
 *
 * @param reverse whether sequences are read from their ends
 */
public record RecurrentForward(CellKernels.Cell cell, boolean reverse) implements Op {

    private int states() {
        return cell == CellKernels.Cell.LSTM ? 2 : 1;
    }

    @Override
    public List<ValueType> infer(Signature in) {
        List<ValueType> types = new ArrayList<>(Recurrence.infer(in, cell.gates(), states()));
        types.addAll(tape(cell, in));
        return types;
    }

    /** The types of the tape. */
    static List<ValueType> tape(CellKernels.Cell cell, Signature in) {
        Dim steps = in.dim(Recurrence.X, 0);
        Dim batch = in.dim(Recurrence.X, 1);
        Dim hidden = in.dim(Recurrence.R, 1);
        for (int weights : new int[] {Recurrence.W, Recurrence.R}) {
            if (!in.shape(weights).stream().allMatch(Dim::isConstant)) {
                throw in.fail("weights " + in.type(weights) + " need numbers as extents");
            }
        }
        int gates = new CellTape(cell, 1, 1).gates();
        DType type = in.dtype(Recurrence.X);
        ValueType rows = new ValueType(type, List.of(steps, batch, hidden.times(gates)));
        return cell == CellKernels.Cell.LSTM
                ? List.of(rows, new ValueType(type, List.of(steps, batch, hidden)))
                : List.of(rows);
    }

    @Override
    public List<Literal> evaluate(Evaluation in) {
        Literal x = in.in(Recurrence.X);
        int steps = x.extent(0);
        int batch = x.extent(1);
        int hidden = in.in(Recurrence.R).extent(1);
        int width = new CellTape(cell, 1, hidden).rowFloats();
        double[] gates = new double[steps * batch * width];
        double[] cells = new double[steps * batch * hidden];
        TapeRows rows = new TapeRows(in, steps, batch, reverse);
        List<Literal> results = new ArrayList<>(Recurrence.evaluate(
                in, cell.gates(), states(), reverse, reference(in), (b, step, kept, state) -> {
                    int row = rows.row(b, step);
                    System.arraycopy(kept, 0, gates, row * width, width);
                    System.arraycopy(state[states() - 1], 0, cells, row * hidden, hidden);
                }));
        results.add(Literal.of(x.type(), gates, steps, batch, width));
        if (states() == 2) {
            results.add(Literal.of(x.type(), cells, steps, batch, hidden));
        }
        return results;
    }

    private Recurrence.Cell reference(Evaluation in) {
        return switch (cell) {
            case LSTM -> Lstm::advance;
            case GRU -> Gru.cell(in, false);
            case GRU_LINEAR_BEFORE_RESET -> Gru.cell(in, true);
            case RNN_TANH -> Rnn.cell(UnaryFn.TANH);
            case RNN_RELU -> Rnn.cell(UnaryFn.RELU);
        };
    }

    /** All gradients come from one pass along the tape. */
    @Override
    public void gradient(Gradient g) {
        boolean lstm = states() == 2;
        if (g.of(1 + states()) != null || lstm && g.of(4) != null) {
            throw g.unsupported("of its tape");
        }
        List<RecurrentBackward.Of> of = new ArrayList<>();
        for (RecurrentBackward.Of each : RecurrentBackward.Of.values()) {
            boolean wanted = each == RecurrentBackward.Of.STATES
                    ? g.isWatched(0)
                    : each.operand() < g.node().inputs().size() && g.needs(each.operand());
            if (wanted) {
                of.add(each);
            }
        }
        List<Value> inputs = Arrays.asList(
                g.in(Recurrence.X), g.in(Recurrence.W), g.in(Recurrence.R), g.out(0), input(g, Recurrence.LENGTHS),
                input(g, Recurrence.H), input(g, Recurrence.C), g.out(1 + states()), lstm ? g.out(4) : null,
                g.of(0), g.of(1), lstm ? g.of(2) : null);
        List<Value> gradients = g.addAll(new RecurrentBackward(cell, reverse, of), inputs);
        for (int i = 0; i < of.size(); i++) {
            if (of.get(i) == RecurrentBackward.Of.STATES) {
                g.show(0, gradients.get(i));
            } else {
                g.give(of.get(i).operand(), gradients.get(i));
            }
        }
    }

    private static Value input(Gradient g, int i) {
        return i < g.node().inputs().size() ? g.in(i) : null;
    }

    /** Also for a node of an operation in whose place this runs, which has no tape. */
    @Override
    public void lower(Lowering lowering) {
        lowering.requireType(Recurrence.X, DType.F32);
        boolean lstm = states() == 2;
        Value x = lowering.inputValue(Recurrence.X);
        CellTape tape = new CellTape(
                cell, Math.toIntExact(x.dim(2).constant()),
                Math.toIntExact(lowering.inputValue(Recurrence.R).dim(1).constant()));
        PlanTensor gates = tape(lowering, 1 + states(), tape.rowFloats());
        PlanTensor cells = lstm ? tape(lowering, 4, tape.hidden()) : null;
        List<PlanTensor> operands = new ArrayList<>();
        for (int i = 0; i <= Recurrence.C; i++) {
            operands.add(i < lowering.node().inputs().size() ? lowering.in(i) : null);
        }
        Dim floats = Dim.of(tape.forwardFloats()).plus(x.dim(1).times(tape.forwardFloatsPerStream()));
        if (operands.get(Recurrence.LENGTHS) != null) {
            floats = floats.plus(x.dim(1).plus(CellTape.CHUNK).times(tape.forwardFloatsPerRow()));
        }
        lowering.step(StepKind.RECURRENT_FORWARD, operands, Lowering.list(
                        lowering.out(0), lowering.out(1), lstm ? lowering.out(2) : null,
                        gates, cells, lowering.scratch(DType.F32, floats)))
                .ints(cell.ordinal())
                .flag(reverse);
    }

    private static PlanTensor tape(Lowering lowering, int output, int width) {
        List<Dim> x = lowering.inputValue(Recurrence.X).shape();
        return output < lowering.node().outputs().size()
                ? lowering.out(output)
                : lowering.temporary(new ValueType(DType.F32, List.of(x.get(0), x.get(1), Dim.of(width))));
    }

    /** Those of the operations in whose place it runs, in f32, and weights that are computed. */
    public static List<OpCase> cases() {
        List<OpCase> cases = new ArrayList<>();
        for (CellKernels.Cell cell : CellKernels.Cell.values()) {
            int states = cell == CellKernels.Cell.LSTM ? 2 : 1;
            for (OpCase one : Recurrence.cases(reverse -> new RecurrentForward(cell, reverse), cell.gates(), states)) {
                if (one.inputs().get(0).type().type() == DType.F32) {
                    cases.add(one);
                }
            }
        }
        return cases;
    }
}
