package dev.lanewise.compiler.onnx;

import static dev.lanewise.compiler.onnx.SmallModel.graph;
import static dev.lanewise.compiler.onnx.SmallModel.info;
import static dev.lanewise.compiler.onnx.SmallModel.node;
import static dev.lanewise.compiler.onnx.WrittenOutCell.H;
import static dev.lanewise.compiler.onnx.WrittenOutCell.I;
import static dev.lanewise.formats.DType.BOOL;
import static dev.lanewise.formats.DType.F32;
import static dev.lanewise.formats.DType.I64;

import dev.lanewise.compiler.CompileOptions;
import dev.lanewise.compiler.graph.Literal;
import dev.lanewise.compiler.onnx.proto.GraphProto;
import dev.lanewise.formats.DType;
import dev.lanewise.formats.proto.StepKind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Recurrent cells in loops that keep the old state where a mask says so, read forwards and backwards, become one
 * operation over the sequence.
 */
@Tag("once")
class MaskedLoopsTest {

    private static final int T = 7;
    private static final int B = 3;

    /** With gaps, none, and nothing at all. */
    private static final double[] MASK = {
        0, 1, 0,
        1, 1, 0,
        1, 1, 0,
        0, 1, 0,
        1, 1, 0,
        1, 1, 0,
        0, 1, 0,
    };

    /** How the loop keeps what stopped; the mask is [T, B]. */
    private enum Keeping {
        /** Bool, of what runs. */
        CONDITION(BOOL) {
            @Override
            String choice(WrittenOutCell cell, String running, String stopped) {
                return cell.op("Where", cell.op("Unsqueeze", "m_t", "columns"), running, stopped);
            }
        },
        /** Bool, of what is padding. */
        PADDING(BOOL) {
            @Override
            String choice(WrittenOutCell cell, String running, String stopped) {
                String padding = cell.op("Not", cell.op("Unsqueeze", "m_t", "columns"));
                return cell.op("Where", padding, stopped, running);
            }
        },
        /** Repeated along the rows, as Keras does. */
        TILED(BOOL) {
            @Override
            String choice(WrittenOutCell cell, String running, String stopped) {
                String column = cell.op("Unsqueeze", cell.op("Cast", List.of(SmallModel.integer("to", 6)),
                        "m_t"), "columns");
                String tiled = cell.op("Cast", List.of(SmallModel.integer("to", 9)),
                        cell.op("Tile", column, "one_by_h"));
                return cell.op("Where", tiled, running, stopped);
            }
        },
        /** Integers, 0 for padding. */
        TOKENS(I64) {
            @Override
            String choice(WrittenOutCell cell, String running, String stopped) {
                String ended = cell.op("Equal", cell.op("Unsqueeze", "m_t", "columns"), "nothing");
                return cell.op("Where", ended, stopped, running);
            }
        },
        /** A sum weighed by numbers that were made of a condition. */
        WEIGHED(BOOL) {
            @Override
            String choice(WrittenOutCell cell, String running, String stopped) {
                String m = cell.op("Unsqueeze", "m_t", "columns");
                return cell.op("Add", cell.op("Mul", m, running),
                        cell.op("Mul", cell.op("Sub", "one", m), stopped));
            }
        },
        /** The old state and what it changes by. */
        CHANGED(BOOL) {
            @Override
            String choice(WrittenOutCell cell, String running, String stopped) {
                String m = cell.op("Unsqueeze", "m_t", "columns");
                return cell.op("Add", stopped, cell.op("Mul", cell.op("Sub", running, stopped), m));
            }
        };

        final DType type;

        Keeping(DType type) {
            this.type = type;
        }

        abstract String choice(WrittenOutCell cell, String running, String stopped);

        boolean weighs() {
            return this == WEIGHED || this == CHANGED;
        }
    }

    /** Which of what the loop sees comes last element first. */
    private record Directions(boolean x, boolean mask) {}

    private static OnnxAgreement masked(
            String gates, Keeping keeping, Object t, String output, Directions directions) {
        GraphProto.Builder body = GraphProto.newBuilder().setName("body")
                .addInput(info("i", I64)).addInput(info("go", BOOL)).addInput(info("h", F32, B, H))
                .addInput(info("c", F32, B, H)).addInput(info("o", F32, B, H))
                .addNode(node("Sub", "back", "last_step", "i"))
                .addNode(node("Gather", "x_t", "x", directions.x ? "back" : "i"))
                .addNode(node("Gather", "m_t", keeping.weighs() ? "numbers" : "m", directions.mask ? "back" : "i"))
                .addNode(node("Identity", "go'", "go"))
                .addOutput(info("go'", BOOL));
        WrittenOutCell cell = new WrittenOutCell(body, "v").gates(gates);
        String[] next = next(cell, gates);
        String h = keeping.choice(cell, next[0], "h");
        String c = gates.equals("ifgo") ? keeping.choice(cell, next[1], "c") : cell.op("Identity", "c");
        String o = keeping.choice(cell, next[0], "o");
        String y = switch (output) {
            case "zero" -> keeping.choice(cell, next[0], "zeros");
            case "state" -> cell.op("Identity", h);
            default -> cell.op("Identity", o);
        };
        String kept = output.equals("last output") ? o : cell.op("Identity", "o");
        for (String value : new String[] {h, c, kept, y}) {
            body.addOutput(info(value, F32, B, H));
        }
        GraphProto.Builder graph = model(t, body)
                .addInput(info("m", keeping.type, t, B))
                .addNode(0, node("Cast", "numbers", "m").addAttribute(SmallModel.integer("to", 1)));
        cell.addWeights(graph, I);
        Map<String, Literal> inputs = inputs();
        inputs.put("m", Literal.of(keeping.type, MASK, T, B));
        return agreement(gates + " " + keeping + " " + t + " " + output + " " + directions, t, graph, inputs);
    }

    private static String[] next(WrittenOutCell cell, String gates) {
        return switch (gates) {
            case "ifgo" -> cell.lstm("x_t", "h", "c");
            case "rzn" -> new String[] {cell.gru("x_t", "h"), "c"};
            default -> new String[] {cell.rnn("x_t", "h", "Tanh"), "c"};
        };
    }

    private static GraphProto.Builder model(Object t, GraphProto.Builder body) {
        return GraphProto.newBuilder()
                .addInput(info("x", F32, t, B, I)).addInput(info("h0", F32, B, H)).addInput(info("c0", F32, B, H))
                .addInitializer(SmallModel.number("first", 0)).addInitializer(SmallModel.number("columns", 1))
                .addInitializer(SmallModel.number("nothing", 0)).addInitializer(SmallModel.longs("one_by_h", 1, H))
                .addInitializer(SmallModel.number("single", 1).clearDims())
                .addInitializer(SmallModel.tensor(new int[] {B, H}, new float[B * H]).setName("zeros"))
                .addNode(node("Shape", "shape", "x"))
                .addNode(node("Gather", "steps", "shape", "first"))
                .addNode(node("Squeeze", "step_count", "steps"))
                .addNode(node("Sub", "last_step", "step_count", "single"))
                .addNode(node("Loop", "hn,cn,on,y", "steps", "", "h0", "c0", "zeros")
                        .addAttribute(graph("body", body.build())))
                .addOutput(info("hn", F32, B, H)).addOutput(info("cn", F32, B, H)).addOutput(info("y", F32, t, B, H));
    }

    private static Map<String, Literal> inputs() {
        return new HashMap<>(Map.of(
                "x", OneNode.uniform(F32, -1, 1, 1, T, B, I), "h0", OneNode.uniform(F32, -1, 1, 2, B, H),
                "c0", OneNode.uniform(F32, -1, 1, 3, B, H)));
    }

    private static OnnxAgreement agreement(
            String what, Object t, GraphProto.Builder graph, Map<String, Literal> inputs) {
        CompileOptions options = CompileOptions.defaults().autoState(false);
        return new OnnxAgreement(
                what, SmallModel.model(graph), inputs, t instanceof String ? options.dim("T", 20) : options).agrees();
    }

    /** Every way to keep a state, in every cell; what is kept is there without a loop. */
    @Test
    void masksGiven() {
        String[] cells = {"ifgo", "rzn", "h"};
        StepKind[] kinds = {StepKind.LSTM, StepKind.GRU, StepKind.RNN};
        for (Keeping keeping : Keeping.values()) {
            for (int cell = 0; cell < 3; cell++) {
                Object t = (keeping.ordinal() + cell) % 2 == 0 ? T : "T";
                String output = (keeping.ordinal() + cell) % 3 == 0 ? "zero" : "state";
                masked(cells[cell], keeping, t, output, new Directions(false, false))
                        .has(kinds[cell], 1).has(StepKind.REPEAT, 0);
            }
        }
    }

    @Test
    void masksGivenBackwards() {
        for (Keeping keeping : Keeping.values()) {
            Object t = keeping.ordinal() % 2 == 0 ? "T" : T;
            String output = keeping.ordinal() % 3 == 0 ? "zero" : "state";
            masked("ifgo", keeping, t, output, new Directions(true, true))
                    .has(StepKind.LSTM, 1).has(StepKind.REPEAT, 0);
        }
        masked("rzn", Keeping.CONDITION, "T", "zero", new Directions(true, false))
                .has(StepKind.GRU, 1).has(StepKind.REPEAT, 0);
        masked("h", Keeping.WEIGHED, T, "state", new Directions(false, true))
                .has(StepKind.RNN, 1).has(StepKind.REPEAT, 0);
    }

    /** Keras gives the last output again: that is carried on by what is left of the loop. */
    @Test
    void lastOutputs() {
        for (Keeping keeping : Keeping.values()) {
            masked("ifgo", keeping, T, "last output", new Directions(false, false))
                    .has(StepKind.LSTM, 1).has(StepKind.REPEAT, 1);
        }
    }

    /**
     * A loop over padded sequences.
     *
     * @param x whether it reads them from the end
     * @param mask whether what it compares with the lengths counts down
     */
    private static OnnxAgreement lengths(
            String gates, boolean x, boolean mask, Object t, boolean weighs, String output) {
        GraphProto.Builder body = GraphProto.newBuilder().setName("body")
                .addInput(info("i", I64)).addInput(info("go", BOOL)).addInput(info("h", F32, B, H))
                .addInput(info("c", F32, B, H)).addInput(info("o", F32, B, H))
                .addNode(node("Sub", "back", "last_step", "i"))
                .addNode(node("Gather", "x_t", "x", x ? "back" : "i"))
                .addNode(node("Identity", "go'", "go"))
                .addNode(node("Less", weighs ? "b_t" : "m_t", mask ? "back" : "i", "len"))
                .addOutput(info("go'", BOOL));
        if (weighs) {
            body.addNode(node("Cast", "m_t", "b_t").addAttribute(SmallModel.integer("to", 1)));
        }
        WrittenOutCell cell = new WrittenOutCell(body, "v").gates(gates);
        Keeping keeping = weighs ? Keeping.WEIGHED : Keeping.CONDITION;
        String[] next = next(cell, gates);
        String h = keeping.choice(cell, next[0], "h");
        String c = gates.equals("ifgo") ? keeping.choice(cell, next[1], "c") : cell.op("Identity", "c");
        String y = output.equals("zero") ? keeping.choice(cell, next[0], "zeros") : cell.op("Identity", h);
        for (String value : new String[] {h, c, cell.op("Identity", "o"), y}) {
            body.addOutput(info(value, F32, B, H));
        }
        GraphProto.Builder graph = model(t, body).addInput(info("len", I64, B));
        cell.addWeights(graph, I);
        Map<String, Literal> inputs = inputs();
        inputs.put("len", Literal.of(I64, new double[] {T - 3, 0, T + 2}, B));
        return agreement(gates + x + mask + t + weighs + output, t, graph, inputs);
    }

    /** Read from the end or not, with the iteration or the time compared: always one operation. */
    @Test
    void lengthsBackwards() {
        for (int bits = 0; bits < 8; bits++) {
            boolean x = (bits & 1) != 0;
            boolean mask = (bits & 2) != 0;
            boolean weighs = (bits & 4) != 0;
            Object t = bits % 3 == 0 ? T : "T";
            lengths("ifgo", x, mask, t, weighs, "zero").has(StepKind.LSTM, 1).has(StepKind.REPEAT, 0);
            lengths("rzn", x, mask, t, weighs, "state").has(StepKind.GRU, 1);
        }
    }
}
